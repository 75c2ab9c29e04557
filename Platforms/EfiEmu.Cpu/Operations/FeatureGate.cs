using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Makes of an instruction what a processor of given features sees in its bytes.</summary>
/// <remarks>
/// Intel SDM volume 2: without its feature an instruction raises #UD, unless its bytes meant something before: LZCNT and TZCNT
/// are BSR and BSF with a prefix, hints and branch-tracking instructions are no-operations.
/// </remarks>
internal sealed class FeatureGate(InstructionFeatures features)
{
    private static readonly int CodeCount = Enum.GetValues<Code>().Length;

    private readonly Change[] _changes = new Change[CodeCount];

    private enum Change : byte
    {
        Unknown,
        None,
        Undefined,
        NoOperation,
        Scan,
    }

    /// <summary>The features that the processor has.</summary>
    public InstructionFeatures Features => features;

    /// <summary>Changes a decoded instruction where it is another one without some feature.</summary>
    public void Apply(ref Instruction instruction)
    {
        ref Change change = ref _changes[(int)instruction.Code];
        if (change == Change.Unknown)
        {
            change = ChangeOf(instruction.Code, instruction.Mnemonic);
        }

        switch (change)
        {
            case Change.None:
                return;
            case Change.Undefined:
                instruction.Code = Code.INVALID;
                return;
            case Change.NoOperation:
                instruction.Code = Code.Nopd;
                return;
            default:
                instruction.Code = ScanOf(instruction.Code);
                return;
        }
    }

    /// <summary>What Iced's feature is here; null for one that this processor never has, None for what every processor has.</summary>
    public static InstructionFeatures? Of(CpuidFeature feature) => feature switch
    {
        CpuidFeature.INTEL8086 or CpuidFeature.INTEL8086_ONLY or CpuidFeature.INTEL186 or CpuidFeature.INTEL286 or CpuidFeature.INTEL386
            or CpuidFeature.INTEL486 or CpuidFeature.X64 or CpuidFeature.CPUID or CpuidFeature.MULTIBYTENOP or CpuidFeature.PAUSE
            or CpuidFeature.SEP or CpuidFeature.RDPMC => InstructionFeatures.None,

        // The platform says of these whether they are instructions.
        CpuidFeature.SEV_ES or CpuidFeature.SEV_SNP or CpuidFeature.TDX => InstructionFeatures.None,
        CpuidFeature.FPU or CpuidFeature.FPU287 or CpuidFeature.FPU387 => InstructionFeatures.Fpu,
        CpuidFeature.TSC => InstructionFeatures.Tsc,
        CpuidFeature.MSR => InstructionFeatures.Msr,
        CpuidFeature.CX8 => InstructionFeatures.Cx8,
        CpuidFeature.CMOV => InstructionFeatures.Cmov,
        CpuidFeature.CLFSH => InstructionFeatures.ClFlush,
        CpuidFeature.MMX => InstructionFeatures.Mmx,
        CpuidFeature.FXSR => InstructionFeatures.Fxsr,
        CpuidFeature.SSE => InstructionFeatures.Sse,
        CpuidFeature.SSE2 => InstructionFeatures.Sse2,
        CpuidFeature.SSE3 => InstructionFeatures.Sse3,
        CpuidFeature.SSSE3 => InstructionFeatures.Ssse3,
        CpuidFeature.CMPXCHG16B => InstructionFeatures.Cx16,
        CpuidFeature.SSE4_1 => InstructionFeatures.Sse41,
        CpuidFeature.SSE4_2 => InstructionFeatures.Sse42,
        CpuidFeature.MOVBE => InstructionFeatures.Movbe,
        CpuidFeature.POPCNT => InstructionFeatures.Popcnt,
        CpuidFeature.RDRAND => InstructionFeatures.Rdrand,
        CpuidFeature.FSGSBASE => InstructionFeatures.FsGsBase,
        CpuidFeature.BMI1 => InstructionFeatures.Bmi1,
        CpuidFeature.BMI2 => InstructionFeatures.Bmi2,
        CpuidFeature.RDSEED => InstructionFeatures.Rdseed,
        CpuidFeature.ADX => InstructionFeatures.Adx,
        CpuidFeature.CLFLUSHOPT => InstructionFeatures.ClFlushOpt,
        CpuidFeature.CLWB => InstructionFeatures.Clwb,
        CpuidFeature.RDPID => InstructionFeatures.Rdpid,
        CpuidFeature.SYSCALL => InstructionFeatures.Syscall,
        CpuidFeature.RDTSCP => InstructionFeatures.Rdtscp,
        CpuidFeature.LZCNT => InstructionFeatures.Lzcnt,
        CpuidFeature.SMAP => InstructionFeatures.Smap,
        _ => null,
    };

    private Change ChangeOf(Code code, Mnemonic mnemonic)
    {
        if (mnemonic is Mnemonic.Lahf or Mnemonic.Sahf)
        {
            return features.HasFlag(InstructionFeatures.LahfLm) ? Change.None : Change.Undefined;
        }

        if (IsHint(mnemonic))
        {
            return Change.NoOperation;
        }

        // The hypervisor's, and the TDX module's.
        if (mnemonic is Mnemonic.Rmpupdate or Mnemonic.Psmash or Mnemonic.Seamret or Mnemonic.Seamops or Mnemonic.Seamcall)
        {
            return Change.Undefined;
        }

        // WBINVD with a prefix, and what hypervisors are called with.
        if (mnemonic is Mnemonic.Wbnoinvd or Mnemonic.Vmcall or Mnemonic.Vmmcall)
        {
            return Change.None;
        }

        foreach (CpuidFeature feature in code.CpuidFeatures())
        {
            if (Of(feature) is not { } needed || !features.HasFlag(needed))
            {
                return mnemonic is Mnemonic.Lzcnt or Mnemonic.Tzcnt ? Change.Scan : Change.Undefined;
            }
        }

        return Change.None;
    }

    // Bytes that are no-operations to processors that do not know them.
    private static bool IsHint(Mnemonic mnemonic) => mnemonic is Mnemonic.Endbr64 or Mnemonic.Endbr32 or Mnemonic.Rdsspd or Mnemonic.Rdsspq
        or Mnemonic.Cldemote or Mnemonic.Prefetch or Mnemonic.Prefetchw or Mnemonic.Prefetchwt1 or Mnemonic.Prefetchit0 or Mnemonic.Prefetchit1
        or Mnemonic.Bndmk or Mnemonic.Bndcl or Mnemonic.Bndcu or Mnemonic.Bndcn or Mnemonic.Bndmov or Mnemonic.Bndldx or Mnemonic.Bndstx
        or Mnemonic.Reservednop;

    private static Code ScanOf(Code code) => code switch
    {
        Code.Lzcnt_r16_rm16 => Code.Bsr_r16_rm16,
        Code.Lzcnt_r32_rm32 => Code.Bsr_r32_rm32,
        Code.Lzcnt_r64_rm64 => Code.Bsr_r64_rm64,
        Code.Tzcnt_r16_rm16 => Code.Bsf_r16_rm16,
        Code.Tzcnt_r32_rm32 => Code.Bsf_r32_rm32,
        _ => Code.Bsf_r64_rm64,
    };
}
