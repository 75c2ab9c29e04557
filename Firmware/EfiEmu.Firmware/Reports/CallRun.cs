using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>What the guest, or firmware before it, did between two milestones, folded: calls, and what of them an engineer would ask about.</summary>
/// <param name="actor">Who did it.</param>
internal sealed class CallRun(string actor)
{
    private const string Calls = "calls";
    private const string FindsNo = "finds no";
    private const string Gets = "gets";
    private const string Installs = "installs";

    private readonly List<(string Name, ulong Calls)> _calls = [];
    private readonly List<string> _notFound = [];
    private readonly List<string> _failures = [];
    private readonly List<string> _tables = [];
    private readonly List<TimelineFact> _facts = [];
    private ulong _total;
    private ulong _acceptedBytes;
    private ulong _acceptedRanges;
    private BootTime _last;

    /// <summary>Adds a call.</summary>
    public void Add(ServiceCalled call)
    {
        string name = ShortName(call.Function);
        int known = _calls.FindIndex(c => c.Name == name);
        if (known < 0)
        {
            _calls.Add((name, call.Repeats));
            AddFact(Calls, name, call.Function.Interface is "SevMemoryAcceptance" or "EdkiiMemoryAccept");
        }
        else
        {
            _calls[known] = (name, _calls[known].Calls + call.Repeats);
        }

        _total += call.Repeats;
        _last = call.At;
        if (call.ReturnsStatus)
        {
            NoteStatus(call, name, new EfiStatus(call.Result));
        }
    }

    /// <summary>Adds a configuration table that the guest installed, replaced or removed.</summary>
    public void Add(ConfigurationTableInstalled table)
    {
        string name = GuidNames.Short(table.Table);
        AddOnce(_tables, table.Address.IsNull ? $"{name} (removed)" : $"{name} at {table.Address}");
        AddFact(Installs, table.Address.IsNull ? $"{name} (removed)" : name, table.Table == LinuxTables.UnacceptedMemory);
        _last = table.At;
    }

    /// <summary>Adds memory that the guest accepted.</summary>
    public void Add(MemoryAccepted accepted)
    {
        _acceptedBytes += accepted.Range.Length;
        _acceptedRanges++;
        _last = accepted.At;
    }

    /// <summary>The run as lines; none where nothing happened.</summary>
    public IEnumerable<TimelineEntry> Entries()
    {
        if (_total > 0)
        {
            string names = string.Join(", ", _calls.Select(c => c.Calls == 1 ? c.Name : $"{Quantities.Count(c.Calls)}{ReportPage.NoBreak}{c.Name}"));
            yield return new(actor, $"{Quantities.Plural(_total, "call")}: {names}", _last) { Facts = FactsOf(Calls) };
        }

        foreach ((string verb, List<string> what) in new[] { (FindsNo, _notFound), (Gets, _failures), (Installs, _tables) })
        {
            if (what.Count > 0)
            {
                yield return new(actor, $"{verb} {string.Join(", ", what)}", _last) { Facts = FactsOf(verb) };
            }
        }

        if (_acceptedRanges > 0)
        {
            string bytes = Quantities.Bytes(_acceptedBytes);
            yield return new(actor, $"accepts {bytes} in {Quantities.Plural(_acceptedRanges, "range")}", _last)
            {
                Facts = [new("accepts", bytes) { ConcernsMemory = true, ShowsTime = true }],
            };
        }
    }

    /// <summary>A function as people name it: a service by its name alone, a protocol's function with the protocol.</summary>
    public static string ShortName(FunctionSignature function) =>
        function.Interface is "bs" or "rt" ? function.Name : $"{function.Interface}.{function.Name}";

    private void NoteStatus(ServiceCalled call, string name, EfiStatus status)
    {
        if (status == EfiStatus.NotFound && call.Function.Name == "LocateProtocol" && call.Arguments is [var protocol, ..])
        {
            AddOnce(_notFound, NameOfGuid(protocol));
            AddFact(FindsNo, NameOfGuid(protocol), concernsMemory: false);
        }
        else if (status.IsError && status != EfiStatus.NotFound && status != EfiStatus.BufferTooSmall)
        {
            AddOnce(_failures, $"{status} from {name}");
            AddFact(Gets, $"{status} from {name}", concernsMemory: false);
        }
    }

    private List<TimelineFact> FactsOf(string verb) => [.. _facts.Where(f => f.Verb == verb)];

    private void AddFact(string verb, string what, bool concernsMemory)
    {
        var fact = new TimelineFact(verb, what) { OfRun = true, ConcernsMemory = concernsMemory };
        if (!_facts.Contains(fact))
        {
            _facts.Add(fact);
        }
    }

    private static void AddOnce(List<string> list, string text)
    {
        if (!list.Contains(text))
        {
            list.Add(text);
        }
    }

    // "Protocol=Rng 3152bca5-..." -> "Rng"; a GUID without a name stays.
    private static string NameOfGuid(string argument)
    {
        string value = argument[(argument.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim();
        string[] words = value.Split(' ');
        return words is [var name, var guid] && Guid.TryParse(guid, out _) ? name : value;
    }
}
