using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using EfiEmu.Protocols;

namespace EfiEmu.Cli;

/// <summary>The one place where all parts of the emulator meet.</summary>
internal sealed class Composition : IEmulator
{
    private const string Prefix = "guest:";

    public IReadOnlyList<ListingRow> Protocols =>
        [.. BuiltInProtocols.List().Select(p => new ListingRow(p.Name, p.Guid.ToString()))];

    public IReadOnlyList<ListingRow> Guests =>
        [.. BuiltInGuests.All.Select(g => new ListingRow(Prefix + g.Name, g.Description))];

    public BootReport Boot(BootRequest request, CancellationToken cancellation) =>
        new BootRunner(new PeImageLoader(), _ => BuiltInProtocols.Create()).Boot(request, cancellation);

    public BootReport Boot(BootRequest request, IBootInstrument instrument, CancellationToken cancellation) =>
        new BootRunner(new PeImageLoader(), _ => BuiltInProtocols.Create()).Boot(request, instrument, cancellation);

    public string? Refusal(ReadOnlyMemory<byte> file) => ImageDescriber.Refusal(file);

    public GuestFile Describe(string name, ReadOnlyMemory<byte> file)
    {
        ImageDescription description = ImageDescriber.Describe(file);
        return new GuestFile(name, file, description.Description, description.IsLinuxKernel);
    }

    public GuestFile? BuiltInGuest(string name) =>
        BuiltInGuests.All.FirstOrDefault(g => Prefix + g.Name == name) is { } guest ? ManagedImage.ToGuestFile(guest) : null;
}
