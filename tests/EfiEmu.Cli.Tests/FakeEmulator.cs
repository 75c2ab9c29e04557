using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;

namespace EfiEmu.Cli.Tests;

/// <summary>An emulator that boots nothing: it remembers the request and answers with a report that the test chose.</summary>
internal sealed class FakeEmulator : IEmulator
{
    public BootRequest? Request { get; private set; }

    public Func<BootRequest, CancellationToken, BootReport> OnBoot { get; init; } = (_, _) => SampleReport.AcceptedAtExit();

    public string? RefusalText { get; init; }

    public IReadOnlyList<ListingRow> Protocols { get; init; } = [new("Rng", "3152bca5-eade-433d-862e-c01cdc291f44"), new("LoadFile2", "")];

    public IReadOnlyList<ListingRow> Guests { get; init; } = [new("hello", "prints a line")];

    public BootReport Boot(BootRequest request, CancellationToken cancellation)
    {
        Request = request;
        return OnBoot(request, cancellation);
    }

    public BootReport Boot(BootRequest request, IBootInstrument instrument, CancellationToken cancellation) => Boot(request, cancellation);

    public string? Refusal(ReadOnlyMemory<byte> file) => RefusalText;

    public GuestFile Describe(string name, ReadOnlyMemory<byte> file) => new(name, file, "a fake image", IsKernel: true);

    public GuestFile? BuiltInGuest(string name) => name == "hello" ? new(name, new byte[1], "a built-in guest", IsKernel: false) : null;
}
