using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>Something that a script wants to happen in boots.</summary>
internal abstract record LabRule;

/// <summary>Calls a function for each event of a kind.</summary>
internal sealed record ObserverRule(string Kind, long Function) : LabRule;

/// <summary>Calls a function before or after each call of a function.</summary>
internal sealed record HookRule(string Name, long Function, bool IsBefore) : LabRule;

/// <summary>Answers the n-th call of a function in firmware's place.</summary>
internal sealed record FailRule(string Name, long Call, ulong Status) : LabRule;

/// <summary>Makes the memory map longer between two calls.</summary>
internal sealed record BetweenRule(string After, string Before, int Grow, long Times) : LabRule;

/// <summary>Watches and disturbs boots as the script asked for, in the order in which it did.</summary>
/// <remarks>Rules hold from then on in every boot; those that are made while a machine runs end with it. Each boot counts anew.</remarks>
internal sealed class Lab(ScriptSession session) : IBootInstrument
{
    private readonly List<ActiveRule> _rules = [];
    private long _last;

    /// <summary>What the running boot lets firmware do; null where none runs.</summary>
    public IBootBench? Bench { get; private set; }

    /// <summary>How many rules there are.</summary>
    public int Rules => _rules.Count;

    /// <summary>Adds a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="forThisBoot">Whether it ends with the boot that runs.</param>
    /// <returns>The number by which it is removed.</returns>
    public long Add(LabRule rule, bool forThisBoot)
    {
        _rules.Add(new ActiveRule(++_last, rule, forThisBoot));
        return _last;
    }

    /// <summary>Removes a rule; one that is gone already stays so.</summary>
    public void Remove(long id) => _rules.RemoveAll(rule => rule.Id == id);

    /// <summary>The boot has ended.</summary>
    public void EndBoot()
    {
        Bench = null;
        _rules.RemoveAll(rule => rule.ForThisBoot);
        foreach (ActiveRule rule in _rules)
        {
            rule.Count = 0;
            rule.IsOpen = false;
        }
    }

    /// <summary>Makes the memory map longer.</summary>
    /// <exception cref="RequestException">It cannot be done.</exception>
    public void Grow(int descriptors)
    {
        try
        {
            session.Bench.GrowMemoryMap(descriptors);
        }
        catch (MapGrowthException fault)
        {
            throw new RequestException(fault.Message);
        }
    }

    /// <inheritdoc/>
    public void Attach(IBootBench bench) => Bench = bench;

    /// <inheritdoc/>
    public ulong? Calling(FunctionSignature function, IGuestCall call)
    {
        ulong? answer = null;
        // A hook may add rules and remove them; what it adds holds from the next call on.
        foreach (ActiveRule active in _rules.Count == 0 ? [] : _rules.ToArray())
        {
            switch (active.Rule)
            {
                case HookRule { IsBefore: true } hook when Is(function, hook.Name):
                    answer ??= session.CallFunction(hook.Function, Activity.Hook, Call(function, call));
                    break;
                case FailRule fail when Is(function, fail.Name) && ++active.Count == fail.Call:
                    answer ??= fail.Status;
                    break;
                case BetweenRule between when active.IsOpen && active.Count < between.Times && Is(function, between.Before):
                    active.Count++;
                    active.IsOpen = false;
                    GrowOrEnd(between.Grow);
                    break;
            }
        }

        return answer;
    }

    /// <inheritdoc/>
    public void Called(FunctionSignature function, ulong result)
    {
        foreach (ActiveRule active in _rules.Count == 0 ? [] : _rules.ToArray())
        {
            switch (active.Rule)
            {
                case HookRule { IsBefore: false } hook when Is(function, hook.Name):
                    session.CallFunction(hook.Function, Activity.Hook, new LuaTable
                    {
                        ["name"] = NameOf(function),
                        ["result"] = function.ReturnsStatus ? new EfiStatus(result) : result,
                    });
                    break;
                case BetweenRule between when Is(function, between.After):
                    active.IsOpen = true;
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public void Happened(BootEvent happened)
    {
        string kind = EventTables.KindOf(happened);
        foreach (ActiveRule active in _rules.Count == 0 ? [] : _rules.ToArray())
        {
            if (active.Rule is ObserverRule observer && observer.Kind == kind)
            {
                session.CallFunction(observer.Function, Activity.Observer, EventTables.Table(happened));
            }
        }
    }

    private static bool Is(FunctionSignature function, string name) =>
        name.Length == function.Interface.Length + 1 + function.Name.Length
        && name.StartsWith(function.Interface, StringComparison.OrdinalIgnoreCase)
        && name[function.Interface.Length] == '.'
        && name.EndsWith(function.Name, StringComparison.OrdinalIgnoreCase);

    private static string NameOf(FunctionSignature function) => $"{function.Interface}.{function.Name}";

    // The arguments by the specification's names.
    private static LuaTable Call(FunctionSignature function, IGuestCall call)
    {
        var arguments = new LuaTable();
        for (int i = 0; i < function.Parameters.Length; i++)
        {
            arguments[function.Parameters[i].Name] = call[i];
        }

        return new LuaTable { ["name"] = NameOf(function), ["arguments"] = arguments };
    }

    private void GrowOrEnd(int descriptors)
    {
        try
        {
            session.Bench.GrowMemoryMap(descriptors);
        }
        catch (MapGrowthException fault)
        {
            throw new ScriptErrorException($"between: {fault.Message}");
        }
    }

    // A rule, and how often it has applied in this boot.
    private sealed class ActiveRule(long id, LabRule rule, bool forThisBoot)
    {
        public long Id => id;

        public LabRule Rule => rule;

        public bool ForThisBoot => forThisBoot;

        public long Count { get; set; }

        public bool IsOpen { get; set; }
    }
}
