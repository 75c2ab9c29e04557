using EfiEmu.Firmware.Services;
using EfiEmu.Firmware.Tables;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The runtime services other than the variables, as guests call them.</summary>
/// <remarks>UEFI 2.10 sections 8.3 to 8.5.</remarks>
internal sealed class RuntimeAbi(RuntimeServices services, TimeServices time, MonotonicCounter counter, IGuestMemory memory)
{
    // EFI_CAPSULE_HEADER: CapsuleGuid@0, HeaderSize u32@16, Flags u32@20.
    private const ulong CapsuleFlagsOffset = 20;
    private const uint PersistAcrossReset = 0x00010000;
    private const uint PopulateSystemTable = 0x00020000;
    private const uint InitiateReset = 0x00040000;
    private const ulong MostCapsules = 1024;

    /// <summary>The rows of the runtime services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(24, new("rt", "GetTime", new("Time", Out), new("Capabilities", Out)), GetTime),
        new(32, new("rt", "SetTime", new Parameter("Time", Pointer)), SetTime),
        new(40, new("rt", "GetWakeupTime", new("Enabled", Out), new("Pending", Out), new("Time", Out)), GetWakeupTime),
        new(48, new("rt", "SetWakeupTime", new("Enable"), new("Time", Pointer)), SetWakeupTime),
        new(56, new("rt", "SetVirtualAddressMap", new("MemoryMapSize"), new("DescriptorSize"), new("DescriptorVersion"), new("VirtualMap", Pointer)), c => services.SetVirtualAddressMap(c[1], (uint)c[2]).Value),
        new(64, new("rt", "ConvertPointer", new("DebugDisposition"), new("Address", Out)), ConvertPointer),
        new(96, new("rt", "GetNextHighMonotonicCount", new Parameter("HighCount", Out)), GetNextHighMonotonicCount),
        new(104, new("rt", "ResetSystem", new("ResetType"), new("ResetStatus", ParameterKind.Status), new("DataSize"), new("ResetData", Pointer)), c => throw RuntimeServices.ResetSystem((uint)c[0], new EfiStatus(c[1]))),
        new(112, new("rt", "UpdateCapsule", new("CapsuleHeaderArray", Pointer), new("CapsuleCount"), new("ScatterGatherList", Pointer)), UpdateCapsule),
        new(120, new("rt", "QueryCapsuleCapabilities", new("CapsuleHeaderArray", Pointer), new("CapsuleCount"), new("MaximumCapsuleSize", Out), new("ResetType", Out)), QueryCapsuleCapabilities),
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

    private ulong GetWakeupTime(IGuestCall call)
    {
        if (call[0] == 0 || call[1] == 0 || call[2] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        (bool enabled, byte[] alarm) = time.Alarm;
        memory.WriteByte(new GuestAddress(call[0]), enabled ? (byte)1 : (byte)0);
        memory.WriteByte(new GuestAddress(call[1]), 0);
        memory.Write(new GuestAddress(call[2]), alarm);
        return EfiStatus.Success.Value;
    }

    private ulong SetWakeupTime(IGuestCall call) => time.SetAlarm(
        (call[0] & 0xff) != 0,
        call[1] == 0 ? null : memory.ReadBytes(new GuestAddress(call[1]), TimeServices.TimeBytes)).Value;

    /// <summary>EFI_RUNTIME_SERVICES.UpdateCapsule().</summary>
    /// <remarks>
    /// INVALID_PARAMETER for no capsule or flags that do not go together; UNSUPPORTED else: OVMF is built without capsule
    /// support (MdeModulePkg/Universal/CapsuleRuntimeDxe with DxeCapsuleLibNull).
    /// </remarks>
    private ulong UpdateCapsule(IGuestCall call) => CheckCapsules(call).Value;

    /// <summary>EFI_RUNTIME_SERVICES.QueryCapsuleCapabilities().</summary>
    /// <remarks>As UpdateCapsule, and INVALID_PARAMETER for missing results.</remarks>
    private ulong QueryCapsuleCapabilities(IGuestCall call) =>
        (call[2] == 0 || call[3] == 0 ? EfiStatus.InvalidParameter : CheckCapsules(call)).Value;

    private EfiStatus CheckCapsules(IGuestCall call)
    {
        if (call[1] == 0)
        {
            return EfiStatus.InvalidParameter;
        }

        for (ulong i = 0; i < Math.Min(call[1], MostCapsules); i++)
        {
            GuestAddress header = memory.ReadPointer(new GuestAddress(call[0] + (8 * i)));
            uint flags = memory.ReadUInt32(header + CapsuleFlagsOffset);
            bool persists = (flags & PersistAcrossReset) != 0;
            if (!persists && (flags & (PopulateSystemTable | InitiateReset)) != 0)
            {
                return EfiStatus.InvalidParameter;
            }
        }

        return EfiStatus.Unsupported;
    }

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
