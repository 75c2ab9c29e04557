namespace EfiEmu.Cpu.Tests.Native;

/// <summary>The host's own processor.</summary>
internal sealed unsafe class NativeEngine(NativeProcessor native) : IInstructionEngine
{
    private const ulong WriteError = 2;

    // RF is the exception's own.
    private const ulong NotOfTheGuest = 0x1_0000;

    public InstructionState Run(InstructionCase made)
    {
        NativeState* state = native.State;
        InstructionState before = made.Before;
        before.Gpr.CopyTo(new Span<ulong>(state->Gpr, 16));
        before.Xmm.CopyTo(new Span<ulong>(state->Xmm, 32));
        before.Float.CopyTo(new Span<byte>(state->Float, X87State.Bytes));
        state->Flags = before.Flags;
        state->GsBase = before.GsBase;
        native.ProtectReadOnly(false);
        before.Memory.CopyTo(native.Visible);
        native.ProtectReadOnly(true);
        native.Execute(made.Bytes);

        InstructionState after = before.Copy();
        new Span<ulong>(state->Gpr, 16).CopyTo(after.Gpr);
        new Span<ulong>(state->Xmm, 32).CopyTo(after.Xmm);
        X87State.CopyCompared(new ReadOnlySpan<byte>(state->Float, X87State.Bytes), after.Float);
        native.Visible.CopyTo(after.Memory);
        after.Flags = state->Flags & ~NotOfTheGuest;
        after.Rip = state->Rip;
        after.GsBase = NativeProcessor.SetsSegmentBases ? state->GsBase : before.GsBase;
        if (!native.Completed)
        {
            after.Fault = (ExceptionVector)state->Trap;
            bool pageFault = after.Fault == ExceptionVector.PageFault;
            after.FaultAddress = pageFault ? state->Address : 0;
            after.FaultWrites = pageFault && (state->Error & WriteError) != 0;
        }

        return after;
    }
}
