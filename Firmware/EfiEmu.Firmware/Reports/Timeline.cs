using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>Folds a boot's events into the few lines that tell its story.</summary>
internal sealed class Timeline
{
    // A stretch of guest code that calls nothing for this long is a milestone of its own: decompression, a hash, a wait.
    private const ulong LongComputation = 1_000_000;

    private readonly string _guest;
    private readonly List<TimelineEntry> _entries = [];
    private string _actor = "firmware";
    private CallRun _run = new("firmware");
    private BootEvent? _previous;
    private MemoryAccepted? _accepted;
    private ulong _acceptedRanges;
    private ImageLoaded? _loaded;
    private string? _toldCall;

    private Timeline(string guest) => _guest = guest;

    /// <summary>The timeline of a boot.</summary>
    public static IReadOnlyList<TimelineEntry> Of(BootReport report)
    {
        var timeline = new Timeline(report.Guest.Name);
        HashSet<int> lastFetches = FetchesBeforeExit(report.Events);
        Dictionary<int, RepeatedAttempts> repeated = RepeatedAttempts.In(report).ToDictionary(r => r.FromEvent);
        for (int i = 0; i < report.Events.Count; i++)
        {
            if (repeated.TryGetValue(i, out RepeatedAttempts attempts))
            {
                timeline.AddRepeated(attempts, report.Events[attempts.ToEvent]);
                i = attempts.ToEvent;
                continue;
            }

            timeline.Add(report.Events[i], lastFetches.Contains(i));
        }

        timeline.NoteComputation(new BootTime(report.VirtualNanoseconds, report.Instructions));
        timeline.Flush();
        return timeline._entries;
    }

    /// <summary>The line that closes the timeline: how the boot ended.</summary>
    public static TimelineEntry EndOf(BootReport report)
    {
        string end = JsonReport.EndName(report.Outcome.End);
        string text = report.Outcome.Status is { } status ? $"{end}, {status}" : end;
        return new TimelineEntry(
            "end", text, new BootTime(report.VirtualNanoseconds, report.Instructions), report.Outcome.ExitCode == 0 ? Tone.Good : Tone.Bad)
        {
            Facts = [new(string.Empty, text) { ShowsTime = true, Detail = report.Fault?.Summary ?? string.Empty }],
        };
    }

    // The fetch that an ExitBootServices attempt relies on: the last successful one before it.
    private static HashSet<int> FetchesBeforeExit(IReadOnlyList<BootEvent> events)
    {
        HashSet<int> found = [];
        int last = -1;
        for (int i = 0; i < events.Count; i++)
        {
            if (events[i] is MemoryMapFetched fetched && !fetched.Status.IsError)
            {
                last = i;
            }
            else if (events[i] is ExitBootServicesCalled && last >= 0)
            {
                found.Add(last);
            }
        }

        return found;
    }

    private void Add(BootEvent happened, bool beforeExit)
    {
        NoteComputation(happened.At);
        _previous = happened;
        switch (happened)
        {
            case ServiceCalled call when call.Function.Name == _toldCall && call.Repeats == 1:
                _toldCall = null;
                break;
            case ServiceCalled call:
                FlushMilestones();
                _run.Add(call);
                break;
            case ConfigurationTableInstalled table when _loaded is null || _loaded.At != table.At:
                FlushMilestones();
                _run.Add(table);
                break;
            case MemoryAccepted { Acceptor: MemoryAcceptor.Guest } accepted:
                _run.Add(accepted);
                break;
            case MemoryAccepted accepted:
                AddAcceptance(accepted);
                break;
            case MemoryMapFetched fetched when beforeExit:
                Tell("guest", DescribeFetch(fetched), fetched, new TimelineFact("fetches", "the map"), toldCall: "GetMemoryMap");
                break;
            case ImageLoaded loaded:
                Flush();
                _loaded = loaded;
                break;
            default:
                AddMilestone(happened);
                break;
        }
    }

    private void AddMilestone(BootEvent happened)
    {
        switch (happened)
        {
            case ImageStarted started:
                AddStart(started);
                break;
            case ImageExited exited:
                Tell(
                    "guest",
                    $"{exited.Name} returns {exited.Status}",
                    exited,
                    new TimelineFact("returns", exited.Name == _guest ? $"{exited.Status}" : $"{exited.Status} from {exited.Name}"),
                    exited.Status.IsError ? Tone.Bad : Tone.Normal,
                    "Exit");
                break;
            case EventGroupSignalled { Members: 0 } unheard when unheard.Group != KnownGuids.BeforeExitBootServicesGroup:
                // That nobody heard of the end of boot services is the rule.
                break;
            case EventGroupSignalled signalled:
                string heard = $"{GuidNames.Short(signalled.Group)} to {Quantities.Plural((ulong)signalled.Members, "event")}";
                Tell("firmware", $"signals {heard}", signalled, new TimelineFact("signals", heard));
                break;
            case ExitBootServicesCalled { Attempt: var attempt }:
                AddExit(attempt, happened.At);
                break;
            case Remark remark:
                Tell("note", remark.Text, remark, new TimelineFact(string.Empty, remark.Text), Tone.Changed);
                break;
            default:
                // MemoryMapChanged, early fetches and FirmwareStarted are told by what they lead to.
                break;
        }
    }

    private void AddExit(ExitBootServicesAttempt attempt, BootTime at)
    {
        Flush();
        string actor = $"exit #{attempt.Attempt}";
        var fact = new TimelineFact(string.Empty, attempt.Status.ToString())
        {
            ConcernsMemory = true,
            ShowsTime = true,
            Detail = attempt.Status.IsError ? attempt.Cause : string.Empty,
        };
        _entries.Add(new TimelineEntry(actor, DescribeExit(attempt), at, ToneOf(attempt.Status)) { IsExit = true, Facts = [fact] });
        _entries.Add(new TimelineEntry(actor, attempt.Cause, at));
        _toldCall = "ExitBootServices";
    }

    private void AddRepeated(RepeatedAttempts attempts, BootEvent last)
    {
        Flush();
        _entries.Add(new TimelineEntry(
            $"exit #{attempts.First}", $"and so on up to #{attempts.Last}: the same key, the same answer", last.At, Tone.Bad) { IsExit = true });
        _previous = last;
        _toldCall = "ExitBootServices";
    }

    private static Tone ToneOf(EfiStatus status) => status.IsError ? Tone.Bad : Tone.Good;

    private static string DescribeExit(ExitBootServicesAttempt attempt) => attempt.MapKey == attempt.CurrentMapKey
        ? $"{attempt.Status}   key {Quantities.Hex(attempt.MapKey)} is current"
        : $"{attempt.Status}   key {Quantities.Hex(attempt.MapKey)} given, {Quantities.Hex(attempt.CurrentMapKey)} current";

    private static string DescribeFetch(MemoryMapFetched fetched)
    {
        ulong room = fetched.DescriptorSize == 0 ? 0 : fetched.BufferBytes / fetched.DescriptorSize;
        return $"fetches the map: {Quantities.Plural((ulong)fetched.Descriptors, "descriptor")}, room for {Quantities.Count(room)}, "
            + $"key {Quantities.Hex(fetched.MapKey)}";
    }

    private void AddAcceptance(MemoryAccepted accepted)
    {
        if (_accepted is null || _accepted.Acceptor != accepted.Acceptor)
        {
            Flush();
            _accepted = accepted;
            _acceptedRanges = 1;
            return;
        }

        _acceptedRanges++;
        _accepted = accepted with
        {
            Range = _accepted.Range with { Length = _accepted.Range.Length + accepted.Range.Length },
            CostNanoseconds = _accepted.CostNanoseconds + accepted.CostNanoseconds,
        };
    }

    private void AddStart(ImageStarted started)
    {
        // What is not told yet was firmware's; from here on the guest acts.
        _actor = "guest";
        var fact = new TimelineFact("starts", NameOf(started.Name));
        if (_loaded is { } loaded && loaded.Name == started.Name)
        {
            _loaded = null;
            Tell("firmware", $"starts {started.Name} at {loaded.Base}", started, fact);
            return;
        }

        Tell("firmware", $"starts {started.Name}, entry {started.EntryPoint}", started, fact);
    }

    // Two guests go by different names, and do the same.
    private string NameOf(string image) => image == _guest ? "the guest" : image;

    private void NoteComputation(BootTime now)
    {
        ulong before = _previous?.At.Instructions ?? now.Instructions;
        if (now.Instructions > before && now.Instructions - before >= LongComputation)
        {
            Flush();
            _entries.Add(new("guest", $"runs {Quantities.Count(now.Instructions - before)} instructions without a call", now));
        }
    }

    private void Tell(string actor, string text, BootEvent at, TimelineFact fact, Tone tone = Tone.Normal, string? toldCall = null)
    {
        Flush();
        _entries.Add(new TimelineEntry(actor, text, at.At, tone) { Facts = [fact] });
        _toldCall = toldCall;
    }

    private void Flush()
    {
        _toldCall = null;
        _entries.AddRange(_run.Entries());
        _run = new CallRun(_actor);
        FlushMilestones();
    }

    private void FlushMilestones()
    {
        if (_loaded is { } loaded)
        {
            _loaded = null;
            _entries.Add(new("firmware", $"loads {loaded.Name} at {loaded.Base}, {Quantities.Bytes(loaded.Bytes)}", loaded.At)
            {
                Facts = [new("loads", NameOf(loaded.Name))],
            });
        }

        if (_accepted is { } accepted)
        {
            _accepted = null;
            string where = _acceptedRanges == 1
                ? $"at {Quantities.Hex(accepted.Range.Start)}"
                : $"in {Quantities.Plural(_acceptedRanges, "range")}";
            string bytes = Quantities.Bytes(accepted.Range.Length);
            _entries.Add(
                new("firmware", $"accepts {bytes} {where}, taking {Quantities.Seconds(accepted.CostNanoseconds, 3)}", accepted.At, Tone.Changed)
                {
                    Facts = [new("accepts", bytes) { ConcernsMemory = true, ShowsTime = true }],
                });
        }
    }
}
