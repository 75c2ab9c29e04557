using System.Globalization;
using EfiEmu.Firmware.Checkpoints;
using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>The bench of one boot.</summary>
internal sealed class BootBench(BootMachine boot, BootCourse course, IBootServices services) : IBootBench
{
    /// <summary>What runs the rest of the boot many times.</summary>
    public BootFork Fork { get; } = new(boot, course);

    /// <summary>Whether the guest used up its instructions.</summary>
    public bool IsBudgetSpent => boot.Processor.Used >= boot.Processor.Budget;

    /// <summary>The machine, to take a copy of.</summary>
    public Machine Machine => boot.Machine;

    public IBootServices BootServices => services;

    public IGuestMemory Memory => boot.Machine.Memory;

    public ulong Nanoseconds => boot.Machine.Clock.Nanoseconds;

    public ulong Instructions => boot.Machine.InstructionsRetired;

    public void SignalGroup(Guid group) => boot.Events.SignalGroup(group, always: true);

    public void Elapse(ulong nanoseconds)
    {
        boot.Events.Skip(nanoseconds);
        boot.Events.Poll();
    }

    public void GrowMemoryMap(int descriptors)
    {
        new MapGrowth(services).Grow(descriptors);
        Remark(descriptors == 0
            ? "behind the guest's back the map key moved, and the map is as long as before"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"behind the guest's back the map grew by {descriptors} {(descriptors == 1 ? "descriptor" : "descriptors")}"));
    }

    public void Remark(string text) => boot.Recorder.Add(new Remark(text));
}
