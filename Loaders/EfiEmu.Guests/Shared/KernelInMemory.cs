using EfiEmu.Sdk;

namespace EfiEmu.Guests.Shared;

/// <summary>A kernel that a loader has put into memory, with the boot_params that it starts with.</summary>
/// <remarks>
/// The kernel is one page that stops the processor: what matters here is what it is told. Linux's 64-bit boot protocol has the
/// address of boot_params in RSI; Documentation/arch/x86/boot.rst and zero-page.rst.
/// </remarks>
internal sealed class KernelInMemory
{
    private const uint LoaderSignatureOffset = 0x1c0;
    private const uint DescriptorSizeOffset = 0x1c8;
    private const uint MapLowOffset = 0x1d0;
    private const uint MapSizeOffset = 0x1d4;
    private const uint MapHighOffset = 0x1dc;
    private const uint E820CountOffset = 0x1e8;
    private const uint E820TableOffset = 0x2d0;
    private const uint E820EntryBytes = 20;
    private const int E820TableEntries = 128;

    private readonly IGuestContext _guest;
    private readonly GuestAddress _entry;
    private readonly GuestAddress _parameters;

    private KernelInMemory(IGuestContext guest, GuestAddress entry, GuestAddress parameters)
    {
        _guest = guest;
        _entry = entry;
        _parameters = parameters;
    }

    // cli; hlt; jmp to the hlt
    private static ReadOnlySpan<byte> Code => [0xfa, 0xf4, 0xeb, 0xfd];

    private static ReadOnlySpan<byte> LoaderSignature => "EL64"u8;

    /// <summary>Allocates boot_params and the kernel, while boot services are there.</summary>
    /// <returns>The kernel; what AllocatePages returns.</returns>
    public static EfiResult<KernelInMemory> Place(IGuestContext guest)
    {
        EfiResult<GuestAddress> parameters = guest.BootServices.AllocatePages(1, MemoryType.LoaderData);
        if (!parameters.Succeeded)
        {
            return parameters.Status;
        }

        EfiResult<GuestAddress> code = guest.BootServices.AllocatePages(1, MemoryType.LoaderCode);
        if (!code.Succeeded)
        {
            return code.Status;
        }

        guest.Memory.Fill(parameters.Value, GuestAddress.PageSize, 0);
        guest.Memory.Write(code.Value, Code);
        return new KernelInMemory(guest, code.Value, parameters.Value);
    }

    /// <summary>Tells the kernel of its memory. More entries than boot_params has room for are left out.</summary>
    public void DescribeMemory(IReadOnlyList<E820Entry> table)
    {
        int count = Math.Min(table.Count, E820TableEntries);
        _guest.Memory.WriteByte(_parameters + E820CountOffset, (byte)count);
        for (int i = 0; i < count; i++)
        {
            GuestAddress entry = _parameters + E820TableOffset + ((ulong)i * E820EntryBytes);
            _guest.Memory.WriteUInt64(entry, table[i].Start);
            _guest.Memory.WriteUInt64(entry + 8, table[i].Bytes);
            _guest.Memory.WriteUInt32(entry + 16, table[i].Type);
        }
    }

    /// <summary>Hands the map with which the loader left boot services on, and jumps. Comes back only if the kernel does.</summary>
    public EfiStatus Start(GuestMemoryMap map)
    {
        IGuestMemory memory = _guest.Memory;
        memory.Write(_parameters + LoaderSignatureOffset, LoaderSignature);
        memory.WriteUInt32(_parameters + DescriptorSizeOffset, (uint)map.DescriptorSize);
        memory.WriteUInt32(_parameters + DescriptorSizeOffset + 4, MemoryDescriptor.Version);
        memory.WriteUInt32(_parameters + MapLowOffset, (uint)map.Buffer.Value);
        memory.WriteUInt32(_parameters + MapHighOffset, (uint)(map.Buffer.Value >> 32));
        memory.WriteUInt32(_parameters + MapSizeOffset, (uint)map.Size);
        return new EfiStatus(_guest.HandOver(_entry, _parameters));
    }
}
