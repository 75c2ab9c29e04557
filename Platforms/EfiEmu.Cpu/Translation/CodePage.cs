namespace EfiEmu.Cpu.Translation;

/// <summary>A physical page that blocks were decoded from.</summary>
internal sealed class CodePage
{
    /// <summary>The blocks that lie wholly or partly in the page.</summary>
    public List<nint> Blocks { get; } = [];

    /// <summary>One bit for each 64 bytes of the page that a block covers; may say too much, never too little.</summary>
    public ulong Covered { get; set; }

    /// <summary>The bits of <see cref="Covered"/> for a range of physical addresses, as far as it lies in the page.</summary>
    public static ulong Bits(ulong page, ulong start, ulong end)
    {
        int first = start <= page ? 0 : (int)((start - page) >> 6);
        int last = end >= page + 0x1000 ? 63 : (int)((end - 1 - page) >> 6);
        return (ulong.MaxValue << first) & (ulong.MaxValue >> (63 - last));
    }
}
