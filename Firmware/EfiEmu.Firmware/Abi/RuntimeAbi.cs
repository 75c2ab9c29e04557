using EfiEmu.Firmware.Services;
using EfiEmu.Firmware.Tables;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The runtime services other than the variables, as guests call them.</summary>
/// <remarks>UEFI 2.10 sections 8.3 to 8.5.</remarks>
internal sealed class RuntimeAbi(RuntimeServices services, TimeServices time, MonotonicCounter counter, IGuestMemory memory)
{
    /// <summary>The rows of the runtime services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(24, new("rt", "GetTime", new("Time", Out), new("Capabilities", Out)), GetTime),
        new(32, new("rt", "SetTime", new Parameter("Time", Pointer)), SetTime),
        ServiceRow.NotModelled(40, "rt", "GetWakeupTime"),
        ServiceRow.NotModelled(48, "rt", "SetWakeupTime"),
        new(56, new("rt", "SetVirtualAddressMap", new("MemoryMapSize"), new("DescriptorSize"), new("DescriptorVersion"), new("VirtualMap", Pointer)), c => services.SetVirtualAddressMap(c[1], (uint)c[2]).Value),
        new(64, new("rt", "ConvertPointer", new("DebugDisposition"), new("Address", Out)), ConvertPointer),
        new(96, new("rt", "GetNextHighMonotonicCount", new Parameter("HighCount", Out)), GetNextHighMonotonicCount),
        new(104, new("rt", "ResetSystem", new("ResetType"), new("ResetStatus", ParameterKind.Status), new("DataSize"), new("ResetData", Pointer)), c => throw RuntimeServices.ResetSystem((uint)c[0], new EfiStatus(c[1]))),
        ServiceRow.NotModelled(112, "rt", "UpdateCapsule"),
        ServiceRow.NotModelled(120, "rt", "QueryCapsuleCapabilities"),
    ];

    private ulong GetTime(IGuestCall call)
    {
        if (call[0] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        memory.Write(new GuestAddress(call[0]), time.Now());
        if (call[1] != 0)
        {
            memory.Write(new GuestAddress(call[1]), TimeServices.Capabilities());
        }

        return EfiStatus.Success.Value;
    }

    private ulong SetTime(IGuestCall call) => call[0] == 0
        ? EfiStatus.InvalidParameter.Value
        : time.Set(memory.ReadBytes(new GuestAddress(call[0]), TimeServices.TimeBytes)).Value;

    private ulong ConvertPointer(IGuestCall call) => call[1] == 0
        ? EfiStatus.InvalidParameter.Value
        : RuntimeServices.ConvertPointer(call[0], memory.ReadPointer(new GuestAddress(call[1]))).Value;

    private ulong GetNextHighMonotonicCount(IGuestCall call)
    {
        if (call[0] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        memory.WriteUInt32(new GuestAddress(call[0]), counter.NextHigh());
        return EfiStatus.Success.Value;
    }
}
