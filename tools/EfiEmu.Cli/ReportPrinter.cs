using System.Text;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Cli;

/// <summary>Writes a report in the form that was asked for.</summary>
internal sealed class ReportPrinter(BootReport report, string format, bool trace)
{
    private const string Json = "json";
    private const string Canonical = "canonical";

    /// <summary>The forms, the default one first.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["text", Json, Canonical];

    /// <summary>Writes it. The text form starts with what the guest printed, exactly as it was printed.</summary>
    public void Write(Stream output, bool colours)
    {
        if (format == Json)
        {
            JsonReport.Write(report, output);
            return;
        }

        using var text = new StreamWriter(output, new UTF8Encoding(false), bufferSize: 1 << 14, leaveOpen: true);
        if (format == Canonical)
        {
            CanonicalReport.Write(report, text);
            return;
        }

        if (report.Console.Length > 0)
        {
            text.Write(report.Console);
            text.Write(report.Console.EndsWith('\n') ? "\n" : "\n\n");
        }

        TextReport.Write(report, text, colours ? ReportStyle.Terminal : ReportStyle.Plain, trace);
    }
}
