using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Cli;

/// <summary>What the command needs of the emulator. <see cref="Composition"/> puts the parts together; tests bring their own.</summary>
internal interface IEmulator
{
    /// <summary>The built-in protocols, in the order in which firmware installs them.</summary>
    IReadOnlyList<ListingRow> Protocols { get; }

    /// <summary>The built-in guests.</summary>
    IReadOnlyList<ListingRow> Guests { get; }

    /// <summary>What holds where an option is not given.</summary>
    EfiEmuOptions Defaults => new();

    /// <summary>Sets the emulator up, before anything else is asked of it.</summary>
    void Use(EmulatorSettings settings)
    {
    }

    /// <summary>Boots.</summary>
    BootReport Boot(BootRequest request, CancellationToken cancellation);

    /// <summary>Boots, and tells a few times a second how far the boot is.</summary>
    BootReport Boot(BootRequest request, IProgress<BootProgress>? progress, CancellationToken cancellation) => Boot(request, cancellation);

    /// <summary>Boots, with somebody who watches and may disturb the boot.</summary>
    BootReport BootWatched(BootRequest request, IBootInstrument instrument, CancellationToken cancellation);

    /// <summary>Measures what a loader survives of map changes.</summary>
    SlackReport MeasureSlack(BootRequest request, CancellationToken cancellation);

    /// <summary>Why a file cannot be booted at all, as "FIELD: fault" on one line, or null where it can.</summary>
    string? Refusal(ReadOnlyMemory<byte> file);

    /// <summary>Says what a bootable file is.</summary>
    GuestFile Describe(string name, ReadOnlyMemory<byte> file);

    /// <summary>A built-in guest by its name, or null where there is none.</summary>
    GuestFile? BuiltInGuest(string name);
}

/// <summary>One row of a listing.</summary>
/// <param name="Name">The name, as options and scripts use it.</param>
/// <param name="Description">The rest of the line; may be empty.</param>
internal readonly record struct ListingRow(string Name, string Description);
