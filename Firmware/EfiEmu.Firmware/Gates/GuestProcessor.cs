using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Gates;

/// <summary>What firmware's timer does between stretches of guest code.</summary>
internal interface IInterruptSource
{
    /// <summary>Instructions until the timer may have to act; the maximum when no timer runs.</summary>
    ulong InstructionsUntilDue { get; }

    /// <summary>Lets the timer act if it is due. The guest's registers are saved around it.</summary>
    void Poll();

    /// <summary>The guest sleeps: moves virtual time to the next thing that happens; false when nothing ever will.</summary>
    bool SleepUntilDue();
}

/// <summary>Runs guest code, and C# where guest code reaches a gate. Firmware and guest call each other through it in any depth.</summary>
internal sealed class GuestProcessor : IGuestCaller
{
    // How far calls between guest and firmware may nest: a guest that recurses through firmware must not exhaust the host's stack.
    private const int DeepestNesting = 128;

    // Guest code runs in stretches of this many instructions, between which cancellation is looked at.
    private const ulong Stretch = 50_000_000;

    private const ulong ShadowSpace = 32;

    // What a call costs of the guest's budget: about the instructions that run in the time that the host needs for it.
    private const ulong CallCharge = 400;

    private static readonly GuestRegister[] AllRegisters = Enum.GetValues<GuestRegister>();

    private readonly Machine _machine;
    private readonly GateTable _gates;
    private readonly PluginBoundary _boundary;
    private readonly BootRecorder _recorder;
    private readonly ArgumentFormatter _formatter;
    private readonly CancellationToken _cancellation;
    private readonly GuestAddress _returnGate;
    private GuestAddress _entry;
    private int _depth;
    private ulong _charged;

    public GuestProcessor(
        Machine machine,
        GateTable gates,
        PluginBoundary boundary,
        BootRecorder recorder,
        ulong instructionBudget,
        CancellationToken cancellation)
    {
        _machine = machine;
        _gates = gates;
        _boundary = boundary;
        _recorder = recorder;
        _formatter = new ArgumentFormatter(machine.Memory);
        Budget = instructionBudget;
        _cancellation = cancellation;
        _returnGate = gates.Add(
            new FunctionSignature("firmware", "Return"),
            static _ => throw new InvalidOperationException("the return gate is taken by the run loop"));
    }

    /// <summary>The function behind the gate that the guest called last: whom a wild pointer was given to.</summary>
    public string CurrentFunction { get; private set; } = "firmware";

    /// <summary>The image whose C# runs now, and not the processor; null where the processor runs.</summary>
    public string? ManagedImage { get; private set; }

    /// <summary>Told when guest code is about to call the function behind a gate, while the machine still stands in front of the call.</summary>
    public Action<GuestAddress>? BeforeCall { get; set; }

    /// <summary>The instructions that the guest may run, with those that firmware does for it.</summary>
    public ulong Budget { get; set; }

    /// <summary>What was used of the budget.</summary>
    public ulong Used => _machine.InstructionsRetired + _charged;

    /// <summary>The guest function that the innermost <see cref="Call"/> in progress called; NULL when there is none.</summary>
    public GuestAddress Entry => _entry;

    /// <summary>The timer; set once, when the event services exist.</summary>
    public IInterruptSource? Interrupts { get; set; }

    /// <summary>Who says what code outside of images is; null where nobody asks.</summary>
    public HandOffWatch? HandOff { get; set; }

    /// <summary>What constructors of guests in C# may ask for; set once, when firmware is up.</summary>
    public IServiceProvider? Services { get; set; }

    /// <summary>Who watches the guest's calls, and may answer them in firmware's place; set once, when firmware is up.</summary>
    public IBootInstrument? Instrument { get; set; }

    /// <summary>Charges bytes that firmware works through for the guest to its budget, as if it went through them in steps of eight.</summary>
    public void Charge(ulong bytes)
    {
        _charged += bytes / 8;
        CheckBudget();
    }

    /// <summary>Calls a guest function with the Microsoft x64 convention and gives its RAX.</summary>
    /// <remarks>Every register but RAX is afterwards as before, whatever the function did.</remarks>
    public ulong Call(GuestAddress function, params ReadOnlySpan<ulong> arguments)
    {
        if (_gates.TryGet(function, out Gate? gate))
        {
            return gate.Body(new DirectCall(arguments.ToArray()));
        }

        CheckDepth();
        ulong[] saved = SaveRegisters();
        GuestAddress rip = _machine.Rip;
        ulong flags = _machine.Rflags;
        string? caller = ManagedImage;
        ManagedImage = null;
        GuestAddress entry = _entry;
        _entry = function;
        _depth++;
        try
        {
            PushFrame(arguments);
            _machine.Rip = function;
            return Run();
        }
        finally
        {
            _depth--;
            ManagedImage = caller;
            _entry = entry;
            RestoreRegisters(saved);
            _machine.Rip = rip;
            _machine.Rflags = flags;
        }
    }

    /// <summary>Goes on from the call in front of which the machine stands, until the guest function in progress returns; gives its RAX.</summary>
    public ulong GoOn()
    {
        Dispatch(_machine.Rip);
        Interrupts?.Poll();
        return Run();
    }

    /// <summary>Guest memory.</summary>
    IGuestMemory IGuestCaller.Memory => _machine.Memory;

    /// <summary>A gate that runs an image whose code is C#.</summary>
    public GuestAddress GateTo(IManagedImage image, string name) => _gates.Add(
        new FunctionSignature("image", name, new Parameter("ImageHandle"), new Parameter("SystemTable", ParameterKind.Pointer)),
        call => Run(image, name, call));

    /// <inheritdoc/>
    ulong IGuestCaller.Call(GuestAddress function, params ReadOnlySpan<ulong> arguments)
    {
        PluginAuthor? caller = _boundary.Leave();
        try
        {
            ThrowIfCancelled();
            if (!_gates.TryGet(function, out Gate? gate))
            {
                return Call(function, arguments);
            }

            CheckBudget();
            ulong result = InvokeNested(gate, new DirectCall(arguments.ToArray()));
            Interrupts?.Poll();
            return result;
        }
        catch (Exception fault) when (_boundary.Pass(fault))
        {
            throw;
        }
        finally
        {
            _boundary.Return(caller);
        }
    }

    /// <inheritdoc/>
    ulong IGuestCaller.HandOver(GuestAddress entry, GuestAddress bootParameters)
    {
        ulong saved = _machine[GuestRegister.Rsi];
        _machine[GuestRegister.Rsi] = bootParameters.Value;
        ulong result = Call(entry);
        _machine[GuestRegister.Rsi] = saved;
        return result;
    }

    /// <inheritdoc/>
    IServiceProvider IGuestCaller.Services => Services ?? throw new InvalidOperationException("firmware is not up yet");

    /// <inheritdoc/>
    GuestAddress IGuestCaller.StackPointer
    {
        get => new(_machine[GuestRegister.Rsp]);
        set => _machine[GuestRegister.Rsp] = value.Value;
    }

    /// <inheritdoc/>
    GuestAddress IGuestCaller.CreateFunction(FunctionSignature signature, GuestFunction body) => _gates.Add(signature, _boundary.Guard(signature, body));

    // Functions in C# that call each other through guest memory recurse on the host's stack.
    private ulong InvokeNested(Gate gate, IGuestCall call)
    {
        CheckDepth();
        _depth++;
        try
        {
            return Invoke(gate, call);
        }
        finally
        {
            _depth--;
        }
    }

    private void CheckDepth()
    {
        if (_depth == DeepestNesting)
        {
            throw new BootStoppedException(BootEnd.Budget, $"calls between guest and firmware nest deeper than {DeepestNesting}");
        }
    }

    private ulong Run(IManagedImage image, string name, IGuestCall call)
    {
        ulong stack = _machine[GuestRegister.Rsp];
        string? caller = ManagedImage;
        ManagedImage = name;
        try
        {
            return _boundary.Run(
                image.Origin, () => image.Run(this, new EfiHandle(call[0]), new GuestAddress(call[1])).Value);
        }
        finally
        {
            ManagedImage = caller;
            _machine[GuestRegister.Rsp] = stack;
        }
    }

    private ulong[] SaveRegisters() => Array.ConvertAll(AllRegisters, r => _machine[r]);

    private void RestoreRegisters(ulong[] saved)
    {
        for (int i = 0; i < saved.Length; i++)
        {
            _machine[AllRegisters[i]] = saved[i];
        }
    }

    private void PushFrame(ReadOnlySpan<ulong> arguments)
    {
        ulong onStack = (ulong)Math.Max(0, arguments.Length - 4) * 8;
        ulong stack = ((_machine[GuestRegister.Rsp] - ShadowSpace - onStack) & ~0xFUL) - 8;
        _machine[GuestRegister.Rsp] = stack;
        _machine.Memory.WritePointer(new GuestAddress(stack), _returnGate);
        ReadOnlySpan<GuestRegister> registers = [GuestRegister.Rcx, GuestRegister.Rdx, GuestRegister.R8, GuestRegister.R9];
        for (int i = 0; i < arguments.Length; i++)
        {
            if (i < registers.Length)
            {
                _machine[registers[i]] = arguments[i];
            }
            else
            {
                _machine.Memory.WriteUInt64(new GuestAddress(stack + 8 + (8UL * (ulong)i)), arguments[i]);
            }
        }
    }

    private ulong Run()
    {
        while (true)
        {
            ThrowIfCancelled();
            MachineExit exit = _machine.Run(NextStretch());
            switch (exit.Kind)
            {
                case MachineExitKind.Gate when exit.Address == _returnGate:
                    return _machine[GuestRegister.Rax];
                case MachineExitKind.Gate:
                    BeforeCall?.Invoke(exit.Address);
                    Dispatch(exit.Address);
                    break;
                case MachineExitKind.BudgetExhausted:
                    Instrument?.Ran(_machine.InstructionsRetired);
                    break;
                case MachineExitKind.Halted:
                    Sleep();
                    break;
                case MachineExitKind.LeftCode when HandOff?.PassesOn(exit.Address) == true:
                    break;
                case MachineExitKind.LeftCode:
                    throw new BootStoppedException(BootEnd.HandOff, $"the guest handed over to {exit.Address}")
                    {
                        BootParameters = new GuestAddress(_machine[GuestRegister.Rsi]),
                    };
                case MachineExitKind.Fault:
                    throw new BootStoppedException(BootEnd.Fault, exit.Detail) { Address = exit.IsLinear ? null : exit.Address };
                default:
                    throw new BootStoppedException(BootEnd.NotModelled, exit.Detail);
            }

            Interrupts?.Poll();
        }
    }

    // Plugins may be on the stack: the exception is none of theirs, while one from a token of their own is.
    private void ThrowIfCancelled()
    {
        if (_cancellation.IsCancellationRequested)
        {
            var cancelled = new OperationCanceledException(_cancellation);
            PluginFaults.Exempt(cancelled);
            throw cancelled;
        }
    }

    private ulong NextStretch()
    {
        CheckBudget();
        ulong stretch = Math.Min(Stretch, Budget - Used);
        return Interrupts is null ? stretch : Math.Max(1, Math.Min(stretch, Interrupts.InstructionsUntilDue));
    }

    private void CheckBudget()
    {
        if (Used >= Budget)
        {
            string charged = _charged == 0 ? "" : $" and had firmware do the work of {_charged} more";
            throw new BootStoppedException(
                BootEnd.Budget, $"the guest ran {_machine.InstructionsRetired} instructions{charged}, its budget is {Budget}");
        }
    }

    private void Sleep()
    {
        if (Interrupts is null || !Interrupts.SleepUntilDue())
        {
            throw new BootStoppedException(BootEnd.Budget, "the guest sleeps (HLT) and nothing will ever wake it");
        }
    }

    private void Dispatch(GuestAddress address)
    {
        if (!_gates.TryGet(address, out Gate? gate))
        {
            throw new BootStoppedException(BootEnd.Fault, $"jump to {address}: firmware code without a function") { Address = address };
        }

        var call = new RegisterCall(_machine);
        ulong result = Invoke(gate, call);
        _machine[GuestRegister.Rax] = result;
        _machine[GuestRegister.Rsp] += 8;
        _machine.Rip = call.ReturnAddress;
    }

    // The one place where a guest's call of a C# function happens, and where it is taken down.
    private ulong Invoke(Gate gate, IGuestCall call)
    {
        IReadOnlyList<string> arguments = _formatter.Format(gate.Signature, call);
        _recorder.Calling(gate.Signature);
        _charged += CallCharge;
        CurrentFunction = $"{gate.Signature.Interface}.{gate.Signature.Name}";
        ulong result = Instrument?.Calling(gate.Signature, call) ?? gate.Body(call);
        _recorder.Called(new ServiceCalled(
            gate.Signature, arguments, result, gate.Signature.ReturnsStatus, call.ReturnAddress, Repeats: 1));
        Instrument?.Called(gate.Signature, result);
        return result;
    }
}
