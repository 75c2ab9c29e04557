using EfiEmu.Firmware.Handles;
using EfiEmu.Firmware.Images;
using EfiEmu.Firmware.Services;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The services that look handles and protocols up, as guests call them.</summary>
/// <remarks>UEFI 2.10 section 7.3; MdeModulePkg/Core/Dxe/Hand/Locate.c.</remarks>
internal sealed class LocateAbi(ProtocolServices services, MemoryServices allocator, IGuestMemory memory)
{
    private const ulong HandleBytes = 8;

    /// <summary>The rows of the boot services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(176, new("bs", "LocateHandle", new("SearchType"), new("Protocol", ParameterKind.Guid), new("SearchKey"), new("BufferSize", Out), new("Buffer", Pointer)), LocateHandle),
        new(184, new("bs", "LocateDevicePath", new("Protocol", ParameterKind.Guid), new("DevicePath", Out), new("Device", Out)), LocateDevicePath),
        new(304, new("bs", "ProtocolsPerHandle", new("Handle"), new("ProtocolBuffer", Out), new("ProtocolBufferCount", Out)), ProtocolsPerHandle),
        new(312, new("bs", "LocateHandleBuffer", new("SearchType"), new("Protocol", ParameterKind.Guid), new("SearchKey"), new("NoHandles", Out), new("Buffer", Out)), LocateHandleBuffer),
        new(320, new("bs", "LocateProtocol", new("Protocol", ParameterKind.Guid), new("Registration"), new("Interface", Out)), LocateProtocol),
    ];

    private ulong LocateHandle(IGuestCall call)
    {
        var sizePointer = new GuestAddress(call[3]);
        if (sizePointer.IsNull)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        ulong size = memory.ReadUInt64(sizePointer);
        if (size > 0 && call[4] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        LocateOutcome outcome = Search(call, size);
        if (outcome.Status == EfiStatus.Success)
        {
            WriteHandles(new GuestAddress(call[4]), outcome.Handles);
        }

        if (outcome.BufferBytes != size)
        {
            memory.WriteUInt64(sizePointer, outcome.BufferBytes);
        }

        return outcome.Status.Value;
    }

    private ulong LocateHandleBuffer(IGuestCall call)
    {
        if (call[3] == 0 || call[4] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        memory.WriteUInt64(new GuestAddress(call[3]), 0);
        memory.WriteUInt64(new GuestAddress(call[4]), 0);
        LocateOutcome outcome = Search(call, ulong.MaxValue);
        if (outcome.Status.IsError)
        {
            return outcome.Status.Value;
        }

        EfiResult<GuestAddress> buffer = allocator.AllocatePool(
            MemoryType.BootServicesData, (ulong)outcome.Handles.Count * HandleBytes);
        if (buffer.Succeeded)
        {
            WriteHandles(buffer.Value, outcome.Handles);
            memory.WriteUInt64(new GuestAddress(call[3]), (ulong)outcome.Handles.Count);
            memory.WritePointer(new GuestAddress(call[4]), buffer.Value);
        }

        return buffer.Status.Value;
    }

    private LocateOutcome Search(IGuestCall call, ulong room) => services.Database.Search.LocateHandle(
        (uint)call[0], call[1] == 0 ? null : memory.ReadGuid(new GuestAddress(call[1])), new GuestAddress(call[2]), room);

    private void WriteHandles(GuestAddress buffer, IReadOnlyList<EfiHandle> handles)
    {
        for (int i = 0; i < handles.Count; i++)
        {
            memory.WriteUInt64(buffer + (HandleBytes * (ulong)i), handles[i].Value);
        }
    }

    private ulong LocateProtocol(IGuestCall call)
    {
        if (call[0] == 0 || call[2] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<GuestAddress> result = services.LocateProtocol(
            memory.ReadGuid(new GuestAddress(call[0])), new GuestAddress(call[1]));
        memory.WritePointer(new GuestAddress(call[2]), result.Succeeded ? result.Value : GuestAddress.Null);
        return result.Status.Value;
    }

    /// <summary>EFI_BOOT_SERVICES.LocateDevicePath().</summary>
    /// <remarks>A NULL Device is found out only after a match; the guest's pointer then stays where it was (CoreLocateDevicePath).</remarks>
    private ulong LocateDevicePath(IGuestCall call)
    {
        if (call[0] == 0 || call[1] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        var pointer = new GuestAddress(call[1]);
        GuestAddress path = memory.ReadPointer(pointer);
        if (path.IsNull)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        byte[] bytes = DevicePath.Read(memory, path);
        EfiResult<(EfiHandle Device, byte[] Remainder)> found = services.LocateDevicePath(memory.ReadGuid(new GuestAddress(call[0])), bytes);
        if (!found.Succeeded)
        {
            return found.Status.Value;
        }

        if (call[2] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        memory.WriteUInt64(new GuestAddress(call[2]), found.Value.Device.Value);
        memory.WritePointer(pointer, path + (ulong)(bytes.Length - found.Value.Remainder.Length));
        return EfiStatus.Success.Value;
    }

    /// <summary>EFI_BOOT_SERVICES.ProtocolsPerHandle().</summary>
    /// <remarks>The buffer holds pointers to the GUIDs that firmware keeps; the newest protocol comes first.</remarks>
    private ulong ProtocolsPerHandle(IGuestCall call)
    {
        EfiResult<IReadOnlyList<Guid>> result = services.Database.Opens.ProtocolsPerHandle(new EfiHandle(call[0]));
        if (!result.Succeeded || call[1] == 0 || call[2] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<GuestAddress> buffer = allocator.AllocatePool(
            MemoryType.BootServicesData, (ulong)result.Value.Count * HandleBytes);
        if (!buffer.Succeeded)
        {
            return buffer.Status.Value;
        }

        for (int i = 0; i < result.Value.Count; i++)
        {
            memory.WritePointer(buffer.Value + (HandleBytes * (ulong)i), services.GuidInMemory(result.Value[i]));
        }

        memory.WritePointer(new GuestAddress(call[1]), buffer.Value);
        memory.WriteUInt64(new GuestAddress(call[2]), (ulong)result.Value.Count);
        return EfiStatus.Success.Value;
    }
}
