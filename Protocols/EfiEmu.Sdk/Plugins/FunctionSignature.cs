namespace EfiEmu.Sdk;

/// <summary>How a trace shows an argument.</summary>
public enum ParameterKind
{
    /// <summary>A number, printed as hexadecimal.</summary>
    Value,

    /// <summary>A guest pointer.</summary>
    Pointer,

    /// <summary>A pointer to an EFI_GUID: printed with the GUID's registered name.</summary>
    Guid,

    /// <summary>A pointer to a NUL-terminated UTF-16 string.</summary>
    Text,

    /// <summary>An EFI_MEMORY_TYPE.</summary>
    EfiMemoryType,

    /// <summary>An EFI_STATUS.</summary>
    Status,

    /// <summary>A pointer to a UINTN that the service writes: printed with what it holds after the call.</summary>
    Out,
}

/// <summary>One parameter of a function that guests call.</summary>
/// <param name="Name">The specification's name.</param>
/// <param name="Kind">How a trace shows it.</param>
public readonly record struct Parameter(string Name, ParameterKind Kind = ParameterKind.Value);

/// <summary>What a trace and a fault report say about a function behind a gate.</summary>
/// <param name="Interface">Where the function lives: bs, rt, dxe, or the protocol's name.</param>
/// <param name="Name">The specification's name.</param>
/// <param name="Parameters">In order; the first four come in RCX, RDX, R8, R9, the rest on the stack.</param>
public sealed record FunctionSignature(string Interface, string Name, params Parameter[] Parameters)
{
    /// <summary>False for the few functions (RaiseTPL) whose RAX is not a status.</summary>
    public bool ReturnsStatus { get; init; } = true;
}

/// <summary>The arguments of a call that reached a gate.</summary>
public interface IGuestCall
{
    /// <summary>Argument <paramref name="index"/> of the Microsoft x64 calling convention, counted from 0.</summary>
    ulong this[int index] { get; }

    /// <summary>Where the call returns to.</summary>
    GuestAddress ReturnAddress { get; }
}

/// <summary>The C# body of a function that guests call; what it returns goes to RAX.</summary>
public delegate ulong GuestFunction(IGuestCall call);
