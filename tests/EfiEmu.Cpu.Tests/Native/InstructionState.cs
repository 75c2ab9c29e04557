namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Everything that an instruction can read or change, as it was before or after it.</summary>
internal sealed class InstructionState
{
    public ulong[] Gpr { get; private init; } = new ulong[16];

    public ulong[] Xmm { get; private init; } = new ulong[32];

    /// <summary>x87 and MXCSR as FXSAVE stores them; the rest of the image is not used.</summary>
    public byte[] Float { get; private init; } = new byte[X87State.Bytes];

    /// <summary>The data and the read-only page behind it.</summary>
    public byte[] Memory { get; private init; } = new byte[MemoryPlan.VisibleBytes];

    public ulong Flags { get; set; }

    public ulong Rip { get; set; }

    public ulong FsBase { get; set; }

    public ulong GsBase { get; set; }

    /// <summary>The exception that it raised, or null.</summary>
    public ExceptionVector? Fault { get; set; }

    /// <summary>The address that a #PF touched.</summary>
    public ulong FaultAddress { get; set; }

    /// <summary>Whether a #PF was a write.</summary>
    public bool FaultWrites { get; set; }

    public uint Mxcsr
    {
        get => BitConverter.ToUInt32(Float, X87State.MxcsrOffset);
        set => BitConverter.TryWriteBytes(Float.AsSpan(X87State.MxcsrOffset), value);
    }

    public InstructionState Copy() => new()
    {
        Gpr = [.. Gpr],
        Xmm = [.. Xmm],
        Float = [.. Float],
        Memory = [.. Memory],
        Flags = Flags,
        Rip = Rip,
        FsBase = FsBase,
        GsBase = GsBase,
    };
}
