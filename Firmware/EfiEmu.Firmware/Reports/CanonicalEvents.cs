using System.Globalization;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>What happened between two stages of a boot, as a canonical report tells it: milestones in order, no call and no address of firmware's.</summary>
internal sealed class CanonicalEvents
{
    private const string ExitStage = "exit-boot-services-";

    // A guest may accept its memory in thousands of ranges.
    private const int RangesNamed = 16;

    private readonly IReadOnlyList<BootEvent> _events;
    private readonly List<(string Text, ulong Times)> _lines = [];
    private readonly List<MemoryRange> _accepted = [];
    private MemoryAcceptor _acceptor;

    private CanonicalEvents(IReadOnlyList<BootEvent> events) => _events = events;

    /// <summary>How many of the events lie before a stage's memory map.</summary>
    public static int EndOf(string stage, IReadOnlyList<BootEvent> events)
    {
        Predicate<BootEvent>? isLast = stage == "guest-start"
            ? e => e is ImageStarted
            : stage.StartsWith(ExitStage, StringComparison.Ordinal) ? e => IsAttempt(e, stage[ExitStage.Length..]) : null;
        for (int i = 0; isLast is not null && i < events.Count; i++)
        {
            if (isLast(events[i]))
            {
                // The map of an attempt is taken when it returns, that of the guest's start before it starts.
                return events[i] is ImageStarted ? i : i + 1;
            }
        }

        return events.Count;
    }

    /// <summary>The events from one index up to another as lines.</summary>
    public static IReadOnlyList<string> Lines(IReadOnlyList<BootEvent> events, int from, int to)
    {
        var told = new CanonicalEvents(events);
        for (int i = from; i < to; i++)
        {
            told.Tell(events[i]);
        }

        told.TellAccepted();
        return [.. told._lines.Select(l => l.Times == 1 ? l.Text : $"{l.Text}, {Quantities.Count(l.Times)} times")];
    }

    private static bool IsAttempt(BootEvent happened, string attempt) => happened is ExitBootServicesCalled called
        && called.Attempt.Attempt.ToString(CultureInfo.InvariantCulture) == attempt;

    private void Tell(BootEvent happened)
    {
        switch (happened)
        {
            case MemoryAccepted accepted:
                AddAccepted(accepted);
                break;
            case ImageStarted started:
                Add($"{started.Name} starts");
                break;
            case ImageExited exited:
                Add($"{exited.Name} returns {exited.Status}");
                break;
            case ConfigurationTableInstalled table:
                Add($"table {GuidNames.Short(table.Table)} {(table.Address.IsNull ? "removed" : "installed")}");
                break;
            case EventGroupSignalled signalled:
                Add($"{GuidNames.Short(signalled.Group)} signalled to {Quantities.Plural((ulong)signalled.Members, "event")}");
                break;
            case ExitBootServicesCalled { Attempt: var attempt }:
                Add($"ExitBootServices #{attempt.Attempt.ToString(CultureInfo.InvariantCulture)} returns {attempt.Status}: {Key(attempt)}");
                Add($"because: {attempt.Cause}");
                break;
            case Remark remark:
                Add($"note: {remark.Text}");
                break;
            default:
                // Calls are counted, and the maps show what changed them.
                break;
        }
    }

    // A key that no map came with says nothing about how far the guest was behind.
    private string Key(ExitBootServicesAttempt attempt)
    {
        if (attempt.MapKey == attempt.CurrentMapKey)
        {
            return "current key";
        }

        return _events.OfType<MemoryMapFetched>().Any(f => f.MapKey == attempt.MapKey) && attempt.MapKey < attempt.CurrentMapKey
            ? $"key {Quantities.Count(attempt.CurrentMapKey - attempt.MapKey)} behind"
            : "key that no map came with";
    }

    private void AddAccepted(MemoryAccepted accepted)
    {
        if (_accepted.Count > 0 && _acceptor != accepted.Acceptor)
        {
            TellAccepted();
        }

        _acceptor = accepted.Acceptor;
        if (_accepted.Count > 0 && _accepted[^1].End == accepted.Range.Start)
        {
            _accepted[^1] = _accepted[^1] with { Length = _accepted[^1].Length + accepted.Range.Length };
        }
        else
        {
            _accepted.Add(accepted.Range);
        }
    }

    private void TellAccepted()
    {
        List<MemoryRange> ranges = [.. _accepted];
        _accepted.Clear();
        foreach (MemoryRange range in ranges.Take(RangesNamed))
        {
            Add($"{EventLine.Acceptor(_acceptor)} accepts {range} {CanonicalReport.Exact(range.Length)}");
        }

        if (ranges.Count > RangesNamed)
        {
            ulong rest = ranges.Skip(RangesNamed).Aggregate(0UL, (sum, r) => sum + r.Length);
            Add($"{EventLine.Acceptor(_acceptor)} accepts {Quantities.Plural((ulong)(ranges.Count - RangesNamed), "range")} more, "
                + CanonicalReport.Exact(rest));
        }
    }

    // A group that is signalled in a loop is one line.
    private void Add(string text)
    {
        if (_accepted.Count > 0)
        {
            TellAccepted();
        }

        if (_lines.Count > 0 && _lines[^1].Text == text)
        {
            _lines[^1] = (text, _lines[^1].Times + 1);
        }
        else
        {
            _lines.Add((text, 1));
        }
    }
}
