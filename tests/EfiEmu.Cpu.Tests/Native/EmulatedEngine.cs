using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Our processor. Another way of executing is another way to make one.</summary>
internal sealed class EmulatedEngine : IInstructionEngine, IDisposable
{
    private const byte Halt = 0xF4;
    private const ulong Budget = 1000;

    private readonly TestBus _bus = new();
    private readonly Processor _processor;
    private readonly MemoryPlan _plan;

    public EmulatedEngine(MemoryPlan plan, Func<IProcessorBus, Processor> make)
    {
        _plan = plan;
        _processor = make(_bus);
        _bus.Map(plan.Base, 1);
        _bus.Map(plan.Data, MemoryPlan.VisibleBytes / 0x1000);
        _bus.Map(X87State.Scratch, 1);
        _bus.ReadOnly.Add(plan.ReadOnly);
        _bus.At(plan.Base + MemoryPlan.LandingStart, MemoryPlan.LandingEnd - MemoryPlan.LandingStart).Fill(Halt);
        EnableSegmentBases();
    }

    /// <summary>Why the last run stopped.</summary>
    public ProcessorExit Exit { get; private set; }

    public InstructionState Run(InstructionCase made)
    {
        InstructionState before = made.Before;
        if (made.UsesFloat)
        {
            X87State.Load(_processor, _bus, before.Float);
        }

        before.Memory.CopyTo(_bus.At(_plan.Data, MemoryPlan.VisibleBytes));
        made.Bytes.CopyTo(_bus.At(_plan.Instruction, made.Bytes.Length));
        _processor.InvalidateCode(_plan.Instruction, MemoryPlan.LandingEnd - 0x800);
        ReadOnlySpan<Vector128<byte>> vectors = MemoryMarshal.Cast<ulong, Vector128<byte>>(before.Xmm);
        for (int i = 0; i < 16; i++)
        {
            _processor[(Register)i] = before.Gpr[i];
            _processor.SetXmm(i, vectors[i]);
        }

        _processor.Mxcsr = before.Mxcsr;
        _processor.FsBase = before.FsBase;
        _processor.GsBase = before.GsBase;
        _processor.Rflags = before.Flags;
        _processor.Rip = _plan.Instruction;
        Exit = _processor.Run(Budget);
        InstructionState after = Read(made);
        _bus.At(_plan.Instruction, made.Bytes.Length).Fill(Halt);
        return after;
    }

    public void Dispose()
    {
        _processor.Dispose();
        _bus.Dispose();
    }

    /// <summary>Sets CR4.FSGSBASE, as Linux has it.</summary>
    private void EnableSegmentBases()
    {
        // mov rax, cr4; or eax, 10000h; mov cr4, rax; hlt.
        ReadOnlySpan<byte> code = [0x0F, 0x20, 0xE0, 0x0D, 0, 0, 1, 0, 0x0F, 0x22, 0xE0, Halt];
        code.CopyTo(_bus.At(_plan.Base, code.Length));
        _processor.Rip = _plan.Base;
        Assert.Equal(ProcessorExitKind.Halt, _processor.Run(Budget).Kind);
    }

    private InstructionState Read(InstructionCase made)
    {
        InstructionState after = made.Before.Copy();
        Span<Vector128<byte>> vectors = MemoryMarshal.Cast<ulong, Vector128<byte>>(after.Xmm.AsSpan());
        for (int i = 0; i < 16; i++)
        {
            after.Gpr[i] = _processor[(Register)i];
            vectors[i] = _processor.GetXmm(i);
        }

        after.Flags = _processor.Rflags;
        after.GsBase = _processor.GsBase;
        after.Rip = Exit.Kind == ProcessorExitKind.Halt ? _processor.Rip - 1 : _processor.Rip;
        if (Exit.Kind == ProcessorExitKind.Fault)
        {
            after.Fault = Exit.Vector;
            after.FaultAddress = Exit.Vector == ExceptionVector.PageFault ? Exit.Address : 0;
            after.FaultWrites = Exit.Vector == ExceptionVector.PageFault && Exit.Access == MemoryAccess.Write;
        }

        _bus.At(_plan.Data, MemoryPlan.VisibleBytes).CopyTo(after.Memory);
        if (made.UsesFloat)
        {
            X87State.Save(_processor, _bus).CopyTo(after.Float, 0);
        }

        after.Mxcsr = _processor.Mxcsr;
        return after;
    }
}
