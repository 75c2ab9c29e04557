using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>Events as tables: kind first, then the event's members, then when it happened.</summary>
internal static class EventTables
{
    /// <summary>The kinds, in the order of a message that lists them.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "configuration_table_installed", "event_group_signalled", "exit_boot_services", "firmware_started", "image_exited",
        "image_loaded", "image_started", "memory_accepted", "memory_map_changed", "memory_map_fetched", "remark", "service_called",
    ];

    /// <summary>The kind of an event; empty for one that scripts do not know.</summary>
    public static string KindOf(BootEvent happened) => happened switch
    {
        ConfigurationTableInstalled => "configuration_table_installed",
        EventGroupSignalled => "event_group_signalled",
        ExitBootServicesCalled => "exit_boot_services",
        FirmwareStarted => "firmware_started",
        ImageExited => "image_exited",
        ImageLoaded => "image_loaded",
        ImageStarted => "image_started",
        MemoryAccepted => "memory_accepted",
        MemoryMapChanged => "memory_map_changed",
        MemoryMapFetched => "memory_map_fetched",
        Remark => "remark",
        ServiceCalled => "service_called",
        _ => "",
    };

    /// <summary>One event.</summary>
    public static LuaTable Table(BootEvent happened)
    {
        LuaTable table = Members(happened);
        table["kind"] = KindOf(happened);
        table["nanoseconds"] = happened.At.Nanoseconds;
        table["instructions"] = happened.At.Instructions;
        return table;
    }

    private static LuaTable Members(BootEvent happened) => happened switch
    {
        ConfigurationTableInstalled e => new LuaTable { ["table"] = e.Table, ["table_name"] = GuidNames.NameOf(e.Table), ["address"] = e.Address },
        EventGroupSignalled e => new LuaTable { ["group"] = e.Group, ["group_name"] = GuidNames.NameOf(e.Group), ["members"] = e.Members },
        ExitBootServicesCalled e => ReportTables.Attempt(e.Attempt),
        FirmwareStarted e => new LuaTable { ["map_key"] = e.MapKey },
        ImageExited e => new LuaTable { ["name"] = e.Name, ["status"] = e.Status },
        ImageLoaded e => new LuaTable { ["name"] = e.Name, ["base"] = e.Base, ["bytes"] = e.Bytes, ["entry_point"] = e.EntryPoint },
        ImageStarted e => new LuaTable { ["name"] = e.Name, ["entry_point"] = e.EntryPoint },
        MemoryAccepted e => Accepted(e),
        MemoryMapChanged e => new LuaTable { ["map_key"] = e.MapKey, ["cause"] = e.Cause },
        MemoryMapFetched e => Fetched(e),
        Remark e => new LuaTable { ["text"] = e.Text },
        ServiceCalled e => Called(e),
        _ => [],
    };

    private static LuaTable Accepted(MemoryAccepted accepted) => new()
    {
        ["acceptor"] = accepted.Acceptor switch
        {
            MemoryAcceptor.FirmwareBeforeGuest => "firmware-before-guest",
            MemoryAcceptor.FirmwareAtExitBootServices => "firmware-at-exit-boot-services",
            _ => "guest",
        },
        ["start"] = accepted.Range.Start,
        ["bytes"] = accepted.Range.Length,
        ["cost_nanoseconds"] = accepted.CostNanoseconds,
    };

    private static LuaTable Fetched(MemoryMapFetched fetched) => new()
    {
        ["map_key"] = fetched.MapKey,
        ["descriptors"] = fetched.Descriptors,
        ["buffer_bytes"] = fetched.BufferBytes,
        ["descriptor_size"] = fetched.DescriptorSize,
        ["status"] = fetched.Status,
    };

    private static LuaTable Called(ServiceCalled call) => new()
    {
        ["name"] = $"{call.Function.Interface}.{call.Function.Name}",
        ["arguments"] = call.Arguments,
        ["result"] = call.ReturnsStatus ? new EfiStatus(call.Result) : call.Result,
        ["repeats"] = call.Repeats,
    };
}
