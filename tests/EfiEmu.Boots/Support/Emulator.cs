using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Protocols;
using EfiEmu.Sdk;

namespace EfiEmu.Boots.Support;

/// <summary>The emulator as the command puts it together.</summary>
internal static class Emulator
{
    public const ulong MiB = 1UL << 20;
    public const ulong GiB = 1UL << 30;

    /// <summary>Boots, and checks what holds for every boot.</summary>
    public static BootReport Boot(BootRequest request) => Boot(request, []);

    /// <summary>Boots with plugins behind the built-in ones.</summary>
    public static BootReport Boot(
        BootRequest request, IReadOnlyList<ProtocolDefinition> plugins, IBootInstrument? instrument = null, CancellationToken cancellation = default)
    {
        var runner = new BootRunner(
            new PeImageLoader(), firmware => [.. BuiltInProtocols.Create(), .. plugins.Select(p => p.Create(firmware))]);
        BootReport report = runner.Boot(request, instrument, cancellation);
        ReportChecks.Check(report);
        return report;
    }

    /// <summary>A file as the command describes it.</summary>
    public static GuestFile Guest(string name, byte[] bytes)
    {
        ImageDescription description = ImageDescriber.Describe(bytes);
        return new GuestFile(name, bytes, description.Description, description.IsLinuxKernel);
    }

    public static string Json(BootReport report)
    {
        using var stream = new MemoryStream();
        JsonReport.Write(report, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static string Text(BootReport report, bool trace = false)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        TextReport.Write(report, writer, ReportStyle.Plain, trace);
        return writer.ToString();
    }
}
