using EfiEmu.Cpu.Operations;
using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Which instruction forms there are, and which of them a user process can run and compare.</summary>
internal static class InstructionForms
{
    // Why a form cannot be compared with the host: each row is one reason.
    private static readonly (string Reason, Mnemonic[] Mnemonics)[] Incomparable =
    [
        ("needs privilege",
        [
            Mnemonic.In, Mnemonic.Out, Mnemonic.Insb, Mnemonic.Insw, Mnemonic.Insd, Mnemonic.Outsb, Mnemonic.Outsw, Mnemonic.Outsd,
            Mnemonic.Hlt, Mnemonic.Cli, Mnemonic.Sti, Mnemonic.Clac, Mnemonic.Stac, Mnemonic.Rdmsr, Mnemonic.Wrmsr, Mnemonic.Lgdt,
            Mnemonic.Lidt, Mnemonic.Ltr, Mnemonic.Lldt, Mnemonic.Lmsw, Mnemonic.Clts, Mnemonic.Invlpg, Mnemonic.Invpcid, Mnemonic.Wbinvd,
            Mnemonic.Wbnoinvd, Mnemonic.Invd, Mnemonic.Swapgs, Mnemonic.Rdpmc, Mnemonic.Xsetbv, Mnemonic.Monitor, Mnemonic.Mwait,
            Mnemonic.Sysret, Mnemonic.Sysretq, Mnemonic.Sysexit, Mnemonic.Sysexitq, Mnemonic.Rsm,
        ]),
        ("tells of the machine, not of its operands",
        [
            Mnemonic.Cpuid, Mnemonic.Rdtsc, Mnemonic.Rdtscp, Mnemonic.Rdpid, Mnemonic.Rdrand, Mnemonic.Rdseed, Mnemonic.Xgetbv,
            Mnemonic.Str, Mnemonic.Sldt, Mnemonic.Smsw, Mnemonic.Sgdt, Mnemonic.Sidt, Mnemonic.Lar, Mnemonic.Lsl, Mnemonic.Verr,
            Mnemonic.Verw, Mnemonic.Rdfsbase, Mnemonic.Rdpru, Mnemonic.Rdpkru,
        ]),
        ("enters the host's kernel or debugger", [Mnemonic.Syscall, Mnemonic.Sysenter, Mnemonic.Int, Mnemonic.Int1, Mnemonic.Int3]),
        ("changes what the host's threads stand on", [Mnemonic.Wrfsbase, Mnemonic.Lss, Mnemonic.Lfs, Mnemonic.Lgs, Mnemonic.Iret, Mnemonic.Iretd, Mnemonic.Iretq, Mnemonic.Retf]),
        ("raises #UD by definition, with operands or without", [Mnemonic.Ud0, Mnemonic.Ud1, Mnemonic.Ud2]),
        ("belongs to a platform", [Mnemonic.Vmgexit, Mnemonic.Pvalidate, Mnemonic.Rmpadjust, Mnemonic.Tdcall, Mnemonic.Vmcall, Mnemonic.Vmmcall]),
    ];

    /// <summary>The forms that can be compared with the host, in the order of their codes.</summary>
    public static IReadOnlyList<Code> Comparable { get; } = [.. Enum.GetValues<Code>().Where(IsComparable)];

    /// <summary>Forms that use the x87 stack or the MMX registers, which are the same.</summary>
    public static bool UsesFloat(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        for (int operand = 0; operand < info.OpCount; operand++)
        {
            if (info.GetOpKind(operand) is OpCodeOperandKind.mm_reg or OpCodeOperandKind.mm_rm or OpCodeOperandKind.mm_or_mem)
            {
                return true;
            }
        }

        return code == Code.Wait || code.CpuidFeatures().Any(feature => feature is CpuidFeature.FPU or CpuidFeature.FPU287 or CpuidFeature.FPU387 or CpuidFeature.MMX or CpuidFeature.FXSR);
    }

    /// <summary>An instruction that exists in 64-bit mode in an encoding that this processor may have.</summary>
    public static bool Exists(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        return info.IsInstruction && info.Mode64 && info.Encoding is EncodingKind.Legacy or EncodingKind.VEX
            && !code.CpuidFeatures().Any(feature => feature.ToString() is var name
                && (name.StartsWith("KNC", StringComparison.Ordinal) || name.StartsWith("PADLOCK", StringComparison.Ordinal)));
    }

    /// <summary>Whether our processor has all the sets of instructions that a form belongs to.</summary>
    public static bool IsOurs(Code code) => code.CpuidFeatures().All(feature => FeatureGate.Of(feature) is not null);

    private static bool IsComparable(Code code)
    {
        Instruction instruction = new() { Code = code };
        // PREFETCHW of a register is a no-operation on Intel and undefined on AMD.
        if (code.ToString().EndsWith("_0F0D", StringComparison.Ordinal))
        {
            return false;
        }

        // MOVSXD of 16 bits reads 32 on AMD and 16 on Intel.
        bool special = code is Code.Movsxd_r16_rm16 or Code.Fstpnce_sti or Code.Mov_r64_cr or Code.Mov_cr_r64 or Code.Mov_r64_dr or Code.Mov_dr_r64 or Code.Mov_rm16_Sreg
            or Code.Mov_r32m16_Sreg or Code.Mov_r64m16_Sreg or Code.Mov_Sreg_rm16 or Code.Mov_Sreg_r32m16 or Code.Mov_Sreg_r64m16
            || code.ToString() is var name && (name.Contains("_m16", StringComparison.Ordinal) && instruction.Mnemonic is Mnemonic.Call or Mnemonic.Jmp
                || name.Contains("_rel16", StringComparison.Ordinal) || name.Contains("rel8_16", StringComparison.Ordinal)
                || name is "Call_rm16" or "Jmp_rm16" or "Retnw" or "Retnw_imm16");
        return Exists(code) && IsOurs(code) && !code.ToOpCode().Fwait && !special && !instruction.IsPrivileged
            && !Incomparable.Any(row => row.Mnemonics.Contains(instruction.Mnemonic))
            && !(code.ToString().StartsWith("Pop", StringComparison.Ordinal) && code.ToString().EndsWith('S'))
            && !(code.ToString().StartsWith("Push", StringComparison.Ordinal) && code.ToString().EndsWith('S'));
    }
}
