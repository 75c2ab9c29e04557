namespace EfiEmu.Cpu.Paging;

/// <summary>The bits of an entry of 4-level page tables (Intel SDM Vol. 3A 4.5, AMD APM vol. 2 5.3 and 5.4).</summary>
internal static class PageEntry
{
    public const ulong Present = 1ul << 0;
    public const ulong Writable = 1ul << 1;
    public const ulong User = 1ul << 2;
    public const ulong Accessed = 1ul << 5;
    public const ulong Dirty = 1ul << 6;

    // PS of a page-directory entry and the entry above it; reserved in the highest level.
    public const ulong Large = 1ul << 7;
    public const ulong NoExecute = 1ul << 63;

    // Bits 51 to 12: the whole width that CPUID reports.
    public const ulong Address = 0x000F_FFFF_FFFF_F000;

    /// <summary>The size of what one entry of a level maps: 12 bits for level 0, the page table.</summary>
    public static int Shift(int level) => 12 + (9 * level);

    /// <summary>Reserved bits of an entry that is present; the width of addresses reserves none.</summary>
    public static ulong ReservedBits(int level, ulong entry, bool knowsNoExecute)
    {
        ulong reserved = knowsNoExecute ? 0 : NoExecute;
        if (level == 3)
        {
            return reserved | Large;
        }

        // Bit 12 of a large page is its PAT bit; from there up to the size of the page the address must be zero.
        bool isLargePage = level != 0 && (entry & Large) != 0;
        return isLargePage ? reserved | (((1ul << Shift(level)) - 1) & ~0x1FFFul) : reserved;
    }
}
