using EfiEmu.Cpu.Execution;

namespace EfiEmu.Cpu.Paging;

/// <summary>Goes through 4-level page tables in guest-physical memory.</summary>
internal sealed unsafe class PageWalker(IProcessorBus bus, SystemState system)
{
    private const int KeptTables = 256;
    private const ulong NoTable = 1;

    // Where the tables that were read last lie in the host: direct mapped.
    private readonly KeptTable[] _tables = NewTables();

    /// <summary>Forgets where tables lie in the host.</summary>
    public void Forget() => Array.Fill(_tables, new KeptTable(NoTable, 0));

    /// <summary>The way to an address, without a change to any table.</summary>
    public PageWalk Walk(ulong address)
    {
        PageWalk walk = default;
        ulong attributes = bus.AddressAttributes;
        bool knowsNoExecute = (system.Registers.Efer & SystemRegisters.EferNoExecute) != 0;
        PageRights rights = PageRights.Writable | PageRights.User;
        ulong table = system.Registers.Cr3 & PageEntry.Address & ~attributes;
        for (int level = PageWalk.Levels - 1; ; level--)
        {
            ulong at = table + (((address >> PageEntry.Shift(level)) & 0x1FF) * 8);
            walk.Level = level;
            walk.At[level] = at;
            if (!TryRead(at, out ulong entry))
            {
                walk.End = PageWalkEnd.Refused;
                return walk;
            }

            walk.Entry[level] = entry;
            if ((entry & PageEntry.Present) == 0)
            {
                walk.End = PageWalkEnd.NotPresent;
                return walk;
            }

            if ((entry & ~attributes & PageEntry.ReservedBits(level, entry, knowsNoExecute)) != 0)
            {
                walk.End = PageWalkEnd.Reserved;
                return walk;
            }

            rights = Narrow(rights, entry);
            table = entry & PageEntry.Address & ~attributes;
            if (level == 0 || (entry & PageEntry.Large) != 0)
            {
                ulong within = (1ul << PageEntry.Shift(level)) - 1;
                walk.Frame = (table & ~within) | (address & within & ~0xFFFul);
                walk.Rights = rights | ((entry & PageEntry.Dirty) != 0 ? PageRights.Dirty : 0);
                return walk;
            }
        }
    }

    /// <summary>Sets A in every entry on the way, and D in the last when the page is written.</summary>
    /// <returns>False, and nothing set from there on down, where the bus refuses to write the table at <paramref name="refused"/>.</returns>
    public bool TryMark(ref PageWalk walk, bool isWrite, Action<ulong> wrote, out ulong refused)
    {
        refused = 0;
        for (int level = PageWalk.Levels - 1; level >= walk.Level; level--)
        {
            ulong marked = walk.Entry[level] | PageEntry.Accessed;
            if (level == walk.Level && isWrite)
            {
                marked |= PageEntry.Dirty;
                walk.Rights |= PageRights.Dirty;
            }

            if (marked == walk.Entry[level])
            {
                continue;
            }

            nint host = bus.TranslatePage(walk.At[level] & ~0xFFFul, MemoryAccess.Write);
            if (host == 0)
            {
                refused = walk.At[level];
                return false;
            }

            *(ulong*)(host + (nint)(walk.At[level] & 0xFFF)) = marked;
            wrote(walk.At[level]);
        }

        return true;
    }

    private static PageRights Narrow(PageRights rights, ulong entry)
    {
        rights &= (entry & PageEntry.Writable) != 0 ? rights : ~PageRights.Writable;
        rights &= (entry & PageEntry.User) != 0 ? rights : ~PageRights.User;
        return (entry & PageEntry.NoExecute) != 0 ? rights | PageRights.NoExecute : rights;
    }

    private static KeptTable[] NewTables()
    {
        var tables = new KeptTable[KeptTables];
        Array.Fill(tables, new KeptTable(NoTable, 0));
        return tables;
    }

    private bool TryRead(ulong at, out ulong entry)
    {
        ulong table = at & ~0xFFFul;
        ref KeptTable kept = ref _tables[(table >> 12) % KeptTables];
        if (kept.Table != table)
        {
            nint host = bus.TranslatePage(table, MemoryAccess.Read);
            if (host == 0)
            {
                entry = 0;
                return false;
            }

            kept = new KeptTable(table, host);
        }

        entry = *(ulong*)(kept.Host + (nint)(at & 0xFFF));
        return true;
    }

    private readonly record struct KeptTable(ulong Table, nint Host);
}
