namespace EfiEmu.Sdk;

/// <summary>What firmware starts before the guest: a plugin, in the role of a driver.</summary>
/// <remarks>What this machine does not have (no RNG, no initrd, another platform) installs nothing.</remarks>
public interface IFirmwarePlugin
{
    /// <summary>Installs what the plugin offers, or nothing. Called once per boot, before the guest is loaded.</summary>
    void Install(IFirmwareContext firmware);

    /// <summary>
    /// What a report calls the plugin, where it comes from outside: its class and its file. Null for a part of the emulator:
    /// what that throws is a bug of the emulator's own.
    /// </summary>
    string? Origin => null;
}

/// <summary>A plugin that offers one protocol, and carries the protocol's GUID in its type.</summary>
public interface IEfiProtocol : IFirmwarePlugin
{
    /// <summary>The protocol's GUID.</summary>
    static abstract Guid ProtocolGuid { get; }

    /// <summary>The protocol's name in traces and listings, without prefix or suffix: SevMemoryAcceptance.</summary>
    static abstract string ProtocolName { get; }
}

/// <summary>What firmware gives a protocol plugin.</summary>
/// <remarks>
/// A plugin's constructor may ask for any of these: <see cref="IFirmwareContext"/>, <see cref="IBootServices"/>,
/// <see cref="IDxeServices"/>, <see cref="IGuestMemory"/>, <see cref="IMemoryAcceptance"/>, <see cref="IConsole"/>,
/// <see cref="IEntropySource"/>. They belong to one boot.
/// </remarks>
public interface IFirmwareContext : IFunctionHost, IServiceProvider
{
    /// <summary>Boot services, as C#.</summary>
    IBootServices BootServices { get; }

    /// <summary>The DXE services that manage the memory space.</summary>
    IDxeServices DxeServices { get; }

    /// <summary>The platform's way to accept memory, and what the acceptance policy offers guests.</summary>
    IMemoryAcceptance Acceptance { get; }

    /// <summary>The machine's console.</summary>
    IConsole Console { get; }

    /// <summary>The machine's seeded random numbers.</summary>
    IEntropySource Entropy { get; }

    /// <summary>The initial ramdisk of this boot; empty where there is none.</summary>
    ReadOnlyMemory<byte>? Initrd { get; }

    /// <summary>The files of the boot volume, by lower-case path with backslashes (\efi\boot\bootx64.efi).</summary>
    IReadOnlyDictionary<string, ReadOnlyMemory<byte>> BootVolume { get; }

    /// <summary>The device handle of the boot volume: it carries the volume's device path.</summary>
    EfiHandle BootDevice { get; }

    /// <inheritdoc/>
    EfiResult<GuestAddress> IFunctionHost.AllocatePool(MemoryType memoryType, ulong bytes) => BootServices.AllocatePool(memoryType, bytes);

    /// <inheritdoc/>
    object? IServiceProvider.GetService(Type serviceType) => new object[] { this, BootServices, DxeServices, Memory, Acceptance, Console, Entropy }
        .FirstOrDefault(serviceType.IsInstanceOfType);
}

/// <summary>The console that the machine's firmware drives; what a guest prints ends up in the report.</summary>
public interface IConsole
{
    /// <summary>Adds text as the guest printed it.</summary>
    void Write(string text);

    /// <summary>Takes the next key stroke from the boot's scripted input; false when there is none.</summary>
    bool TryReadKey(out char unicode, out ushort scanCode);
}

/// <summary>Random numbers that depend on nothing but the boot's seed.</summary>
public interface IEntropySource
{
    /// <summary>Fills a buffer.</summary>
    void Fill(Span<byte> destination);
}
