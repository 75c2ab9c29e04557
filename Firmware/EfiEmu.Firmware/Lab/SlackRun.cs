using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Disturbs one boot: before each of its first ExitBootServices calls, the map changes once behind the loader's back.</summary>
/// <param name="changes">How many calls find the map changed.</param>
/// <param name="growth">The descriptors that the map has more each time; 0 moves the key alone.</param>
internal sealed class SlackRun(int changes, int growth) : IBootInstrument
{
    private IBootBench? _bench;
    private MapRequest? _last;
    private int _attempts;

    /// <summary>The first GetMemoryMap call after the first attempt; null when there was none.</summary>
    public MapRequest? Retry { get; private set; }

    public void Attach(IBootBench bench) => _bench = bench;

    public ulong? Calling(FunctionSignature function, IGuestCall call)
    {
        if (SlackSurvey.IsExit(function) && ++_attempts <= changes)
        {
            _bench?.GrowMemoryMap(growth);
        }

        return null;
    }

    public void Called(FunctionSignature function, ulong result)
    {
    }

    public void Happened(BootEvent happened)
    {
        if (_attempts > 0 && MapRequest.Of(happened) is { } request)
        {
            Retry ??= request;
            _last = request;
        }
    }

    /// <summary>What became of the loader.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="status">What it returned, or null.</param>
    /// <param name="attempts">Its ExitBootServices calls.</param>
    /// <param name="reason">Why, for an end that is no decision of the loader's.</param>
    public SlackCell Cell(BootEnd end, EfiStatus? status, int attempts, string? reason)
    {
        SlackOutcome outcome = end switch
        {
            BootEnd.ExitBootServices or BootEnd.HandOff => SlackOutcome.Leaves,
            BootEnd.Returned or BootEnd.GaveUp => SlackOutcome.GivesUp,
            BootEnd.Fault => SlackOutcome.Faults,
            BootEnd.Budget or BootEnd.WaitsForInput => SlackOutcome.RunsOn,
            _ => SlackOutcome.NotModelled,
        };
        bool lacksRoom = outcome == SlackOutcome.GivesUp && _last?.Status == EfiStatus.BufferTooSmall;
        // How many instructions ran in all says nothing of the cell.
        bool isDecided = outcome is SlackOutcome.Leaves or SlackOutcome.GivesUp || _bench is BootBench { IsBudgetSpent: true };
        string detail = isDecided ? string.Empty : reason ?? string.Empty;
        return new SlackCell(changes, growth, outcome, attempts, outcome == SlackOutcome.Leaves ? null : status, lacksRoom, detail);
    }
}
