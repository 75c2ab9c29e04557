using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Testing;

/// <summary>What tests ask reports for.</summary>
public static class BootReportExtensions
{
    /// <summary>The memory map at a stage: guest-start, exit-boot-services-1, ..., final.</summary>
    /// <exception cref="ArgumentException">The boot did not get there; the message lists the stages that it has.</exception>
    public static IReadOnlyList<MemoryDescriptor> MapAt(this BootReport report, string stage)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.MemoryMaps.FirstOrDefault(map => map.Stage == stage)?.Descriptors
            ?? throw new ArgumentException($"this boot has no map at '{stage}'; it has {string.Join(", ", report.MemoryMaps.Select(m => m.Stage))}", nameof(stage));
    }

    /// <summary>The records of one kind, in order.</summary>
    public static IEnumerable<TEvent> EventsOf<TEvent>(this BootReport report)
        where TEvent : BootEvent
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Events.OfType<TEvent>();
    }

    /// <summary>How often the guest called a function, by its interface and name: bs, AllocatePages.</summary>
    public static ulong CallsOf(this BootReport report, string @interface, string name)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Services.FirstOrDefault(s => s.Interface == @interface && s.Name == name)?.Calls ?? 0;
    }

    /// <summary>The report as text to be committed and compared: one fact per line, without what moves with every build of a guest.</summary>
    public static string ToCanonicalText(this BootReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var text = new StringWriter { NewLine = "\n" };
        CanonicalReport.Write(report, text);
        return text.ToString();
    }

    /// <summary>The report as people read it, without colours.</summary>
    public static string ToText(this BootReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var text = new StringWriter { NewLine = "\n" };
        TextReport.Write(report, text, ReportStyle.Plain, trace: false);
        return text.ToString();
    }
}
