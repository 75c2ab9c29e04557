using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Checkpoints;

/// <summary>A whole boot as it stood at one moment: the machine, firmware's databases, plugins, the records for the report.</summary>
internal sealed class BootCheckpoint : IDisposable
{
    private readonly MachineCheckpoint _machine;
    private readonly ObjectCheckpoint _objects;

    private BootCheckpoint(MachineCheckpoint machine, ObjectCheckpoint objects)
    {
        _machine = machine;
        _objects = objects;
    }

    /// <summary>Keeps a boot; while no guest code is in progress on the processor.</summary>
    /// <exception cref="CheckpointException">A plugin has state that its fields do not show.</exception>
    public static BootCheckpoint Take(BootMachine boot)
    {
        ObjectCheckpoint objects = ObjectCheckpoint.Of(boot, IsLeaf);
        return new BootCheckpoint(boot.Machine.Checkpoint(), objects);
    }

    /// <summary>Makes the boot what it was.</summary>
    public void Restore()
    {
        _machine.Restore();
        _objects.Restore();
    }

    /// <inheritdoc/>
    public void Dispose() => _machine.Dispose();

    // The machine keeps itself, with all that is behind it. Records, requests and layouts never change. Who watches a boot
    // remembers what it saw.
    private static bool IsLeaf(Type type) =>
        type.Assembly == typeof(Machine).Assembly
        || typeof(BootEvent).IsAssignableFrom(type)
        || typeof(IBootInstrument).IsAssignableFrom(type)
        || type == typeof(FunctionSignature)
        || type == typeof(BootRequest)
        || type == typeof(StagedMemoryMap);
}
