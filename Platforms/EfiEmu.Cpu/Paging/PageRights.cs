namespace EfiEmu.Cpu.Paging;

/// <summary>What all entries on the way to a page say together.</summary>
[Flags]
internal enum PageRights
{
    None = 0,

    // RW of every entry.
    Writable = 1,

    // US of every entry.
    User = 2,

    // XD of any entry.
    NoExecute = 4,

    // The D bit of the page is set.
    Dirty = 8,
}
