using EfiEmu.Firmware.Memory;
using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Tables;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>InstallConfigurationTable with its effects: the array in runtime data, the system table, the group of the table's GUID.</summary>
/// <remarks>UEFI 2.10 section 7.5.1; MdeModulePkg/Core/Dxe/Misc/InstallConfigurationTable.c.</remarks>
internal sealed class ConfigurationTableServices(
    ConfigurationTables database, PoolAllocator pool, MapChanges changes, SystemTables tables, IGuestMemory memory, EventServices events, BootRecorder recorder)
{
    private GuestAddress _array;

    /// <summary>The pointer of a table, or NULL.</summary>
    public GuestAddress Find(Guid guid) => database.Find(guid);

    /// <summary>Adds, replaces, or removes (NULL) a table.</summary>
    /// <returns>SUCCESS; NOT_FOUND when the table to remove is absent; OUT_OF_RESOURCES.</returns>
    public EfiStatus Install(Guid guid, GuestAddress table)
    {
        if (database.NeedsGrowth(guid, table) && !Grow())
        {
            return EfiStatus.OutOfResources;
        }

        ConfigurationTableOutcome outcome = database.Install(guid, table);
        if (outcome.Status.IsError)
        {
            return outcome.Status;
        }

        WriteArray();
        tables.SetConfigurationTables((ulong)database.Entries.Count, _array);
        if (outcome.RefreshesCrc)
        {
            tables.UpdateSystemCrc();
        }

        recorder.Add(new ConfigurationTableInstalled(guid, table));
        changes.Publish();
        events.SignalGroup(guid);
        return EfiStatus.Success;
    }

    private bool Grow()
    {
        ulong bytes = (ulong)(database.Capacity + ConfigurationTables.Growth) * ConfigurationTables.EntrySize;
        EfiResult<GuestAddress> larger = pool.AllocatePool(MemoryType.RuntimeServicesData, bytes);
        if (!larger.Succeeded)
        {
            return false;
        }

        if (!_array.IsNull)
        {
            pool.FreePool(_array);
        }

        _array = larger.Value;
        return true;
    }

    private void WriteArray()
    {
        GuestAddress entry = _array;
        foreach (ConfigurationTable item in database.Entries)
        {
            memory.WriteGuid(entry, item.Guid);
            memory.WritePointer(entry + 16, item.Table);
            entry += ConfigurationTables.EntrySize;
        }
    }
}
