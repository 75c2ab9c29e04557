using System.Globalization;

namespace EfiEmu.Sdk;

/// <summary>EFI_HANDLE: an opaque guest pointer; only the handle database gives it meaning.</summary>
/// <param name="Value">The value that the guest holds.</param>
public readonly record struct EfiHandle(ulong Value)
{
    /// <summary>The NULL handle.</summary>
    public static EfiHandle Null => default;

    /// <summary>True for NULL.</summary>
    public bool IsNull => Value == 0;

    /// <inheritdoc/>
    public override string ToString() => "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}

/// <summary>EFI_EVENT: an opaque guest pointer; only the event database gives it meaning.</summary>
/// <param name="Value">The value that the guest holds.</param>
public readonly record struct EfiEvent(ulong Value)
{
    /// <summary>The NULL event.</summary>
    public static EfiEvent Null => default;

    /// <summary>True for NULL.</summary>
    public bool IsNull => Value == 0;

    /// <inheritdoc/>
    public override string ToString() => "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
