namespace EfiEmu.Loaders.Lua;

/// <summary>Counts what a script uses up, and keeps what it prints until nothing of Lua is on the stack.</summary>
internal sealed class ScriptMeter(Script script, TimeProvider time, CancellationToken cancellation) : IScriptMeter, IDisposable
{
    // What the script has others do costs it steps as well, about as many as would take the same time: so that no loop of boots
    // or of calls back outlasts its budget.
    private const ulong StepsPerBoot = 100_000;
    private const ulong StepsPerCallback = 1000;
    private const ulong StepsPerRequest = 20;

    private readonly MemoryStream _output = new();
    private ulong _steps;
    private ulong _printed;
    private TimeSpan _spent;
    private long _entered;
    private bool _started;

    public ulong StepsLeft => _steps < script.Budget.Steps ? script.Budget.Steps - _steps : 0;

    /// <summary>Why the script must stop, or null.</summary>
    private string? Exceeded { get; set; }

    public bool Charge(ulong steps)
    {
        if (!_started)
        {
            return true;
        }

        Spend(steps);
        if (_spent + time.GetElapsedTime(_entered) > script.Budget.Time)
        {
            Exceeded ??= FormattableString.Invariant($"the script ran longer than {script.Budget.Time.TotalSeconds} s");
        }

        return Exceeded is null && !cancellation.IsCancellationRequested;
    }

    public bool Write(ReadOnlySpan<byte> text)
    {
        _printed += (ulong)text.Length;
        if (_printed > script.Budget.OutputBytes)
        {
            Exceeded ??= FormattableString.Invariant($"the script printed more than {script.Budget.OutputBytes} bytes");
            return false;
        }

        _output.Write(text);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    /// <summary>The script may begin: what comes is its own.</summary>
    public void Start() => _started = true;

    /// <summary>The script boots a guest.</summary>
    public void ChargeBoot() => Spend(StepsPerBoot);

    /// <summary>A function of the script is called back, or made to be.</summary>
    public void ChargeCallback() => Spend(StepsPerCallback);

    /// <summary>The script asks for something.</summary>
    public void ChargeRequest() => Spend(StepsPerRequest);

    /// <summary>Lua begins to run.</summary>
    public void Enter() => _entered = time.GetTimestamp();

    /// <summary>Lua has stopped running for now: hands its output on.</summary>
    /// <exception cref="ScriptBudgetException">A budget ran out.</exception>
    /// <exception cref="OperationCanceledException">The user wants to stop.</exception>
    public void Leave()
    {
        _spent += time.GetElapsedTime(_entered);
        if (_output.Length > 0)
        {
            script.Output(_output.GetBuffer().AsMemory(0, (int)_output.Length));
            _output.SetLength(0);
        }

        cancellation.ThrowIfCancellationRequested();
        if (Exceeded is { } reason)
        {
            throw new ScriptBudgetException(reason);
        }
    }

    private void Spend(ulong steps)
    {
        _steps = steps > ulong.MaxValue - _steps ? ulong.MaxValue : _steps + steps;
        if (_steps > script.Budget.Steps)
        {
            Exceeded ??= FormattableString.Invariant($"the script ran more than {script.Budget.Steps} steps");
        }
    }
}
