using EfiEmu.Firmware;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>A guest written in C#, as an image that firmware can load: one page, no sections, an entry point on the host.</summary>
/// <param name="guest">The guest.</param>
public sealed class ManagedImage(GuestDefinition guest) : IManagedImage
{
    private const ushort MachineX64 = 0x8664;
    private const ushort Application = 10;
    private const uint OnePage = 4096;

    /// <inheritdoc/>
    public string Origin => guest.Origin;

    /// <inheritdoc/>
    public ushort Machine => MachineX64;

    /// <inheritdoc/>
    public ushort Subsystem => Application;

    /// <inheritdoc/>
    public ulong PreferredBase => 0;

    /// <inheritdoc/>
    public uint SizeOfImage => OnePage;

    /// <inheritdoc/>
    public uint SectionAlignment => OnePage;

    /// <inheritdoc/>
    public bool RelocationsStripped => false;

    /// <inheritdoc/>
    public uint EntryPoint => 0;

    /// <summary>What a boot needs to boot the guest.</summary>
    public static GuestFile ToGuestFile(GuestDefinition guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return new GuestFile($"guest:{guest.Name}", ReadOnlyMemory<byte>.Empty, $"guest in C#: {guest.Description}", IsKernel: true)
        {
            Image = new ManagedImage(guest),
        };
    }

    /// <inheritdoc/>
    public EfiStatus Load(IGuestMemory memory, GuestAddress address, out string? fault)
    {
        ArgumentNullException.ThrowIfNull(memory);
        memory.Fill(address, OnePage, 0);
        fault = null;
        return EfiStatus.Success;
    }

    /// <inheritdoc/>
    public EfiStatus Run(IGuestCaller caller, EfiHandle image, GuestAddress systemTable) =>
        guest.Create(caller.Services).Run(new GuestContext(caller, image, systemTable));
}
