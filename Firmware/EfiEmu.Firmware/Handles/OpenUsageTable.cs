using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Handles;

/// <summary>OpenProtocol, CloseProtocol, HandleProtocol and what lists their effects.</summary>
/// <remarks>UEFI 2.10 sections 7.3.9 to 7.3.11; MdeModulePkg/Core/Dxe/Hand/Handle.c.</remarks>
internal sealed class OpenUsageTable(HandleTable table)
{
    /// <summary>
    /// The handle of the DXE core's image, in whose name HandleProtocol opens; NULL until that image is registered, and
    /// then such opens leave no record.
    /// </summary>
    public EfiHandle CoreAgent { get; set; }

    /// <summary>HandleProtocol: an open BY_HANDLE_PROTOCOL by the DXE core.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for no handle; UNSUPPORTED, with a NULL interface, when the handle lacks the protocol.</returns>
    public OpenOutcome HandleProtocol(EfiHandle handle, Guid protocol) =>
        Open(new OpenRequest(handle, protocol, CoreAgent, EfiHandle.Null, OpenAttributes.ByHandleProtocol));

    /// <summary>OpenProtocol. NULL pointers (protocol; interface, except with TEST_PROTOCOL) are the caller's to refuse.</summary>
    /// <returns>
    /// SUCCESS. INVALID_PARAMETER for an unknown handle, attributes that are none of 1, 2, 4, 8, 0x10, 0x20, 0x30, an
    /// agent or controller that the attributes need and that is no handle, a child that is its own controller.
    /// UNSUPPORTED, with a NULL interface, when the handle lacks the protocol. ALREADY_STARTED, with the interface, when
    /// the same driver holds it for the same controller. ACCESS_DENIED when a driver or an exclusive user stands against it.
    /// </returns>
    public OpenOutcome Open(OpenRequest request)
    {
        if (!AreValid(request))
        {
            return new OpenOutcome(EfiStatus.InvalidParameter);
        }

        InterfaceRecord? record = table.Find(request.Handle, request.Protocol);
        if (record is null)
        {
            return new OpenOutcome(EfiStatus.Unsupported, InterfaceFor(request, GuestAddress.Null));
        }

        if (record.Opens.Contains(request.Agent, request.Controller, request.Attributes))
        {
            if (request.Attributes.HasFlag(OpenAttributes.ByDriver))
            {
                return new OpenOutcome(EfiStatus.AlreadyStarted, InterfaceFor(request, record.Address));
            }

            if (!request.Attributes.HasFlag(OpenAttributes.Exclusive))
            {
                record.Opens.CountOnceMore(request.Agent, request.Controller, request.Attributes);
                return new OpenOutcome(EfiStatus.Success, InterfaceFor(request, record.Address));
            }
        }

        return IsDenied(request.Attributes, record.Opens) ? new OpenOutcome(EfiStatus.AccessDenied) : Finish(request, record);
    }

    /// <summary>Goes on with an exclusive open after the agent that <see cref="Open"/> named was disconnected.</summary>
    /// <returns>As <see cref="Open"/>; it may name another agent.</returns>
    public OpenOutcome ContinueOpen(OpenRequest request)
    {
        InterfaceRecord? record = table.Find(request.Handle, request.Protocol);
        return record is null
            ? new OpenOutcome(EfiStatus.Unsupported, InterfaceFor(request, GuestAddress.Null))
            : Finish(request, record);
    }

    /// <summary>CloseProtocol: drops every record of the agent and controller.</summary>
    /// <returns>
    /// The records dropped. INVALID_PARAMETER when handle or agent is no handle, or the controller is neither NULL nor a
    /// handle; NOT_FOUND when nothing matches.
    /// </returns>
    public EfiResult<IReadOnlyList<RecordChange>> Close(EfiHandle handle, Guid protocol, EfiHandle agent, EfiHandle controller)
    {
        if (!table.Contains(handle) || !table.Contains(agent) || !(controller.IsNull || table.Contains(controller)))
        {
            return EfiStatus.InvalidParameter;
        }

        List<ulong>? removed = table.Find(handle, protocol)?.Opens.Remove(agent, controller);
        return removed is { Count: > 0 }
            ? new EfiResult<IReadOnlyList<RecordChange>>(
                EfiStatus.Success, [.. removed.Select(id => new RecordChange(RecordKind.OpenUsage, id, Added: false))])
            : EfiStatus.NotFound;
    }

    /// <summary>OpenProtocolInformation: the users in the order of opening.</summary>
    /// <returns>The list, possibly empty; NOT_FOUND for no handle or no such protocol.</returns>
    public EfiResult<IReadOnlyList<OpenUsage>> Information(EfiHandle handle, Guid protocol) =>
        table.Find(handle, protocol) is { } record
            ? new EfiResult<IReadOnlyList<OpenUsage>>(EfiStatus.Success, [.. record.Opens.InOrder])
            : EfiStatus.NotFound;

    /// <summary>ProtocolsPerHandle: the newest first.</summary>
    /// <returns>The protocols; INVALID_PARAMETER for no handle.</returns>
    public EfiResult<IReadOnlyList<Guid>> ProtocolsPerHandle(EfiHandle handle) => table.Find(handle) is { } record
        ? new EfiResult<IReadOnlyList<Guid>>(
            EfiStatus.Success, [.. Enumerable.Reverse(record.Interfaces).Select(item => item.Entry.Protocol)])
        : EfiStatus.InvalidParameter;

    /// <summary>What an agent still holds, as unloading its image closes it: by handle, then the newest protocol first.</summary>
    public IReadOnlyList<(EfiHandle Handle, Guid Protocol, OpenUsage Usage)> HeldBy(EfiHandle agent) =>
    [
        .. from handle in table.InOrder
           from item in Enumerable.Reverse(handle.Interfaces)
           from usage in item.Opens.InOrder
           where usage.Agent == agent
           select (handle.Handle, item.Entry.Protocol, usage),
    ];

    /// <summary>
    /// The drivers that manage a controller: agents that hold one of its protocols BY_DRIVER, each once, in the order in
    /// which DisconnectController meets them.
    /// </summary>
    public IReadOnlyList<EfiHandle> DriversOf(EfiHandle controller) =>
        [.. UsagesOf(controller, OpenAttributes.ByDriver).Select(usage => usage.Agent).Distinct()];

    /// <summary>The children that a driver made of a controller, each once; with a NULL driver those of all drivers, with repetitions.</summary>
    public IReadOnlyList<EfiHandle> ChildrenOf(EfiHandle controller, EfiHandle driver)
    {
        IEnumerable<OpenUsage> usages = UsagesOf(controller, OpenAttributes.ByChildController);
        return driver.IsNull
            ? [.. usages.Select(usage => usage.Controller)]
            : [.. usages.Where(usage => usage.Agent == driver).Select(usage => usage.Controller).Distinct()];
    }

    private IEnumerable<OpenUsage> UsagesOf(EfiHandle controller, OpenAttributes attribute) =>
        from item in Enumerable.Reverse(table.Find(controller)?.Interfaces ?? [])
        from usage in item.Opens.InOrder
        where usage.Attributes.HasFlag(attribute)
        select usage;

    private bool AreValid(OpenRequest request) => table.Contains(request.Handle) && request.Attributes switch
    {
        OpenAttributes.ByHandleProtocol or OpenAttributes.GetProtocol or OpenAttributes.TestProtocol => true,
        OpenAttributes.ByChildController => table.Contains(request.Agent) && table.Contains(request.Controller)
            && request.Handle != request.Controller,
        OpenAttributes.ByDriver or OpenAttributes.ByDriver | OpenAttributes.Exclusive =>
            table.Contains(request.Agent) && table.Contains(request.Controller),
        OpenAttributes.Exclusive => table.Contains(request.Agent),
        _ => false,
    };

    private static bool IsDenied(OpenAttributes wanted, OpenUsageList opens) => wanted switch
    {
        OpenAttributes.ByDriver => opens.HasDriver || opens.HasExclusive,
        OpenAttributes.Exclusive or OpenAttributes.ByDriver | OpenAttributes.Exclusive => opens.HasExclusive,
        _ => false,
    };

    private OpenOutcome Finish(OpenRequest request, InterfaceRecord record)
    {
        if (request.Attributes.HasFlag(OpenAttributes.Exclusive) && record.Opens.HasDriver)
        {
            return new OpenOutcome(EfiStatus.AccessDenied, Disconnect: record.Opens.FirstDriver());
        }

        GuestAddress? address = InterfaceFor(request, record.Address);
        if (request.Agent.IsNull)
        {
            return new OpenOutcome(EfiStatus.Success, address);
        }

        // Disconnecting may have let the same agent in meanwhile.
        if (record.Opens.Contains(request.Agent, request.Controller, request.Attributes))
        {
            record.Opens.CountOnceMore(request.Agent, request.Controller, request.Attributes);
            return new OpenOutcome(EfiStatus.Success, address);
        }

        var usage = new OpenUsage(table.NextId(), request.Agent, request.Controller, request.Attributes, Count: 1);
        record.Opens.Add(usage);
        return new OpenOutcome(EfiStatus.Success, address, new RecordChange(RecordKind.OpenUsage, usage.Id, Added: true));
    }

    // TEST_PROTOCOL writes no interface.
    private static GuestAddress? InterfaceFor(OpenRequest request, GuestAddress address) =>
        request.Attributes == OpenAttributes.TestProtocol ? null : address;
}
