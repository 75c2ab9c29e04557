using EfiEmu.Firmware.Events;
using EfiEmu.Firmware.Gates;
using EfiEmu.Firmware.Services;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>The boot services that plugins call, gathered from the services of each chapter.</summary>
internal sealed class BootServicesCore(
    MemoryServices memory, EventServices events, ProtocolServices protocols, ConfigurationTableServices tables, PluginBoundary boundary) : IBootServices
{
    public EfiResult<GuestAddress> AllocatePages(AllocateType allocateType, MemoryType memoryType, ulong pages, GuestAddress address) =>
        memory.AllocatePages((uint)allocateType, memoryType, pages, address);

    public EfiStatus FreePages(GuestAddress address, ulong pages) => memory.FreePages(address, pages);

    public MemoryMap GetMemoryMap() => memory.GetMemoryMap();

    public EfiResult<GuestAddress> AllocatePool(MemoryType memoryType, ulong bytes) => memory.AllocatePool(memoryType, bytes);

    public EfiStatus FreePool(GuestAddress buffer) => memory.FreePool(buffer);

    public Tpl RaiseTpl(Tpl level) => events.RaiseTpl(level);

    public void RestoreTpl(Tpl level) => events.RestoreTpl(level);

    public EfiResult<EfiEvent> CreateEvent(
        EventType type, Tpl notifyTpl, GuestAddress notifyFunction, GuestAddress context, Guid? group = null) =>
        events.CreateEvent(new EventRequest(type, notifyTpl, notifyFunction, context, group));

    public EfiStatus SignalEvent(EfiEvent signalled) => events.SignalEvent(signalled);

    public EfiStatus CloseEvent(EfiEvent closed) => events.CloseEvent(closed);

    public EfiStatus CheckEvent(EfiEvent checkedEvent) => events.CheckEvent(checkedEvent);

    public EfiResult<EfiHandle> InstallMultipleProtocolInterfaces(
        EfiHandle handle, params (Guid Protocol, GuestAddress Interface)[] protocolInterfaces)
    {
        EfiResult<EfiHandle> result = protocols.InstallMultiple(handle, protocolInterfaces);
        boundary.Installed(handle, protocolInterfaces, result);
        return result;
    }

    public EfiResult<GuestAddress> HandleProtocol(EfiHandle handle, Guid protocol) => protocols.HandleProtocol(handle, protocol);

    public EfiResult<GuestAddress> LocateProtocol(Guid protocol) => protocols.LocateProtocol(protocol, GuestAddress.Null);

    public EfiStatus InstallConfigurationTable(Guid guid, GuestAddress table) => tables.Install(guid, table);
}
