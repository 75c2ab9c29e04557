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
    private const ulong EntryBytes = 24;

    private GuestAddress _array;
    private int _capacity;

    /// <summary>The pointer of a table, or NULL.</summary>
    public GuestAddress Find(Guid guid) => database.Find(guid);

    /// <summary>Adds, replaces, or removes (NULL) a table.</summary>
    /// <returns>SUCCESS; NOT_FOUND when the table to remove is absent; OUT_OF_RESOURCES.</returns>
    public EfiStatus Install(Guid guid, GuestAddress table)
    {
        bool isNew = database.Find(guid).IsNull;
        if (isNew && !table.IsNull && !EnsureCapacity(database.Count + 1))
        {
            return EfiStatus.OutOfResources;
        }

        EfiStatus status = database.Install(guid, table);
        if (status.IsError)
        {
            return status;
        }

        WriteArray();
        tables.SetConfigurationTables((ulong)database.Count, _array);

        // Differs from the specification: replacing a pointer in place leaves the checksum, which does not cover the array.
        tables.UpdateSystemCrc();
        recorder.Add(new ConfigurationTableInstalled(guid, table));
        changes.Publish();
        events.SignalGroup(guid);
        return EfiStatus.Success;
    }

    private bool EnsureCapacity(int count)
    {
        if (count <= _capacity)
        {
            return true;
        }

        int capacity = ConfigurationTables.CapacityFor(count);
        EfiResult<GuestAddress> larger = pool.AllocatePool(MemoryType.RuntimeServicesData, (ulong)capacity * EntryBytes);
        if (!larger.Succeeded)
        {
            return false;
        }

        if (!_array.IsNull)
        {
            pool.FreePool(_array);
        }

        _array = larger.Value;
        _capacity = capacity;
        return true;
    }

    private void WriteArray()
    {
        GuestAddress entry = _array;
        foreach ((Guid guid, GuestAddress table) in database.Entries)
        {
            memory.WriteGuid(entry, guid);
            memory.WritePointer(entry + 16, table);
            entry += EntryBytes;
        }
    }
}
