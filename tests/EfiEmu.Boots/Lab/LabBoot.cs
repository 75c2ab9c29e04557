using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Checkpoints;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Protocols;
using EfiEmu.Sdk;

namespace EfiEmu.Boots.Lab;

/// <summary>Boots with somebody who watches and disturbs.</summary>
internal static class LabBoot
{
    /// <summary>The emulator with the built-in protocols, and one plugin more.</summary>
    public static BootRunner Runner(IFirmwarePlugin? plugin = null) => new(
        new PeImageLoader(), _ => plugin is null ? BuiltInProtocols.Create() : [.. BuiltInProtocols.Create(), plugin]);

    public static BootReport Run(BootRequest request, IBootInstrument instrument, IFirmwarePlugin? plugin = null)
    {
        BootReport report = Runner(plugin).Boot(request, instrument, CancellationToken.None);
        ReportChecks.Check(report);
        return report;
    }

    /// <summary>Boots a real image.</summary>
    public static BootRequest Kernel(string image, string platform = "plain")
    {
        string path = RealImages.Path(image);
        return new BootRequest
        {
            Guest = Emulator.Guest(Path.GetFileName(path), File.ReadAllBytes(path)),
            Platform = platform,
            MemoryBytes = 8 * Emulator.GiB,
            Firmware = FirmwareProfiles.Default,
        };
    }
}

/// <summary>Does what a test says at the points of a boot.</summary>
internal sealed class Instrument : IBootInstrument
{
    private IBootBench? _bench;

    public Action<IBootBench>? OnAttach { get; init; }

    public Action<IBootBench, FunctionSignature>? OnCall { get; init; }

    public void Attach(IBootBench bench)
    {
        _bench = bench;
        OnAttach?.Invoke(bench);
    }

    public ulong? Calling(FunctionSignature function, IGuestCall call)
    {
        OnCall?.Invoke(_bench!, function);
        return null;
    }

    public void Called(FunctionSignature function, ulong result)
    {
    }

    public void Happened(BootEvent happened)
    {
    }
}

/// <summary>In front of one call of the guest, runs the rest of the boot twice from a checkpoint, and lets the boot go on.</summary>
/// <param name="call">The call, counted from 1.</param>
internal sealed class RunTwice(ulong call) : IBootInstrument
{
    private readonly List<string> _reports = [];
    private BootFork? _fork;
    private ulong _calls;
    private bool _done;

    /// <summary>The reports of both runs, as JSON.</summary>
    public IReadOnlyList<string> Reports => _reports;

    public void Attach(IBootBench bench)
    {
        _fork = ((BootBench)bench).Fork;
        _fork.BeforeCall = BeforeCall;
    }

    public ulong? Calling(FunctionSignature function, IGuestCall guestCall)
    {
        _calls++;
        return null;
    }

    public void Called(FunctionSignature function, ulong result)
    {
    }

    public void Happened(BootEvent happened)
    {
    }

    private void BeforeCall()
    {
        if (_done || _calls + 1 != call || _fork is not { } fork)
        {
            return;
        }

        _done = true;
        using BootCheckpoint checkpoint = fork.Checkpoint();
        for (int i = 0; i < 2; i++)
        {
            _reports.Add(Emulator.Json(fork.Report(fork.Run(ulong.MaxValue / 2))));
            checkpoint.Restore();
        }
    }
}
