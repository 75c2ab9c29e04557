using EfiEmu.Firmware.Events;
using EfiEmu.Firmware.Memory;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>Makes known what moved the map key: a record for the report, and the MEMORY_MAP_CHANGE group for guests.</summary>
internal sealed class MapChanges(MemoryDatabase memory, EventDatabase events, BootRecorder recorder)
{
    /// <summary>Publishes what changed since the last time. The notifications run when the task priority allows it.</summary>
    public void Publish()
    {
        IReadOnlyList<Memory.MapChange> changes = memory.DrainChanges();
        foreach (Memory.MapChange change in changes)
        {
            recorder.Add(new MemoryMapChanged(change.MapKey, change.Cause));
        }

        if (changes.Count > 0)
        {
            events.SignalGroup(KnownGuids.MemoryMapChangeGroup);
        }
    }
}
