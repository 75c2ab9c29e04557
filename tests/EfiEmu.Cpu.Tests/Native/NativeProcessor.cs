using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Runs code on the host's own processor, and catches what it raises: an x86-64 Linux host only.</summary>
internal sealed unsafe class NativeProcessor : IDisposable
{
    public const int CodeBytes = 0x1000;
    public const int StateBytes = 0x1000;

    private const byte Halt = 0xF4;
    private const int ExitOffset = 0xA00;
    private const int ReadFsOffset = 0xF00;
    private const int Slots = 64;

    private readonly byte* _base;

    public NativeProcessor()
    {
        NativeSignals.Require();
        int slot = 0;
        while (NativeMemoryMap.Map(MemoryPlan.At(slot).Base, MemoryPlan.TotalBytes, NativeMemoryMap.None) == -1)
        {
            slot++;
            Assert.InRange(slot, 0, Slots);
        }

        Plan = MemoryPlan.At(slot);
        _base = (byte*)Plan.Base;
        NativeMemoryMap.Protect(Plan.Base, CodeBytes + StateBytes, NativeMemoryMap.All);
        NativeMemoryMap.Protect(Plan.Data, MemoryPlan.VisibleBytes, NativeMemoryMap.All);
        new Span<byte>(_base + MemoryPlan.LandingStart, MemoryPlan.LandingEnd - MemoryPlan.LandingStart).Fill(Halt);
        X87State.Reset(new Span<byte>(State->Float, X87State.Bytes));
        State->Exit = Plan.Base + ExitOffset;
        *(ulong*)(_base + NativeSignals.MarkOffset) = NativeSignals.Mark;
        Assert.InRange(Assemble(0, EmitEntry), 0, MemoryPlan.LandingStart);
        Assert.InRange(Assemble(ExitOffset, EmitExit), 0, ReadFsOffset);
    }

    public static bool IsAvailable => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Whether user processes may set GS.</summary>
    public static bool SetsSegmentBases { get; } = IsAvailable && (GetAuxiliaryValue(26) & 2) != 0;

    public MemoryPlan Plan { get; }

    /// <summary>Data and the read-only page behind it, which is read-only while instructions run.</summary>
    public Span<byte> Visible => new((byte*)Plan.Data, MemoryPlan.VisibleBytes);

    public NativeState* State => (NativeState*)Plan.StateAddress;

    public void Dispose() => NativeMemoryMap.Unmap(Plan.Base, MemoryPlan.TotalBytes);

    /// <summary>Makes the page behind the data read-only, or writable for the test.</summary>
    public void ProtectReadOnly(bool protect) =>
        NativeMemoryMap.Protect(Plan.ReadOnly, MemoryPlan.ReadOnlyBytes, protect ? NativeMemoryMap.ReadOnly : NativeMemoryMap.All);

    /// <summary>Executes code, up to its first exception; it runs into HLT at its end, which is one.</summary>
    public void Execute(ReadOnlySpan<byte> code)
    {
        Span<byte> place = new((byte*)Plan.Instruction, MemoryPlan.LandingEnd - 0x800);
        code.CopyTo(place);
        ((delegate* unmanaged<void>)_base)();
        place[..code.Length].Fill(Halt);
    }

    /// <summary>Whether the last exception was the HLT behind the code rather than one of the code's own.</summary>
    public bool Completed => State->Trap == (ulong)ExceptionVector.GeneralProtection && State->Rip >= Plan.Base + MemoryPlan.LandingStart
        && State->Rip < Plan.Base + MemoryPlan.LandingEnd && State->Rip != Plan.Instruction;

    /// <summary>The FS base of the calling thread, which tests may use but not change; 0 where it cannot be read.</summary>
    public ulong FsBase
    {
        get
        {
            if (!SetsSegmentBases)
            {
                return 0;
            }

            _ = Assemble(ReadFsOffset, c =>
            {
                c.rdfsbase(rax);
                c.ret();
            });
            return ((delegate* unmanaged<ulong>)(_base + ReadFsOffset))();
        }
    }

    private int Assemble(int offset, Action<Assembler> emit)
    {
        Assembler assembler = new(64);
        emit(assembler);
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), (ulong)(_base + offset));
        stream.ToArray().CopyTo(new Span<byte>(_base + offset, CodeBytes - offset));
        return offset + (int)stream.Length;
    }

    private long Field(int offset) => (long)Plan.StateAddress + offset;

    private void EmitEntry(Assembler c)
    {
        foreach (AssemblerRegister64 saved in (AssemblerRegister64[])[rbx, rbp, r12, r13, r14, r15])
        {
            c.push(saved);
        }

        c.mov(__qword_ptr[Field(NativeState.HostStackOffset)], rsp);
        if (SetsSegmentBases)
        {
            c.rdgsbase(rax);
            c.mov(__qword_ptr[Field(NativeState.HostGsBaseOffset)], rax);
            c.mov(rax, __qword_ptr[Field(NativeState.GsBaseOffset)]);
            c.wrgsbase(rax);
        }

        c.fxrstor64(__[Field(NativeState.FloatOffset)]);
        for (int i = 0; i < 16; i++)
        {
            c.movups(Xmm(i), __xmmword_ptr[Field(NativeState.XmmOffset + (i * 16))]);
        }

        c.push(__qword_ptr[Field(NativeState.FlagsOffset)]);
        c.popfq();
        for (int i = 0; i < 16; i++)
        {
            c.mov(Gpr(i), __qword_ptr[Field(i * 8)]);
        }

        c.jmp(Plan.Instruction);
    }

    // The flags are the handler's business.
    private void EmitExit(Assembler c)
    {
        for (int i = 0; i < 16; i++)
        {
            c.mov(__qword_ptr[Field(i * 8)], Gpr(i));
        }

        c.mov(rsp, __qword_ptr[Field(NativeState.HostStackOffset)]);
        for (int i = 0; i < 16; i++)
        {
            c.movups(__xmmword_ptr[Field(NativeState.XmmOffset + (i * 16))], Xmm(i));
        }

        c.fxsave64(__[Field(NativeState.FloatOffset)]);
        c.fninit();
        c.push(0x1F80);
        c.ldmxcsr(__dword_ptr[rsp]);
        c.pop(rax);
        if (SetsSegmentBases)
        {
            c.rdgsbase(rax);
            c.mov(__qword_ptr[Field(NativeState.GsBaseOffset)], rax);
            c.mov(rax, __qword_ptr[Field(NativeState.HostGsBaseOffset)]);
            c.wrgsbase(rax);
        }

        foreach (AssemblerRegister64 saved in (AssemblerRegister64[])[r15, r14, r13, r12, rbp, rbx])
        {
            c.pop(saved);
        }

        c.ret();
    }

    private static AssemblerRegister64 Gpr(int index) => new(Iced.Intel.Register.RAX + index);

    private static AssemblerRegisterXMM Xmm(int index) => new(Iced.Intel.Register.XMM0 + index);

    [DllImport("libc", EntryPoint = "getauxval")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern ulong GetAuxiliaryValue(ulong type);
}
