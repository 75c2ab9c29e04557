using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>Reports and memory maps as tables.</summary>
internal static class ReportTables
{
    private const uint PhysicalStartOffset = 8;
    private const uint NumberOfPagesOffset = 24;
    private const uint AttributeOffset = 32;

    /// <summary>A report, without its maps and events.</summary>
    /// <param name="id">By which they are asked for.</param>
    /// <param name="report">The report.</param>
    public static LuaTable Report(long id, BootReport report) => new()
    {
        ["id"] = id,
        ["platform"] = report.Platform,
        ["memory_bytes"] = report.MemoryBytes,
        ["firmware"] = report.Firmware,
        ["acceptance"] = report.Acceptance,
        ["guest"] = report.Guest.Name,
        ["status"] = report.Outcome.Status,
        ["verdict"] = report.Outcome.Verdict,
        ["end_"] = JsonReport.EndName(report.Outcome.End),
        ["exit_code"] = report.Outcome.ExitCode,
        ["attempts"] = report.ExitBootServices.Select(Attempt),
        ["ram"] = Ram(report.Ram),
        ["console"] = report.Console,
        ["services"] = Services(report.Services),
        ["fault"] = report.Fault is null ? null : Fault(report.Fault),
        ["instructions"] = report.Instructions,
        ["nanoseconds"] = report.VirtualNanoseconds,
    };

    /// <summary>The maps of a report by stage, and the stages in order.</summary>
    public static LuaTable Maps(BootReport report)
    {
        var maps = new LuaTable { ["stages"] = report.MemoryMaps.Select(map => (object)map.Stage) };
        foreach (StagedMemoryMap map in report.MemoryMaps)
        {
            maps[map.Stage] = map.Descriptors.Select(Descriptor);
        }

        return maps;
    }

    /// <summary>A map as firmware composes it.</summary>
    public static LuaTable Map(MemoryMap map) => new()
    {
        ["key"] = map.MapKey,
        ["required_size"] = map.RequiredSize,
        ["descriptor_size"] = map.DescriptorSize,
        ["descriptors"] = map.Descriptors.Select(Descriptor),
    };

    /// <summary>The descriptors in a buffer of the guest.</summary>
    public static IEnumerable<object> Descriptors(IGuestMemory memory, GuestAddress buffer, ulong bytes, ulong stride)
    {
        for (ulong at = 0; at + MemoryDescriptor.Size <= bytes; at += stride)
        {
            GuestAddress descriptor = buffer + at;
            yield return Descriptor(new MemoryDescriptor(
                new MemoryType(memory.ReadUInt32(descriptor)),
                memory.ReadPointer(descriptor + PhysicalStartOffset),
                memory.ReadUInt64(descriptor + NumberOfPagesOffset),
                (MemoryAttributes)memory.ReadUInt64(descriptor + AttributeOffset)));
        }
    }

    /// <summary>An attempt to leave boot services.</summary>
    public static LuaTable Attempt(ExitBootServicesAttempt attempt) => new()
    {
        ["attempt"] = attempt.Attempt,
        ["map_key"] = attempt.MapKey,
        ["current_map_key"] = attempt.CurrentMapKey,
        ["status"] = attempt.Status,
        ["cause"] = attempt.Cause,
    };

    private static LuaTable Descriptor(MemoryDescriptor descriptor) => new()
    {
        ["type"] = descriptor.Type.Value,
        ["type_name"] = descriptor.Type.ToString(),
        ["physical_start"] = descriptor.PhysicalStart,
        ["number_of_pages"] = descriptor.NumberOfPages,
        ["attributes"] = (ulong)descriptor.Attributes,
        ["end_"] = descriptor.PhysicalEnd,
    };

    private static LuaTable Ram(RamAccount ram) => new()
    {
        ["total"] = ram.Total,
        ["accepted_before_guest"] = ram.AcceptedBeforeGuest,
        ["accepted_at_exit_boot_services"] = ram.AcceptedAtExitBootServices,
        ["accepted_by_guest"] = ram.AcceptedByGuest,
        ["unaccepted"] = ram.Unaccepted,
        ["lost_to_guest"] = ram.LostToGuest,
    };

    private static LuaTable Services(IEnumerable<ServiceCount> services)
    {
        var table = new LuaTable();
        foreach (ServiceCount service in services)
        {
            table[$"{service.Interface}.{service.Name}"] = service.Calls;
        }

        return table;
    }

    private static LuaTable Fault(FaultReport fault) => new()
    {
        ["summary"] = fault.Summary,
        ["rip"] = fault.Rip,
        ["instruction"] = fault.InstructionText,
        ["address"] = fault.Address is { } address ? address : null,
        ["address_history"] = fault.AddressHistory,
    };
}
