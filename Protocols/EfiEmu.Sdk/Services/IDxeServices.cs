namespace EfiEmu.Sdk;

/// <summary>EFI_GCD_MEMORY_TYPE.</summary>
/// <remarks>PI 1.8 volume 2, section 7.2.4; MoreReliable and Unaccepted are edk2's numbering.</remarks>
public enum GcdMemoryType : uint
{
    /// <summary>Nothing decodes the range.</summary>
    NonExistent = 0,

    /// <summary>Reserved.</summary>
    Reserved = 1,

    /// <summary>RAM that the allocator manages.</summary>
    SystemMemory = 2,

    /// <summary>Memory-mapped I/O.</summary>
    MemoryMappedIo = 3,

    /// <summary>Persistent memory.</summary>
    Persistent = 4,

    /// <summary>More reliable memory.</summary>
    MoreReliable = 5,

    /// <summary>RAM that nobody accepted.</summary>
    Unaccepted = 6,
}

/// <summary>One range of the global coherency domain.</summary>
/// <param name="BaseAddress">First byte.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Capabilities">What the range can do.</param>
/// <param name="Attributes">How it is set up.</param>
/// <param name="Type">What it is.</param>
public readonly record struct MemorySpaceDescriptor(
    GuestAddress BaseAddress,
    ulong Length,
    MemoryAttributes Capabilities,
    MemoryAttributes Attributes,
    GcdMemoryType Type);

/// <summary>The memory-space part of the DXE services.</summary>
/// <remarks>PI 1.8 volume 2, section 7.2; MdeModulePkg/Core/Dxe/Gcd/Gcd.c.</remarks>
public interface IDxeServices
{
    /// <summary>All ranges in ascending order. Allocates its copy from pool, as edk2 does, so that the map key may move.</summary>
    /// <param name="buffer">The pool buffer that holds the guest's copy; the caller frees it.</param>
    EfiResult<IReadOnlyList<MemorySpaceDescriptor>> GetMemorySpaceMap(out GuestAddress buffer);

    /// <summary>The range that holds an address.</summary>
    /// <returns>SUCCESS; NOT_FOUND when the address lies outside the address space.</returns>
    EfiResult<MemorySpaceDescriptor> GetMemorySpaceDescriptor(GuestAddress address);

    /// <summary>Adds a range. SystemMemory joins the allocator at once, which moves the map key.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for length 0; ACCESS_DENIED when part of it exists already.</returns>
    EfiStatus AddMemorySpace(GcdMemoryType type, GuestAddress address, ulong length, MemoryAttributes capabilities);

    /// <summary>Removes a range.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for length 0; NOT_FOUND when part of it does not exist; ACCESS_DENIED when it is system memory.</returns>
    EfiStatus RemoveMemorySpace(GuestAddress address, ulong length);

    /// <summary>Sets the attributes of a range.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for length 0; UNSUPPORTED when the capabilities lack a bit.</returns>
    EfiStatus SetMemorySpaceAttributes(GuestAddress address, ulong length, MemoryAttributes attributes);
}
