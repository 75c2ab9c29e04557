namespace EfiEmu.Sdk;

/// <summary>What a service of the native core returns: a status and, where the status carries one, a value.</summary>
/// <param name="Status">The status that the guest gets.</param>
/// <param name="Value">Meaningful on success, and on failures whose documentation says so.</param>
public readonly record struct EfiResult<T>(EfiStatus Status, T Value)
{
    /// <summary>True when the status is not an error.</summary>
    public bool Succeeded => !Status.IsError;

    /// <summary>A success with its value.</summary>
    public static implicit operator EfiResult<T>(T value) => new(EfiStatus.Success, value);

    /// <summary>A failure without a value.</summary>
    public static implicit operator EfiResult<T>(EfiStatus status) => new(status, default!);

    /// <summary>Gives the value when the status is not an error.</summary>
    public bool TryGet(out T value)
    {
        value = Value;
        return Succeeded;
    }
}
