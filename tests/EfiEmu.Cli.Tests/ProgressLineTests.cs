using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Hosting;
using EfiEmu.SampleReports;
using Xunit;

namespace EfiEmu.Cli.Tests;

public sealed class ProgressLineTests : IDisposable
{
    private readonly StringWriter _error = new();
    private readonly SetTime _time = new();

    public void Dispose() => _error.Dispose();

    [Fact]
    public void Line_SaysStageInstructionsSpeedAndTime()
    {
        using var line = new ProgressLine(_error, _time);
        _time.Seconds = 2;

        line.Report(new BootProgress(BootStage.Guest, 3_000_000_000, 1));

        Assert.Equal("\refiemu: guest, 1 x ExitBootServices, 3,000 M instructions, 1,500 MIPS, 2.0 s", _error.ToString());
    }

    [Fact]
    public void Line_ThatGetsShorter_LeavesNothingOfTheLongerOne()
    {
        using var line = new ProgressLine(_error, _time);
        _time.Seconds = 1;
        line.Report(new BootProgress(BootStage.OutOfBootServices, 0, 1));
        int longer = _error.ToString().Length;

        line.Report(new BootProgress(BootStage.Guest, 0, 0));

        Assert.Equal(longer, _error.ToString().Length - longer);
    }

    [Fact]
    public void Line_AtTheEnd_IsTakenBack()
    {
        using (var line = new ProgressLine(_error, _time))
        {
            _time.Seconds = 1;
            line.Report(new BootProgress(BootStage.Firmware, 0, 0));
        }

        string[] written = _error.ToString().Split('\r');
        Assert.Equal(new string(' ', written[1].Length), written[2]);
        Assert.Equal(string.Empty, written[^1]);
    }

    [Fact]
    public void Line_OfABootThatIsOverSoon_NeverShows()
    {
        using (var line = new ProgressLine(_error, _time))
        {
            _time.Seconds = 0.4;
            line.Report(new BootProgress(BootStage.Guest, 1, 0));
        }

        Assert.Equal(string.Empty, _error.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Boot_OnAPipe_ReportsToNobody(bool isLive)
    {
        var emulator = new WatchedEmulator();
        using var terminal = new Terminal(Stream.Null, TextWriter.Null, Colours: false, isLive);

        new CommandLine(emulator, terminal).Run(["boot", "hello"], default);

        Assert.Equal(isLive, emulator.Progress is not null);
    }

    private sealed class SetTime : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }

    private sealed class WatchedEmulator : IEmulator
    {
        public IProgress<BootProgress>? Progress { get; private set; }

        public IReadOnlyList<ListingRow> Protocols => [];

        public IReadOnlyList<ListingRow> Guests => [];

        public BootReport Boot(BootRequest request, CancellationToken cancellation) => SampleReport.Plain();

        public BootReport Boot(BootRequest request, IProgress<BootProgress>? progress, CancellationToken cancellation)
        {
            Progress = progress;
            return SampleReport.Plain();
        }

        public BootReport BootWatched(BootRequest request, IBootInstrument instrument, CancellationToken cancellation) => throw new NotSupportedException();

        public SlackReport MeasureSlack(BootRequest request, CancellationToken cancellation) => throw new NotSupportedException();

        public string? Refusal(ReadOnlyMemory<byte> file) => null;

        public GuestFile Describe(string name, ReadOnlyMemory<byte> file) => new(name, file, name, IsKernel: false);

        public GuestFile? BuiltInGuest(string name) => new(name, new byte[1], name, IsKernel: false);
    }
}
