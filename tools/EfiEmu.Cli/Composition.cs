using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;

namespace EfiEmu.Cli;

/// <summary>The one place where all parts of the emulator meet.</summary>
internal sealed class Composition : IEmulator
{
    public IReadOnlyList<ListingRow> Protocols => [];

    public IReadOnlyList<ListingRow> Guests => [];

    public BootReport Boot(BootRequest request, CancellationToken cancellation) =>
        throw new BootRequestException("platform", "no loader is composed yet");

    public string? Refusal(ReadOnlyMemory<byte> file) => null;

    public GuestFile Describe(string name, ReadOnlyMemory<byte> file) => new(name, file, "image", IsLinuxKernel: false);

    public GuestFile? BuiltInGuest(string name) => null;

    public MemoryLayout? ReadMemoryMap(string text, out string? fault)
    {
        fault = "line 1: no reader is composed yet";
        return null;
    }
}
