namespace EfiEmu.Cpu.Execution;

/// <summary>
/// Byte offsets into the processor state, which is one native block. Micro-operations name their operands by these
/// offsets, so that AH is RAX + 1 and a temporary is a register like any other. What an operand byte must reach lies below 256.
/// </summary>
internal static class Slot
{
    public const int Rax = 0;
    public const int Rcx = 8;
    public const int Rdx = 16;
    public const int Rbx = 24;
    public const int Rsp = 32;
    public const int Rbp = 40;
    public const int Rsi = 48;
    public const int Rdi = 56;
    public const int R11 = 88;

    // Always zero: the base or index of an address that has none.
    public const int Zero = 128;

    // The lazily kept flags: what they mean is in FlagKind.
    public const int FlagA = 136;
    public const int FlagB = 144;
    public const int FlagKind = 152;

    public const int Temp = 160;
    public const int AddressTemp = 168;
    public const int FsBase = 176;
    public const int GsBase = 184;
    public const int Rip = 192;

    // Instructions that this run may still start; counted down by whole blocks.
    public const int Remaining = 200;

    // The block and the micro-operation that a slow path runs for; the block is null between blocks.
    public const int Block = 208;
    public const int Operation = 216;

    // System flags, and the arithmetic flags when FlagKind is Explicit.
    public const int Rflags = 224;

    // Handlers return to the loop when no more than this remains.
    public const int SliceEnd = 232;

    // The block that the loop goes on with.
    public const int Resume = 240;

    // Counts up when code was dropped or may be mapped elsewhere: host code of a region is left then.
    public const int CodeVersion = 248;

    public const int Xmm = 256;

    // The page translations, at a fixed distance so that they need no host register of their own.
    public const int ReadTable = 1024;
    public const int WriteTable = ReadTable + (GuestMemory.TlbEntries * 16);
    public const int Size = WriteTable + (GuestMemory.TlbEntries * 16);
}
