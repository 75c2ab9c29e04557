using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Variables;

/// <summary>The attributes of a variable.</summary>
/// <remarks>UEFI 2.10 section 8.2.1.</remarks>
[Flags]
internal enum VariableAttributes : uint
{
    None = 0,
    NonVolatile = 0x01,
    BootServiceAccess = 0x02,
    RuntimeAccess = 0x04,
    HardwareErrorRecord = 0x08,

    /// <summary>EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS, deprecated.</summary>
    AuthenticatedWriteAccess = 0x10,
    TimeBasedAuthenticatedWriteAccess = 0x20,
    AppendWrite = 0x40,

    /// <summary>What most variables are.</summary>
    NonVolatileRuntime = NonVolatile | BootServiceAccess | RuntimeAccess,

    /// <summary>What firmware tells operating systems about this boot.</summary>
    VolatileRuntime = BootServiceAccess | RuntimeAccess,
}

/// <summary>A variable's name within its vendor's namespace.</summary>
internal readonly record struct VariableName(string Name, Guid Vendor)
{
    /// <summary>Bytes of the name in UTF-16 with its terminator.</summary>
    public ulong NameBytes => ((ulong)Name.Length + 1) * sizeof(char);

    /// <summary>A variable of the specification's own namespace.</summary>
    public static VariableName Global(string name) => new(name, KnownGuids.GlobalVariable);
}

/// <summary>A variable.</summary>
internal sealed record Variable(VariableName Name, VariableAttributes Attributes, ReadOnlyMemory<byte> Data);

/// <summary>What GetVariable comes to.</summary>
/// <param name="Status">What the guest gets.</param>
/// <param name="Found">
/// The variable, on SUCCESS and BUFFER_TOO_SMALL: its attributes and size are then written back, its data on SUCCESS only.
/// </param>
internal readonly record struct GetVariableOutcome(EfiStatus Status, Variable? Found);

/// <summary>What SetVariable comes to.</summary>
/// <param name="Status">What the guest gets.</param>
/// <param name="NotModelled">
/// Set where the answer depends on what is not modelled (a signature to verify); the status then means nothing.
/// </param>
internal readonly record struct SetVariableOutcome(EfiStatus Status, string? NotModelled = null);

/// <summary>What GetNextVariableName comes to.</summary>
/// <param name="Status">What the guest gets.</param>
/// <param name="Next">The variable after the given one, on SUCCESS and BUFFER_TOO_SMALL.</param>
internal readonly record struct NextVariableOutcome(EfiStatus Status, VariableName? Next);

/// <summary>What QueryVariableInfo gives, in bytes.</summary>
/// <param name="MaximumStorage">Room for variables of this kind.</param>
/// <param name="RemainingStorage">What is left of it.</param>
/// <param name="MaximumVariable">The largest name and data that one variable may have.</param>
internal readonly record struct VariableSpace(ulong MaximumStorage, ulong RemainingStorage, ulong MaximumVariable);

/// <summary>The sizes with which a firmware was built, in bytes.</summary>
/// <param name="MaximumVariable">A non-volatile variable with its header.</param>
/// <param name="MaximumAuthenticated">An authenticated variable with its header.</param>
/// <param name="MaximumVolatile">A volatile variable with its header.</param>
/// <param name="NonVolatileStorage">Room for non-volatile variables.</param>
/// <param name="VolatileStorage">Room for volatile variables.</param>
internal sealed record VariableLimits(
    ulong MaximumVariable,
    ulong MaximumAuthenticated,
    ulong MaximumVolatile,
    ulong NonVolatileStorage,
    ulong VolatileStorage)
{
    /// <summary>Header of a variable in a store that knows authenticated ones.</summary>
    public const ulong VariableHeader = 60;

    private const ulong StoreHeader = 28;
    private const ulong VolumeHeader = 72;

    /// <summary>OVMF built for 4 MB of flash, with TLS, as Debian ships it.</summary>
    /// <remarks>OvmfPkgX64.dsc and VarStore.fdf.inc; the store's own headers are taken off.</remarks>
    public static VariableLimits Ovmf4M { get; } = new(
        MaximumVariable: 0x8400,
        MaximumAuthenticated: 0x8400,
        MaximumVolatile: 0x40000,
        NonVolatileStorage: 0x40000 - VolumeHeader - StoreHeader,
        VolatileStorage: 0x80000 - StoreHeader);

    /// <summary>The limit for a variable with these attributes, header included.</summary>
    public ulong MaximumFor(VariableAttributes attributes) => attributes switch
    {
        _ when (attributes & VariableRules.Authenticated) != 0 => MaximumAuthenticated,
        _ when attributes.HasFlag(VariableAttributes.NonVolatile) => MaximumVariable,
        _ => MaximumVolatile,
    };
}
