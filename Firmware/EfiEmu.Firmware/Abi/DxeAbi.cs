using EfiEmu.Firmware.Services;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The DXE services as guests call them. Those that no loader needs stop the boot by name.</summary>
/// <remarks>PI 1.8 volume 2, section 7; MdeModulePkg/Core/Dxe/Gcd/Gcd.c.</remarks>
internal sealed class DxeAbi(DxeServices services, IGuestMemory memory)
{
    /// <summary>Bytes of EFI_GCD_MEMORY_SPACE_DESCRIPTOR.</summary>
    public const int DescriptorBytes = 56;

    /// <summary>The rows of the DXE services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(24, new("dxe", "AddMemorySpace", new("GcdMemoryType"), new("BaseAddress"), new("Length"), new("Capabilities")), AddMemorySpace),
        ServiceRow.NotModelled(32, "dxe", "AllocateMemorySpace"),
        ServiceRow.NotModelled(40, "dxe", "FreeMemorySpace"),
        new(48, new("dxe", "RemoveMemorySpace", new("BaseAddress"), new("Length")), RemoveMemorySpace),
        new(56, new("dxe", "GetMemorySpaceDescriptor", new("BaseAddress"), new("Descriptor", Pointer)), GetMemorySpaceDescriptor),
        new(64, new("dxe", "SetMemorySpaceAttributes", new("BaseAddress"), new("Length"), new("Attributes")), SetMemorySpaceAttributes),
        new(72, new("dxe", "GetMemorySpaceMap", new("NumberOfDescriptors", Out), new("MemorySpaceMap", Out)), GetMemorySpaceMap),
        ServiceRow.NotModelled(80, "dxe", "AddIoSpace"),
        ServiceRow.NotModelled(88, "dxe", "AllocateIoSpace"),
        ServiceRow.NotModelled(96, "dxe", "FreeIoSpace"),
        ServiceRow.NotModelled(104, "dxe", "RemoveIoSpace"),
        ServiceRow.NotModelled(112, "dxe", "GetIoSpaceDescriptor"),
        ServiceRow.NotModelled(120, "dxe", "GetIoSpaceMap"),
        ServiceRow.NotModelled(128, "dxe", "Dispatch"),
        ServiceRow.NotModelled(136, "dxe", "Schedule"),
        ServiceRow.NotModelled(144, "dxe", "Trust"),
        ServiceRow.NotModelled(152, "dxe", "ProcessFirmwareVolume"),
        ServiceRow.NotModelled(160, "dxe", "SetMemorySpaceCapabilities"),
    ];

    private ulong AddMemorySpace(IGuestCall call) => services.AddMemorySpace(
        (GcdMemoryType)(uint)call[0], new GuestAddress(call[1]), call[2], (MemoryAttributes)call[3]).Value;

    private ulong RemoveMemorySpace(IGuestCall call) => services.RemoveMemorySpace(new GuestAddress(call[0]), call[1]).Value;

    private ulong SetMemorySpaceAttributes(IGuestCall call) =>
        services.SetMemorySpaceAttributes(new GuestAddress(call[0]), call[1], (MemoryAttributes)call[2]).Value;

    private ulong GetMemorySpaceDescriptor(IGuestCall call)
    {
        if (call[1] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<MemorySpaceDescriptor> result = services.GetMemorySpaceDescriptor(new GuestAddress(call[0]));
        if (result.Succeeded)
        {
            Write(memory, new GuestAddress(call[1]), result.Value);
        }

        return result.Status.Value;
    }

    private ulong GetMemorySpaceMap(IGuestCall call)
    {
        if (call[0] == 0 || call[1] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<IReadOnlyList<MemorySpaceDescriptor>> result = services.GetMemorySpaceMap(out GuestAddress buffer);
        if (result.Succeeded)
        {
            memory.WriteUInt64(new GuestAddress(call[0]), (ulong)result.Value.Count);
            memory.WritePointer(new GuestAddress(call[1]), buffer);
        }

        return result.Status.Value;
    }

    /// <summary>EFI_GCD_MEMORY_SPACE_DESCRIPTOR: BaseAddress@0, Length@8, Capabilities@16, Attributes@24, GcdMemoryType@32, ImageHandle@40, DeviceHandle@48.</summary>
    public static void Write(IGuestMemory memory, GuestAddress address, MemorySpaceDescriptor descriptor)
    {
        memory.WritePointer(address, descriptor.BaseAddress);
        memory.WriteUInt64(address + 8, descriptor.Length);
        memory.WriteUInt64(address + 16, (ulong)descriptor.Capabilities);
        memory.WriteUInt64(address + 24, (ulong)descriptor.Attributes);
        memory.WriteUInt64(address + 32, (ulong)descriptor.Type);
        memory.Fill(address + 40, 16, 0);
    }
}
