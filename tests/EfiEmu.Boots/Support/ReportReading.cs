using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Boots.Support;

/// <summary>Short questions that tests ask of a report.</summary>
internal static class ReportReading
{
    public static ulong Calls(this BootReport report, string service) =>
        report.Services.Where(s => s.Name == service).Aggregate(0UL, (sum, s) => sum + s.Calls);

    public static IReadOnlyList<MemoryDescriptor> Map(this BootReport report, string stage) =>
        report.MemoryMaps.Single(m => m.Stage == stage).Descriptors;

    public static IReadOnlyList<MemoryDescriptor> FinalMap(this BootReport report) => report.Map("final");

    /// <summary>The unaccepted ranges of the final map.</summary>
    public static IReadOnlyList<MemoryRange> Unaccepted(this IEnumerable<MemoryDescriptor> map) =>
        [.. map.Where(d => d.Type == MemoryType.Unaccepted).Select(d => new MemoryRange(d.PhysicalStart.Value, d.Bytes))];

    public static IReadOnlyList<MemoryAccepted> AcceptedBy(this BootReport report, MemoryAcceptor acceptor) =>
        [.. report.Events.OfType<MemoryAccepted>().Where(e => e.Acceptor == acceptor)];

    public static IReadOnlyList<EfiStatus> Statuses(this BootReport report) => [.. report.ExitBootServices.Select(a => a.Status)];

    public static IReadOnlyList<EventGroupSignalled> Signals(this BootReport report, Guid group) =>
        [.. report.Events.OfType<EventGroupSignalled>().Where(e => e.Group == group)];

    public static IReadOnlyList<ServiceCalled> CallsOf(this BootReport report, string service) =>
        [.. report.Events.OfType<ServiceCalled>().Where(e => e.Function.Name == service)];

    /// <summary>Every call in order: the service's name, of protocol arguments the GUID's name, and the status where it is an error.</summary>
    public static IReadOnlyList<string> CallOrder(this BootReport report) =>
        [.. report.Events.SelectMany(happened => happened switch
        {
            ServiceCalled call => Enumerable.Repeat(Line(call), (int)call.Repeats),
            ExitBootServicesCalled { Attempt.Status: var status } when status == EfiStatus.Success => ["ExitBootServices"],
            _ => [],
        })];

    private static string Line(ServiceCalled call)
    {
        string? guid = call.Arguments.Where(a => a.Length > 37 && Guid.TryParse(a.AsSpan(a.Length - 36), out _)).FirstOrDefault();
        string? text = call.Arguments.FirstOrDefault(a => a.StartsWith('"'));
        string subject = text ?? guid?[..^37] ?? (call.Function.Name.StartsWith("Allocate", StringComparison.Ordinal)
            ? call.Arguments.First(a => !a.StartsWith("0x", StringComparison.Ordinal))
            : string.Empty);
        var status = new EfiStatus(call.Result);
        string line = subject.Length == 0 ? call.Function.Name : $"{call.Function.Name} {subject}";
        return call.ReturnsStatus && status != EfiStatus.Success ? $"{line}: {status}" : line;
    }
}
