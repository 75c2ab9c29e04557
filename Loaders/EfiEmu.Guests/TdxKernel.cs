using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A kernel that knows unaccepted memory from TDX alone: it asks nobody to leave it, and accepts all of it before it starts.</summary>
/// <remarks>
/// TDX firmware has no AllowUnacceptedMemory, so a kernel written for TDX need not look for it. Out of boot services it accepts
/// with the processor's own instruction, as Linux does at once with accept_memory=eager; its stub's table stays empty. On
/// SEV-SNP nothing of type 15 is left for it: firmware accepted all inside ExitBootServices, for nobody asked it not to.
/// Intel TDX Module ABI reference, TDG.MEM.PAGE.ACCEPT.
/// </remarks>
[Guest("tdx-kernel", "knows unaccepted memory from TDX: asks nobody, accepts all with TDCALL", HandsOver = true)]
public sealed class TdxKernel : IGuestImage
{
    private const ulong SlackDescriptors = 32;
    private const ulong SmallPage = 0;
    private const ulong LargePage = 1;

    // Accepts pages from RCX, which carries the size of a page in its low bits, to RDX, in steps of R8; RAX is the first error.
    private static ReadOnlySpan<byte> AcceptPages =>
    [
        0xb8, 6, 0, 0, 0,       // again: mov eax, TDG.MEM.PAGE.ACCEPT
        0x66, 0x0f, 0x01, 0xcc, // tdcall
        0x48, 0x85, 0xc0,       // test rax, rax
        0x75, 8,                // jnz done
        0x4c, 0x01, 0xc1,       // add rcx, r8
        0x48, 0x39, 0xd1,       // cmp rcx, rdx
        0x72, 0xea,             // jb again
        0xc3,                   // done: ret
    ];

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        EfiResult<KernelInMemory> placed = KernelInMemory.Place(guest);
        if (!placed.TryGet(out KernelInMemory kernel))
        {
            return placed.Status;
        }

        // The image's own page: code that belongs to nobody's image would be the kernel already.
        GuestAddress acceptPages = guest.Self().ImageBase;
        guest.Memory.Write(acceptPages, AcceptPages);
        EfiResult<UnacceptedMemoryTable?> installed = UnacceptedMemoryTable.Install(guest);
        EfiResult<GuestMemoryMap> left = installed.Succeeded ? LinuxExit.Leave(guest, SlackDescriptors) : installed.Status;
        if (!left.TryGet(out GuestMemoryMap map))
        {
            return left.Status;
        }

        foreach (MemoryDescriptor descriptor in UnacceptedMemoryTable.OfType15(map.Descriptors))
        {
            Accept(guest, acceptPages, descriptor.PhysicalStart.Value, descriptor.PhysicalStart.Value + descriptor.Bytes);
        }

        kernel.DescribeMemory(E820Table.OfLinux(map.Descriptors, E820Type.Ram));
        return kernel.Start(map);
    }

    // Pages of 2 MiB, and of 4 KiB where a range does not begin or end with one of those.
    private static void Accept(IGuestContext guest, GuestAddress acceptPages, ulong start, ulong end)
    {
        ulong firstLarge = Math.Min((start + UnacceptedMemoryTable.UnitBytes - 1) & ~(UnacceptedMemoryTable.UnitBytes - 1), end);
        ulong endLarge = Math.Max(end & ~(UnacceptedMemoryTable.UnitBytes - 1), firstLarge);
        AcceptRun(guest, acceptPages, start, firstLarge, SmallPage, GuestAddress.PageSize);
        AcceptRun(guest, acceptPages, firstLarge, endLarge, LargePage, UnacceptedMemoryTable.UnitBytes);
        AcceptRun(guest, acceptPages, endLarge, end, SmallPage, GuestAddress.PageSize);
    }

    private static void AcceptRun(IGuestContext guest, GuestAddress acceptPages, ulong start, ulong end, ulong level, ulong step)
    {
        if (start < end)
        {
            guest.Call(acceptPages, start | level, end, step);
        }
    }
}
