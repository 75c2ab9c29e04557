using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;
using EfiEmu.Sdk;

namespace EfiEmu.Cli.Tests;

/// <summary>An emulator that boots nothing: it remembers the request and answers with a report that the test chose.</summary>
internal sealed class FakeEmulator : IEmulator
{
    public BootRequest? Request { get; private set; }

    public Func<BootRequest, CancellationToken, BootReport> OnBoot { get; init; } = (_, _) => SampleReport.AcceptedAtExit();

    public Func<BootRequest, SlackReport> OnMeasure { get; init; } = _ => new SlackReport
    {
        Undisturbed = SampleReport.AcceptedAtExit(),
        Limits = new SlackLimits(Changes: 1, Growth: 1),
        IsForked = true,
        Cells =
        [
            new SlackCell(0, 0, SlackOutcome.Leaves, 1, null, false, ""),
            new SlackCell(1, 0, SlackOutcome.Leaves, 2, null, false, ""),
            new SlackCell(1, 1, SlackOutcome.GivesUp, 1, EfiStatus.BufferTooSmall, true, ""),
        ],
    };

    public string? RefusalText { get; init; }

    public IReadOnlyList<ListingRow> Protocols { get; init; } = [new("Rng", "3152bca5-eade-433d-862e-c01cdc291f44"), new("LoadFile2", "")];

    public IReadOnlyList<ListingRow> Guests { get; init; } = [new("hello", "prints a line")];

    public BootReport Boot(BootRequest request, CancellationToken cancellation)
    {
        Request = request;
        return OnBoot(request, cancellation);
    }

    public BootReport BootWatched(BootRequest request, IBootInstrument instrument, CancellationToken cancellation) => Boot(request, cancellation);

    public SlackReport MeasureSlack(BootRequest request, CancellationToken cancellation)
    {
        Request = request;
        return OnMeasure(request);
    }

    public string? Refusal(ReadOnlyMemory<byte> file) => RefusalText;

    public GuestFile Describe(string name, ReadOnlyMemory<byte> file) => new(name, file, "a fake image", IsKernel: true);

    public GuestFile? BuiltInGuest(string name) => name == "hello" ? new(name, new byte[1], "a built-in guest", IsKernel: false) : null;
}
