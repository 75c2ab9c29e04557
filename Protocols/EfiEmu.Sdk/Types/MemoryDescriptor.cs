namespace EfiEmu.Sdk;

/// <summary>EFI_MEMORY_DESCRIPTOR: one range of the memory map.</summary>
/// <param name="Type">What the range holds.</param>
/// <param name="PhysicalStart">First byte; a multiple of 4 KiB.</param>
/// <param name="NumberOfPages">Length in pages of 4 KiB.</param>
/// <param name="Attributes">Capabilities of the memory, and RUNTIME.</param>
/// <remarks>UEFI 2.10 section 7.2.3. VirtualStart is always 0 before SetVirtualAddressMap and is not kept here.</remarks>
public readonly record struct MemoryDescriptor(
    MemoryType Type,
    GuestAddress PhysicalStart,
    ulong NumberOfPages,
    MemoryAttributes Attributes)
{
    /// <summary>The bytes of the structure itself; a memory map's stride is larger (48 on edk2).</summary>
    public const int Size = 40;

    /// <summary>DescriptorVersion that GetMemoryMap reports.</summary>
    public const uint Version = 1;

    /// <summary>The last byte of the range.</summary>
    public GuestAddress PhysicalEnd => new(PhysicalStart.Value + ((NumberOfPages * GuestAddress.PageSize) - 1));

    /// <summary>Length in bytes.</summary>
    public ulong Bytes => NumberOfPages * GuestAddress.PageSize;
}
