using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>The bench of one boot.</summary>
internal sealed class BootBench(BootMachine boot, IBootServices services) : IBootBench
{
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

    public void Remark(string text) => boot.Recorder.Add(new Remark(text));
}
