namespace EfiEmu.Cpu.Paging;

/// <summary>How the way through the tables ended.</summary>
internal enum PageWalkEnd
{
    /// <summary>At a page.</summary>
    Page,

    /// <summary>At an entry without P.</summary>
    NotPresent,

    /// <summary>At an entry with a reserved bit.</summary>
    Reserved,

    /// <summary>At a table that the bus does not let the processor read.</summary>
    Refused,
}

/// <summary>One way through the tables, from the highest level down.</summary>
internal unsafe struct PageWalk
{
    public const int Levels = 4;

    /// <summary>The physical addresses of the entries on the way, by level; 0 is the page table.</summary>
    public fixed ulong At[Levels];

    public fixed ulong Entry[Levels];

    /// <summary>The level that it ended at.</summary>
    public int Level;

    public PageWalkEnd End;

    public PageRights Rights;

    /// <summary>The physical address of the 4 KiB that the address lies in.</summary>
    public ulong Frame;
}
