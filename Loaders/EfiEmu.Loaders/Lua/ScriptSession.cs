using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>On whose behalf a function of the script runs.</summary>
internal enum Activity
{
    /// <summary>The script's top level.</summary>
    Script,

    /// <summary>The guest: its entry point, a notify function, a member of a protocol that it offers.</summary>
    Guest,

    /// <summary>Firmware, behind the guest's back.</summary>
    Hook,

    /// <summary>Nobody: it watches.</summary>
    Observer,
}

/// <summary>One run of a script.</summary>
/// <remarks>
/// The script runs on Lua coroutines, and asks for everything by yielding. So while C# works for it no frame of Lua's C code is
/// on the stack: exceptions that end a boot pass freely, errors of Lua never jump over C#, and guest and script may call each
/// other in any depth. A coroutine whose boot has ended is simply never resumed again.
/// </remarks>
internal sealed class ScriptSession : IDisposable
{
    // Each level costs the host's stack a few kilobytes.
    private const int DeepestNesting = 100;
    private const int NotARequest = -1;

    private readonly Script _script;
    private readonly IScriptHost _host;
    private readonly CancellationToken _cancellation;
    private readonly ScriptMeter _meter;
    private readonly LuaState _lua;
    private readonly Stack<Activity> _activities = new();
    private readonly Dictionary<string, RequestRow> _requests;
    private bool _isLab;

    public ScriptSession(Script script, IScriptHost host, TimeProvider time, CancellationToken cancellation)
    {
        _script = script;
        _host = host;
        _cancellation = cancellation;
        _meter = new ScriptMeter(script, time, cancellation);
        _lua = new LuaState(script.Budget.MemoryBytes, new LuaCallbacks(_meter));
        Lab = new Lab(this);
        Machine = script.Machine;
        IEnumerable<RequestRow> rows =
        [
            .. new GuestRequests(this).Rows,
            .. new MemoryRequests(this).Rows,
            .. new LabRequests(this, host, new ScriptFiles(script.ReadableFolder)).Rows,
        ];
        _requests = rows.ToDictionary(row => row.Name, StringComparer.Ordinal);
    }

    /// <summary>What the script has used up.</summary>
    public ScriptMeter Meter => _meter;

    /// <summary>What watches and disturbs boots.</summary>
    public Lab Lab { get; }

    /// <summary>The machine of the next boot.</summary>
    public MachineSettings Machine { get; set; }

    /// <summary>The guest that runs, where it is the script.</summary>
    public IGuestContext Guest { get; private set; } = null!;

    /// <summary>Whether a machine runs.</summary>
    public bool IsBooting { get; private set; }

    /// <summary>What the running boot lets firmware do.</summary>
    public IBootBench Bench => Lab.Bench ?? throw new RequestException("firmware is not up yet");

    /// <summary>Memory as whoever runs now touches it.</summary>
    public IGuestMemory Memory => _activities.Peek() == Activity.Hook ? Bench.Memory : Guest.Memory;

    /// <summary>Whether a hook runs.</summary>
    public bool InHook => _activities.Peek() == Activity.Hook;

    /// <summary>Runs the script to its end.</summary>
    public ScriptResult Run()
    {
        _lua.Start(ScriptSettings.Table(_script.Machine.Seed));
        _meter.Start();
        nint main = _lua.Load(_script.Source.Span, _script.Name, out string? malformed);
        if (malformed is not null)
        {
            return new ScriptResult(ScriptEnd.Malformed, Named(malformed), null);
        }

        try
        {
            BootReport? own = null;
            Drive(main, 1, Activity.Script, report => own = report);
            return new ScriptResult(ScriptEnd.Finished, null, own);
        }
        catch (ScriptErrorException fault)
        {
            return new ScriptResult(ScriptEnd.Failed, Named(fault.Message), null);
        }
        catch (ScriptBudgetException budget)
        {
            return new ScriptResult(ScriptEnd.Budget, Named(budget.Message), null);
        }
    }

    /// <summary>Boots a guest that is no part of the script.</summary>
    public BootReport Boot(GuestFile guest, MachineSettings machine)
    {
        _meter.ChargeBoot();
        IsBooting = true;
        _isLab = true;
        try
        {
            return _host.Boot(machine.ToRequest(guest), Lab, _cancellation);
        }
        catch (BootRequestException fault)
        {
            throw new RequestException($"{fault.Field}: {fault.Fault}");
        }
        catch (ScriptErrorException fault)
        {
            throw new RequestException(fault.Message) { NamesTheLine = fault.NamesTheLine };
        }
        finally
        {
            IsBooting = false;
            Guest = null!;
            Lab.EndBoot();
        }
    }

    /// <summary>A guest whose entry point is a function of the script.</summary>
    public GuestFile GuestOf(long function) => GuestOf(() => StatusOf(CallFunction(function, Activity.Guest)));

    /// <summary>Calls a function of the script.</summary>
    /// <param name="function">Its number.</param>
    /// <param name="activity">On whose behalf.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its first result as a register holds it; null for nothing.</returns>
    /// <exception cref="ScriptErrorException">It raised an error.</exception>
    public ulong? CallFunction(long function, Activity activity, params ReadOnlySpan<object?> arguments)
    {
        _meter.ChargeCallback();
        nint thread = _lua.ThreadFor(function);
        try
        {
            LuaApi.Reserve(thread, arguments.Length + LuaState.Slots);
            foreach (object? argument in arguments)
            {
                new LuaValues(_lua, thread).Push(argument);
            }

            Drive(thread, arguments.Length + 1, activity, null);
            return ResultOf(thread);
        }
        finally
        {
            _lua.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lua.Dispose();
        _meter.Dispose();
    }

    private GuestFile GuestOf(Func<EfiStatus> run)
    {
        var definition = new GuestDefinition("script", "guest in Lua", _ => new ScriptGuest(guest =>
        {
            Guest = guest;
            return run();
        }));
        return new GuestFile(_script.Name, ReadOnlyMemory<byte>.Empty, "guest in Lua", IsKernel: false) { Image = new ManagedImage(definition) };
    }

    // Runs a thread until it ends, and answers what it asks for on the way. A script's top level that asks for what a guest has
    // goes on inside a boot, and is over when that is.
    private void Drive(nint thread, int arguments, Activity activity, Action<BootReport>? ownBoot)
    {
        if (_activities.Count == DeepestNesting)
        {
            throw new ScriptErrorException($"calls between the script and firmware nest deeper than {DeepestNesting}");
        }

        _activities.Push(activity);
        try
        {
            while (arguments != NotARequest)
            {
                _meter.Enter();
                LuaCode code = _lua.Resume(thread, arguments, out int results);
                _meter.Leave();
                if (code != LuaCode.Yield)
                {
                    CheckEnd(thread, code, results);
                    return;
                }

                arguments = Answer(thread, results, ownBoot);
            }
        }
        finally
        {
            _activities.Pop();
        }
    }

    // The first result says whether the function came to its end; else the second is the error.
    private void CheckEnd(nint thread, LuaCode code, int results)
    {
        if (code == LuaCode.Ok && LuaApi.ToBoolean(thread, -results) != 0)
        {
            return;
        }

        string message = LuaState.Text(thread, -1);
        throw message.EndsWith("not enough memory", StringComparison.Ordinal)
            ? OutOfMemory()
            : new ScriptErrorException(message) { NamesTheLine = true };
    }

    // On the stack: the mark of a request, its name, its arguments. Returns how many results lie there in their place.
    private int Answer(nint thread, int count, Action<BootReport>? ownBoot)
    {
        _meter.ChargeRequest();
        LuaApi.Reserve(thread, LuaState.Slots);
        int bottom = LuaApi.GetTop(thread) - count;
        RequestRow row = _requests[LuaState.Text(thread, bottom + 2)];
        var request = new ScriptRequest(_lua, thread, bottom + 3, count - 2);
        try
        {
            if (ownBoot is not null && !IsBooting && row.Need is RequestNeed.Guest or RequestNeed.Memory)
            {
                return BecomeGuest(thread, count, ownBoot);
            }

            Check(row.Need);
            LuaApi.PushBoolean(thread, 1);
            row.Answer(request);
        }
        catch (RequestException fault)
        {
            Fail(thread, bottom + count, fault.Message, fault.NamesTheLine);
        }
        catch (GuestMemoryFaultException fault) when (InHook)
        {
            Fail(thread, bottom + count, fault.Message, namesTheLine: false);
        }

        // The limit of the script's memory does not hold while C# pushes values.
        if (!_lua.HasHeadroom())
        {
            throw OutOfMemory();
        }

        int results = LuaApi.GetTop(thread) - bottom - count;
        LuaApi.Rotate(thread, bottom + 1, results);
        LuaApi.SetTop(thread, bottom + results);
        return results;
    }

    private void Fail(nint thread, int top, string message, bool namesTheLine)
    {
        LuaApi.SetTop(thread, top);
        var values = new LuaValues(_lua, thread);
        values.Push(namesTheLine ? null : (object)false);
        values.Push((object)message);
    }

    private int BecomeGuest(nint thread, int count, Action<BootReport> ownBoot)
    {
        if (_isLab)
        {
            throw new RequestException("no guest is running; a script that calls boot() is a lab, and its guests are functions that it boots");
        }

        bool started = false;
        GuestFile guest = GuestOf(() =>
        {
            started = true;
            Drive(thread, Answer(thread, count, null), Activity.Guest, null);
            return StatusOf(ResultOf(thread));
        });
        _meter.ChargeBoot();
        IsBooting = true;
        try
        {
            ownBoot(_host.Boot(Machine.ToRequest(guest), Lab, _cancellation));
            return NotARequest;
        }
        catch (BootRequestException fault) when (!started)
        {
            throw new RequestException($"{fault.Field}: {fault.Fault}");
        }
        catch (BootRequestException fault)
        {
            // The request has long been answered.
            throw new ScriptErrorException($"{fault.Field}: {fault.Fault}");
        }
        finally
        {
            IsBooting = false;
        }
    }

    private void Check(RequestNeed need)
    {
        Activity activity = _activities.Peek();
        string? fault = need switch
        {
            RequestNeed.Nothing => null,
            RequestNeed.NoMachine when IsBooting => "a machine is running",
            RequestNeed.NoMachine => null,
            _ when activity == Activity.Observer => "a function that watches events can do nothing else; use before or after",
            _ when !IsBooting => "no machine is running",
            RequestNeed.Guest when activity == Activity.Hook => "a hook acts for firmware; use firmware.*",
            RequestNeed.Guest or RequestNeed.Memory when activity == Activity.Guest && Guest is null => "no guest of this script is running",
            _ => null,
        };
        if (fault is not null)
        {
            throw new RequestException(fault);
        }
    }

    private unsafe ulong? ResultOf(nint thread)
    {
        // Below the first result lies the flag of a thread that ended well.
        if (LuaApi.GetTop(thread) < 2)
        {
            return null;
        }

        const int Result = 2;
        switch (LuaApi.TypeOf(thread, Result))
        {
            case LuaType.Nil:
                return null;
            case LuaType.Boolean:
                return LuaApi.ToBoolean(thread, Result) != 0 ? 1UL : 0UL;
            case LuaType.Number when LuaApi.IsInteger(thread, Result) != 0:
                return unchecked((ulong)LuaApi.ToInteger(thread, Result, null));
            case LuaType.Table:
                new LuaValues(_lua, thread).Push((object)"value");
                if (LuaApi.RawGet(thread, Result) == LuaType.Number)
                {
                    return unchecked((ulong)LuaApi.ToInteger(thread, -1, null));
                }

                break;
        }

        throw new ScriptErrorException("a function that the machine calls must return a Status, an integer, a truth value or nothing");
    }

    private string Name => _script.Name;

    private ScriptBudgetException OutOfMemory() => new($"the script's values took more than {_script.Budget.MemoryBytes} bytes");

    // A message that has no line names the script at least.
    private string Named(string message) => message.StartsWith(Name + ":", StringComparison.Ordinal) ? message : $"{Name}: {message}";

    private static EfiStatus StatusOf(ulong? result) => new(result ?? 0);

    private sealed class ScriptGuest(Func<IGuestContext, EfiStatus> run) : IGuestImage
    {
        public EfiStatus Run(IGuestContext guest) => run(guest);
    }
}
