using System.Collections.Frozen;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Takes down what happens: the one ordered stream of a boot, and the counts of its service calls.</summary>
/// <param name="now">The machine's virtual time and instruction count.</param>
/// <param name="budget">How long the stream may get.</param>
/// <param name="trace">Whether equal calls in a row stay apart.</param>
internal sealed class BootRecorder(Func<BootTime> now, BootBudget budget, bool trace)
{
    private const int LastCallsKept = 8;

    private static readonly FrozenSet<(string Interface, string Name)> Idling = new (string, string)[]
    {
        ("SimpleTextInput", "ReadKeyStroke"),
        ("SimpleTextInputEx", "ReadKeyStrokeEx"),
        ("bs", "CreateEvent"),
        ("bs", "CloseEvent"),
        ("bs", "SetTimer"),
        ("bs", "CheckEvent"),
        ("bs", "WaitForEvent"),
        ("bs", "Stall"),
        ("bs", "RaiseTPL"),
        ("bs", "RestoreTPL"),
        ("rt", "GetTime"),
    }.ToFrozenSet();

    private readonly List<BootEvent> _events = [];
    private readonly List<FunctionSignature> _order = [];
    private readonly Dictionary<(string Interface, string Name), ulong> _counts = [];
    private readonly Queue<string> _lastCalls = new();

    public IReadOnlyList<BootEvent> Events => _events;

    /// <summary>Sees each event when it is added.</summary>
    public Action<BootEvent>? Observer { get; init; }

    /// <summary>How many calls were made that do more than look for input, wait and let time pass.</summary>
    public ulong ActiveCalls { get; private set; }

    /// <summary>The last calls as text, oldest first.</summary>
    public IReadOnlyList<string> LastCalls => [.. _lastCalls];

    /// <summary>How often each function was called, in the order of first calls.</summary>
    public IReadOnlyList<ServiceCount> Services =>
        [.. _order.Select(s => new ServiceCount(s.Interface, s.Name, _counts[(s.Interface, s.Name)]))];

    /// <summary>Adds an event and stamps it.</summary>
    public void Add(BootEvent happened)
    {
        if (_events.Count >= budget.Events)
        {
            throw new BootStoppedException(BootEnd.Budget, $"more than {budget.Events} events");
        }

        BootEvent stamped = happened with { At = now() };
        _events.Add(stamped);
        Observer?.Invoke(stamped);
    }

    /// <summary>Counts a call when it is made, so that one which never returns counts too.</summary>
    public void Calling(FunctionSignature function)
    {
        (string, string) key = (function.Interface, function.Name);
        if (!_counts.TryGetValue(key, out ulong count))
        {
            _order.Add(function);
        }

        _counts[key] = count + 1;
        if (!Idling.Contains(key))
        {
            ActiveCalls++;
        }
    }

    /// <summary>Adds a call that returned; an equal call right before it is folded into it unless tracing.</summary>
    public void Called(ServiceCalled call)
    {
        if (_lastCalls.Count == LastCallsKept)
        {
            _lastCalls.Dequeue();
        }

        _lastCalls.Enqueue(CallText.Of(call));
        if (!trace && _events.Count > 0 && _events[^1] is ServiceCalled last && IsRepeat(last, call))
        {
            _events[^1] = call with { At = now(), Repeats = last.Repeats + 1 };
            return;
        }

        Add(call);
    }

    private static bool IsRepeat(ServiceCalled last, ServiceCalled call) =>
        last.Function == call.Function && last.Result == call.Result && last.Caller == call.Caller
        && last.Arguments.SequenceEqual(call.Arguments);
}
