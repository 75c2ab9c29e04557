using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Where a loader's way out of boot services begins.</summary>
/// <param name="Call">The loader's call, counted from 1: the size probe, else the fetch, else ExitBootServices itself.</param>
/// <param name="Probe">The GetMemoryMap call that asked for the size of the map, or null where there was none.</param>
/// <param name="Fetch">The GetMemoryMap call whose key went to the first ExitBootServices, or null where there was none.</param>
internal sealed record SlackPoint(ulong Call, MapRequest? Probe, MapRequest? Fetch);

/// <summary>Watches an undisturbed boot, and finds the calls that belong to the first ExitBootServices.</summary>
internal sealed class SlackSurvey : IBootInstrument
{
    private ulong _calls;
    private (ulong Call, MapRequest Request)? _probe;
    private (ulong Call, MapRequest Request)? _fetch;
    private (ulong Call, MapRequest Request)? _probeOfFetch;

    /// <summary>Where the way out begins; null for a loader that never called ExitBootServices.</summary>
    public SlackPoint? Point { get; private set; }

    /// <summary>Whether a function is ExitBootServices.</summary>
    public static bool IsExit(FunctionSignature function) => function is { Interface: "bs", Name: "ExitBootServices" };

    public void Attach(IBootBench bench)
    {
    }

    public ulong? Calling(FunctionSignature function, IGuestCall call)
    {
        _calls++;
        if (IsExit(function))
        {
            Point ??= new SlackPoint(
                (_probeOfFetch ?? _fetch)?.Call ?? _calls, _probeOfFetch?.Request, _fetch?.Request);
        }

        return null;
    }

    public void Called(FunctionSignature function, ulong result)
    {
    }

    public void Happened(BootEvent happened)
    {
        switch (MapRequest.Of(happened))
        {
            case { } probe when probe.Status == EfiStatus.BufferTooSmall:
                _probe = (_calls, probe);
                break;
            case { } fetch when fetch.Status == EfiStatus.Success:
                _fetch = (_calls, fetch);
                _probeOfFetch = _probe;
                break;
        }
    }
}
