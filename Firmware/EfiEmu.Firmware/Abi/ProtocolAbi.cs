using EfiEmu.Firmware.Handles;
using EfiEmu.Firmware.Services;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The services that install, open and close protocols, as guests call them.</summary>
/// <remarks>UEFI 2.10 section 7.3; MdeModulePkg/Core/Dxe/Hand.</remarks>
internal sealed class ProtocolAbi(
    ProtocolServices services, DriverServices drivers, MemoryServices allocator, EventServices events, IGuestMemory memory)
{
    private const int LongestList = 1024;
    private const uint TestProtocol = 4;

    /// <summary>The rows of the boot services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(128, new("bs", "InstallProtocolInterface", new("Handle", Out), new("Protocol", ParameterKind.Guid), new("InterfaceType"), new("Interface", Pointer)), Install),
        new(136, new("bs", "ReinstallProtocolInterface", new("Handle"), new("Protocol", ParameterKind.Guid), new("OldInterface", Pointer), new("NewInterface", Pointer)), Reinstall),
        new(144, new("bs", "UninstallProtocolInterface", new("Handle"), new("Protocol", ParameterKind.Guid), new("Interface", Pointer)), Uninstall),
        new(152, new("bs", "HandleProtocol", new("Handle"), new("Protocol", ParameterKind.Guid), new("Interface", Out)), HandleProtocol),
        new(168, new("bs", "RegisterProtocolNotify", new("Protocol", ParameterKind.Guid), new("Event"), new("Registration", Out)), RegisterNotify),
        new(264, new("bs", "ConnectController", new("ControllerHandle"), new("DriverImageHandle", Pointer), new("RemainingDevicePath", Pointer), new("Recursive")), Connect),
        new(272, new("bs", "DisconnectController", new("ControllerHandle"), new("DriverImageHandle"), new("ChildHandle")), Disconnect),
        new(280, new("bs", "OpenProtocol", new("Handle"), new("Protocol", ParameterKind.Guid), new("Interface", Out), new("AgentHandle"), new("ControllerHandle"), new("Attributes")), Open),
        new(288, new("bs", "CloseProtocol", new("Handle"), new("Protocol", ParameterKind.Guid), new("AgentHandle"), new("ControllerHandle")), Close),
        new(296, new("bs", "OpenProtocolInformation", new("Handle"), new("Protocol", ParameterKind.Guid), new("EntryBuffer", Out), new("EntryCount", Out)), OpenInformation),
        new(328, new("bs", "InstallMultipleProtocolInterfaces", new("Handle", Out), new("Protocol", ParameterKind.Guid)), InstallMultiple),
        new(336, new("bs", "UninstallMultipleProtocolInterfaces", new("Handle"), new("Protocol", ParameterKind.Guid)), UninstallMultiple),
    ];

    private ulong Install(IGuestCall call)
    {
        if (call[0] == 0 || call[1] == 0 || (uint)call[2] != 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        var pointer = new GuestAddress(call[0]);
        EfiResult<EfiHandle> result = services.Install(
            new EfiHandle(memory.ReadUInt64(pointer)), GuidAt(call[1]), new GuestAddress(call[3]));
        if (result.Succeeded)
        {
            memory.WriteUInt64(pointer, result.Value.Value);
        }

        return result.Status.Value;
    }

    private ulong Reinstall(IGuestCall call) => call[1] == 0
        ? EfiStatus.InvalidParameter.Value
        : services.Reinstall(new EfiHandle(call[0]), GuidAt(call[1]), new GuestAddress(call[2]), new GuestAddress(call[3])).Value;

    private ulong Uninstall(IGuestCall call) => call[1] == 0
        ? EfiStatus.InvalidParameter.Value
        : services.Uninstall(new EfiHandle(call[0]), GuidAt(call[1]), new GuestAddress(call[2])).Value;

    private ulong HandleProtocol(IGuestCall call)
    {
        if (call[1] == 0 || call[2] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<GuestAddress> result = services.HandleProtocol(new EfiHandle(call[0]), GuidAt(call[1]));
        if (result.Status != EfiStatus.InvalidParameter)
        {
            memory.WritePointer(new GuestAddress(call[2]), result.Value);
        }

        return result.Status.Value;
    }

    private ulong RegisterNotify(IGuestCall call)
    {
        var notified = new EfiEvent(call[1]);
        if (call[0] == 0 || call[2] == 0 || !events.Exists(notified))
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<GuestAddress> result = services.RegisterNotify(GuidAt(call[0]), notified);
        if (result.Succeeded)
        {
            memory.WritePointer(new GuestAddress(call[2]), result.Value);
        }

        return result.Status.Value;
    }

    private ulong Connect(IGuestCall call)
    {
        var context = new List<EfiHandle>();
        for (ulong at = call[1]; at != 0 && context.Count < LongestList; at += 8)
        {
            var handle = new EfiHandle(memory.ReadUInt64(new GuestAddress(at)));
            if (handle.IsNull)
            {
                break;
            }

            context.Add(handle);
        }

        GuestAddress? remaining = call[2] == 0 ? null : new GuestAddress(call[2]);
        return drivers.Connect(new EfiHandle(call[0]), context, remaining, (call[3] & 0xff) != 0).Value;
    }

    private ulong Disconnect(IGuestCall call) =>
        drivers.Disconnect(new EfiHandle(call[0]), new EfiHandle(call[1]), new EfiHandle(call[2])).Value;

    private ulong Open(IGuestCall call)
    {
        uint attributes = (uint)call[5];
        if (call[1] == 0 || (call[2] == 0 && attributes != TestProtocol))
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiStatus status = services.Open(
            new OpenRequest(
                new EfiHandle(call[0]), GuidAt(call[1]), new EfiHandle(call[3]), new EfiHandle(call[4]), (OpenAttributes)attributes),
            out GuestAddress? written);
        if (written is { } address && call[2] != 0)
        {
            memory.WritePointer(new GuestAddress(call[2]), address);
        }

        return status.Value;
    }

    private ulong Close(IGuestCall call) => call[1] == 0
        ? EfiStatus.InvalidParameter.Value
        : services.Close(new EfiHandle(call[0]), GuidAt(call[1]), new EfiHandle(call[2]), new EfiHandle(call[3])).Value;

    /// <summary>EFI_BOOT_SERVICES.OpenProtocolInformation().</summary>
    /// <remarks>Entries of AgentHandle@0, ControllerHandle@8, Attributes u32@16, OpenCount u32@20; a protocol that nobody opened gives a buffer too.</remarks>
    private ulong OpenInformation(IGuestCall call)
    {
        if (call[1] == 0 || call[2] == 0 || call[3] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        memory.WriteUInt64(new GuestAddress(call[2]), 0);
        memory.WriteUInt64(new GuestAddress(call[3]), 0);
        EfiResult<IReadOnlyList<OpenUsage>> result = services.Database.Opens.Information(new EfiHandle(call[0]), GuidAt(call[1]));
        if (!result.TryGet(out IReadOnlyList<OpenUsage> usages))
        {
            return result.Status.Value;
        }

        EfiResult<GuestAddress> allocated = allocator.AllocatePool(
            MemoryType.BootServicesData, (ulong)usages.Count * HandleRecordSizes.OpenInformationEntry);
        if (!allocated.Succeeded)
        {
            return allocated.Status.Value;
        }

        GuestAddress entry = allocated.Value;
        foreach (OpenUsage usage in usages)
        {
            memory.WriteUInt64(entry, usage.Agent.Value);
            memory.WriteUInt64(entry + 8, usage.Controller.Value);
            memory.WriteUInt32(entry + 16, (uint)usage.Attributes);
            memory.WriteUInt32(entry + 20, usage.Count);
            entry += HandleRecordSizes.OpenInformationEntry;
        }

        memory.WritePointer(new GuestAddress(call[2]), allocated.Value);
        memory.WriteUInt64(new GuestAddress(call[3]), (ulong)usages.Count);
        return EfiStatus.Success.Value;
    }

    private ulong InstallMultiple(IGuestCall call)
    {
        if (call[0] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        var pointer = new GuestAddress(call[0]);
        EfiResult<EfiHandle> result = services.InstallMultiple(new EfiHandle(memory.ReadUInt64(pointer)), Pairs(call));
        if (result.Succeeded)
        {
            memory.WriteUInt64(pointer, result.Value.Value);
        }

        return result.Status.Value;
    }

    private ulong UninstallMultiple(IGuestCall call) => services.UninstallMultiple(new EfiHandle(call[0]), Pairs(call)).Value;

    private List<(Guid Protocol, GuestAddress Interface)> Pairs(IGuestCall call)
    {
        var pairs = new List<(Guid, GuestAddress)>();
        for (int i = 1; call[i] != 0 && pairs.Count < LongestList; i += 2)
        {
            pairs.Add((GuidAt(call[i]), new GuestAddress(call[i + 1])));
        }

        return pairs;
    }

    private Guid GuidAt(ulong pointer) => memory.ReadGuid(new GuestAddress(pointer));
}
