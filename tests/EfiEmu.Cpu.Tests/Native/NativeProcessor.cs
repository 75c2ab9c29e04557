using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Runs single instructions on the host's own processor: an x86-64 Linux host only.</summary>
internal sealed unsafe class NativeProcessor : IDisposable
{
    public const int CodeBytes = 0x1000;
    public const int StateBytes = 0x1000;
    public const int DataBytes = 0x6000;

    // Below the middle lies room for a signal frame, should the runtime interrupt the test while RSP is the test's.
    public const int StackOffset = 0x4800;

    private const int ProtectionAll = 7;
    private const int PrivateAnonymous32Bit = 0x62;
    private const int TotalBytes = CodeBytes + StateBytes + DataBytes;

    private readonly byte* _base;
    private readonly int _instructionOffset;

    public NativeProcessor()
    {
        nint mapped = Mmap(0, TotalBytes, ProtectionAll, PrivateAnonymous32Bit, -1, 0);
        Assert.NotEqual(-1, mapped);
        _base = (byte*)mapped;
        X87State.Reset(new Span<byte>(State->Float, X87State.Bytes));
        _instructionOffset = Assemble(0, EmitEntry);
    }

    public static bool IsAvailable => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Where the instruction is written, and so its RIP.</summary>
    public ulong InstructionAddress => (ulong)(_base + _instructionOffset);

    public ulong DataAddress => (ulong)(_base + CodeBytes + StateBytes);

    public Span<byte> Data => new(_base + CodeBytes + StateBytes, DataBytes);

    public NativeState* State => (NativeState*)(_base + CodeBytes);

    public void Dispose() => _ = Munmap((nint)_base, TotalBytes);

    /// <summary>Executes bytes of straight-line code on <see cref="State"/> and <see cref="Data"/>.</summary>
    public void Execute(ReadOnlySpan<byte> instruction)
    {
        instruction.CopyTo(new Span<byte>(_base + _instructionOffset, instruction.Length));
        _ = Assemble(_instructionOffset + instruction.Length, EmitExit);
        ((delegate* unmanaged<void>)_base)();
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

    private long Field(int offset) => (long)(_base + CodeBytes + offset);

    private void EmitEntry(Assembler c)
    {
        foreach (AssemblerRegister64 saved in (AssemblerRegister64[])[rbx, rbp, r12, r13, r14, r15])
        {
            c.push(saved);
        }

        c.mov(__qword_ptr[Field(NativeState.HostStackOffset)], rsp);
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
    }

    private void EmitExit(Assembler c)
    {
        for (int i = 0; i < 16; i++)
        {
            c.mov(__qword_ptr[Field(i * 8)], Gpr(i));
        }

        c.mov(rsp, __qword_ptr[Field(NativeState.HostStackOffset)]);
        c.pushfq();
        c.pop(__qword_ptr[Field(NativeState.FlagsOffset)]);
        for (int i = 0; i < 16; i++)
        {
            c.movups(__xmmword_ptr[Field(NativeState.XmmOffset + (i * 16))], Xmm(i));
        }

        c.fxsave64(__[Field(NativeState.FloatOffset)]);
        c.fninit();
        c.cld();
        foreach (AssemblerRegister64 saved in (AssemblerRegister64[])[r15, r14, r13, r12, rbp, rbx])
        {
            c.pop(saved);
        }

        c.ret();
    }

    private static AssemblerRegister64 Gpr(int index) => new(Iced.Intel.Register.RAX + index);

    private static AssemblerRegisterXMM Xmm(int index) => new(Iced.Intel.Register.XMM0 + index);

    [DllImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Mmap(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Munmap(nint address, nint length);
}
