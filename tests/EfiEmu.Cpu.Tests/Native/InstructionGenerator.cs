using Iced.Intel;
using IcedRegister = Iced.Intel.Register;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Makes a random instruction of a given code, and knows which codes may run in a user process.</summary>
internal sealed class InstructionGenerator(Random random)
{
    // They need privilege, change what the test stands on, or tell of the machine rather than of their operands.
    private static readonly HashSet<Mnemonic> Excluded =
    [
        Mnemonic.In, Mnemonic.Out, Mnemonic.Hlt, Mnemonic.Cli, Mnemonic.Sti, Mnemonic.Clac, Mnemonic.Stac, Mnemonic.Cpuid,
        Mnemonic.Rdtsc, Mnemonic.Rdtscp, Mnemonic.Rdrand, Mnemonic.Rdseed, Mnemonic.Rdmsr, Mnemonic.Wrmsr, Mnemonic.Popf,
        Mnemonic.Popfq, Mnemonic.Pushf, Mnemonic.Pushfq, Mnemonic.Fxsave, Mnemonic.Fxsave64, Mnemonic.Fxrstor,
        Mnemonic.Fxrstor64, Mnemonic.Ldmxcsr, Mnemonic.Stmxcsr, Mnemonic.Fldcw, Mnemonic.Fnstsw, Mnemonic.Wait, Mnemonic.Str,
        Mnemonic.Sldt, Mnemonic.Smsw, Mnemonic.Sgdt, Mnemonic.Sidt, Mnemonic.Lgdt, Mnemonic.Lidt, Mnemonic.Ltr, Mnemonic.Lldt,
        Mnemonic.Clts, Mnemonic.Wrfsbase, Mnemonic.Wrgsbase, Mnemonic.Rdfsbase, Mnemonic.Rdgsbase, Mnemonic.Invlpg,
        Mnemonic.Fldenv, Mnemonic.Frstor, Mnemonic.Fnstenv, Mnemonic.Fnsave,
        Mnemonic.Wbinvd, Mnemonic.Wbnoinvd, Mnemonic.Invd, Mnemonic.Enter, Mnemonic.Leave, Mnemonic.Reservednop,
    ];

    public static bool MayRun(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        Instruction instruction = new() { Code = code };
        bool special = code is Code.Mov_r64_cr or Code.Mov_cr_r64 or Code.Mov_r64_dr or Code.Mov_dr_r64 or Code.Mov_rm16_Sreg
            or Code.Mov_r32m16_Sreg or Code.Mov_r64m16_Sreg or Code.Mov_Sreg_rm16 or Code.Mov_Sreg_r32m16 or Code.Mov_Sreg_r64m16
            or Code.Bswap_r16;
        return info.IsInstruction && info.Mode64 && !special && !code.ToString().StartsWith("VEX_KNC", StringComparison.Ordinal)
            && info.Encoding is EncodingKind.Legacy or EncodingKind.VEX
            && instruction.FlowControl == FlowControl.Next && !Excluded.Contains(instruction.Mnemonic)
            && !instruction.IsPrivileged;
    }

    /// <summary>A random form, or false when the operands are of a kind that is not generated.</summary>
    public bool TryMake(Code code, out Instruction instruction)
    {
        OpCodeInfo info = code.ToOpCode();
        instruction = new Instruction { Code = code };
        for (int operand = 0; operand < info.OpCount; operand++)
        {
            if (!TrySetOperand(ref instruction, operand, info.GetOpKind(operand)))
            {
                return false;
            }
        }

        if (info.CanUseRepPrefix && random.Next(2) == 0)
        {
            instruction.HasRepPrefix = true;
        }
        else if (info.CanUseRepnePrefix && random.Next(2) == 0)
        {
            instruction.HasRepnePrefix = true;
        }

        return true;
    }

    private bool TrySetOperand(ref Instruction instruction, int operand, OpCodeOperandKind kind)
    {
        string name = kind.ToString();
        if (name.Contains("_or_mem", StringComparison.Ordinal) || name == "mem")
        {
            if (name == "mem" || random.Next(2) == 0)
            {
                SetMemory(ref instruction, operand);
                return true;
            }
        }

        IcedRegister register = name.Split('_')[0] switch
        {
            "r8" => RandomByteRegister(),
            "r16" => RandomRegister(IcedRegister.AX),
            "r32" => RandomRegister(IcedRegister.EAX),
            "r64" => RandomRegister(IcedRegister.RAX),
            "xmm" => IcedRegister.XMM0 + random.Next(16),
            "al" => IcedRegister.AL,
            "ax" => IcedRegister.AX,
            "eax" => IcedRegister.EAX,
            "rax" => IcedRegister.RAX,
            "cl" => IcedRegister.CL,
            "st0" => IcedRegister.ST0,
            "sti" => IcedRegister.ST0 + random.Next(8),
            _ => IcedRegister.None,
        };
        if (register != IcedRegister.None)
        {
            instruction.SetOpKind(operand, OpKind.Register);
            instruction.SetOpRegister(operand, register);
            return true;
        }

        return TrySetImmediateOrString(ref instruction, operand, kind);
    }

    private bool TrySetImmediateOrString(ref Instruction instruction, int operand, OpCodeOperandKind kind)
    {
        OpKind? immediate = kind switch
        {
            OpCodeOperandKind.imm8 or OpCodeOperandKind.imm8_const_1 => OpKind.Immediate8,
            OpCodeOperandKind.imm8sex16 => OpKind.Immediate8to16,
            OpCodeOperandKind.imm8sex32 => OpKind.Immediate8to32,
            OpCodeOperandKind.imm8sex64 => OpKind.Immediate8to64,
            OpCodeOperandKind.imm16 => OpKind.Immediate16,
            OpCodeOperandKind.imm32 => OpKind.Immediate32,
            OpCodeOperandKind.imm32sex64 => OpKind.Immediate32to64,
            OpCodeOperandKind.imm64 => OpKind.Immediate64,
            _ => null,
        };
        if (immediate is { } chosen)
        {
            instruction.SetOpKind(operand, chosen);
            ulong value = kind == OpCodeOperandKind.imm8_const_1 ? 1 : RandomValues.Next(random);
            instruction.SetImmediate(operand, chosen switch
            {
                OpKind.Immediate8 => (long)(byte)value,
                OpKind.Immediate8to16 or OpKind.Immediate8to32 or OpKind.Immediate8to64 => (sbyte)value,
                OpKind.Immediate16 => (long)(ushort)value,
                OpKind.Immediate32 => (long)(uint)value,
                OpKind.Immediate32to64 => (int)value,
                _ => (long)value,
            });
            return true;
        }

        OpKind? text = kind switch
        {
            OpCodeOperandKind.seg_rSI => OpKind.MemorySegRSI,
            OpCodeOperandKind.es_rDI => OpKind.MemoryESRDI,
            _ => null,
        };
        if (text is not { } address)
        {
            return false;
        }

        instruction.SetOpKind(operand, address);
        return true;
    }

    private void SetMemory(ref Instruction instruction, int operand)
    {
        instruction.SetOpKind(operand, OpKind.Memory);
        IcedRegister based;
        do
        {
            based = IcedRegister.RAX + random.Next(16);
        }
        while (based == IcedRegister.RSP);

        instruction.MemoryBase = based;
        if (random.Next(2) == 0)
        {
            IcedRegister index;
            do
            {
                index = IcedRegister.RAX + random.Next(16);
            }
            while (index == IcedRegister.RSP || index == based);
            instruction.MemoryIndex = index;
            instruction.MemoryIndexScale = 1 << random.Next(4);
        }

        instruction.MemoryDisplacement64 = (ulong)(long)random.Next(-200, 200);
        instruction.MemoryDisplSize = 8;
    }

    private IcedRegister RandomRegister(IcedRegister first)
    {
        int index = random.Next(15);
        return first + (index >= 4 ? index + 1 : index);
    }

    private IcedRegister RandomByteRegister() => random.Next(3) == 0
        ? IcedRegister.AL + random.Next(8)
        : IcedRegister.SPL + 1 + random.Next(11);
}
