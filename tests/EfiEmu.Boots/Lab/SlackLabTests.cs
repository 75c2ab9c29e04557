using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Protocols;
using Xunit;
using Xunit.Abstractions;

namespace EfiEmu.Boots.Lab;

public sealed class SlackLabTests(ITestOutputHelper output)
{
    [RealImageTheory("linux-6.1-cloud", "linux-6.12-cloud")]
    [InlineData("linux-6.1-cloud", "plain")]
    [InlineData("linux-6.12-cloud", "plain")]
    [InlineData("linux-6.1-cloud", "sev-snp")]
    [InlineData("linux-6.12-cloud", "sev-snp")]
    public void Try(string image, string platform)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        byte[] bytes = File.ReadAllBytes(RealImages.Path(image));
        var lab = new SlackLab(new BootRunner(new PeImageLoader(), _ => BuiltInProtocols.Create()));
        SlackReport report = lab.Measure(
            new BootRequest { Guest = Emulator.Guest(image, bytes), Platform = platform, MemoryBytes = 8 * Emulator.GiB, Firmware = FirmwareProfiles.Default },
            new SlackLimits(), CancellationToken.None);
        using var writer = new StringWriter();
        SlackText.Write(report, writer, ReportStyle.Plain);
        output.WriteLine(writer.ToString());
        output.WriteLine($"{watch.ElapsedMilliseconds} ms {report.IsForked}");
    }
}
