using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tables;

/// <summary>One entry of the system table's configuration table array.</summary>
internal readonly record struct ConfigurationTable(Guid Guid, GuestAddress Table);

/// <summary>What InstallConfigurationTable did.</summary>
internal enum ConfigurationTableChange
{
    /// <summary>Nothing: the call failed.</summary>
    None,

    /// <summary>An entry was added at the end.</summary>
    Added,

    /// <summary>An entry points somewhere else now.</summary>
    Replaced,

    /// <summary>An entry went; those behind it moved down.</summary>
    Removed,
}

/// <summary>What InstallConfigurationTable comes to.</summary>
/// <param name="Status">What the guest gets. On success signal the event group that has the table's GUID, last of all.</param>
/// <param name="Change">What became of the array.</param>
/// <param name="Index">The entry concerned.</param>
/// <param name="GrewTo">
/// The entries that a new array must hold, when one has to be allocated (RuntimeServicesData pool) before the old one,
/// if any, is freed; null otherwise.
/// </param>
internal readonly record struct ConfigurationTableOutcome(
    EfiStatus Status, ConfigurationTableChange Change, int Index, int? GrewTo)
{
    /// <summary>Whether the system table's CRC is computed anew; edk2 leaves it alone when it replaces a pointer.</summary>
    public bool RefreshesCrc => Change is ConfigurationTableChange.Added or ConfigurationTableChange.Removed;
}

/// <summary>The configuration tables in the order of the array.</summary>
/// <remarks>UEFI 2.10 sections 4.6 and 7.5.6; MdeModulePkg/Core/Dxe/Misc/InstallConfigurationTable.c.</remarks>
internal sealed class ConfigurationTables
{
    /// <summary>Bytes of an entry in guest memory: GUID, pointer.</summary>
    public const int EntrySize = 24;

    /// <summary>The array grows by this many entries at a time, and never shrinks.</summary>
    public const int Growth = 16;

    private readonly List<ConfigurationTable> _entries = [];

    /// <summary>The array.</summary>
    public IReadOnlyList<ConfigurationTable> Entries => _entries;

    /// <summary>Entries for which the guest's array has room.</summary>
    public int Capacity { get; private set; }

    /// <summary>The address installed for a GUID; NULL for none.</summary>
    public GuestAddress Find(Guid guid) => _entries.Find(entry => entry.Guid == guid).Table;

    /// <summary>Whether adding this table makes the array grow, so that the caller can allocate before it commits.</summary>
    public bool NeedsGrowth(Guid guid, GuestAddress table) =>
        !table.IsNull && _entries.Count >= Capacity && IndexOf(guid) < 0;

    /// <summary>InstallConfigurationTable; a NULL GUID is the caller's to refuse with INVALID_PARAMETER.</summary>
    /// <param name="guid">The table's GUID.</param>
    /// <param name="table">Where it lies; NULL removes it.</param>
    /// <returns>SUCCESS; NOT_FOUND for a table to remove that is not there.</returns>
    public ConfigurationTableOutcome Install(Guid guid, GuestAddress table)
    {
        int index = IndexOf(guid);
        if (index >= 0)
        {
            return table.IsNull ? Remove(index) : Replace(index, table);
        }

        return table.IsNull
            ? new ConfigurationTableOutcome(EfiStatus.NotFound, ConfigurationTableChange.None, -1, GrewTo: null)
            : Add(guid, table);
    }

    private ConfigurationTableOutcome Add(Guid guid, GuestAddress table)
    {
        int? grewTo = null;
        if (_entries.Count >= Capacity)
        {
            Capacity += Growth;
            grewTo = Capacity;
        }

        _entries.Add(new ConfigurationTable(guid, table));
        return new ConfigurationTableOutcome(
            EfiStatus.Success, ConfigurationTableChange.Added, _entries.Count - 1, grewTo);
    }

    private ConfigurationTableOutcome Replace(int index, GuestAddress table)
    {
        _entries[index] = _entries[index] with { Table = table };
        return new ConfigurationTableOutcome(EfiStatus.Success, ConfigurationTableChange.Replaced, index, GrewTo: null);
    }

    private ConfigurationTableOutcome Remove(int index)
    {
        _entries.RemoveAt(index);
        return new ConfigurationTableOutcome(EfiStatus.Success, ConfigurationTableChange.Removed, index, GrewTo: null);
    }

    private int IndexOf(Guid guid) => _entries.FindIndex(entry => entry.Guid == guid);
}
