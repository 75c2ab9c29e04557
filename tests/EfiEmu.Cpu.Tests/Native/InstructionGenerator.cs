using Iced.Intel;
using IcedRegister = Iced.Intel.Register;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Makes a random instruction of a given code: operands, addressing forms, prefixes.</summary>
internal sealed class InstructionGenerator(CaseRandom random, MemoryPlan plan)
{
    /// <summary>Whether memory operands may have a base in FS, and in GS.</summary>
    public (bool Fs, bool Gs) Segments { get; init; }

    /// <summary>A random form, or false when the operands are of a kind that is not generated.</summary>
    /// <param name="code">The code.</param>
    /// <param name="target">What memory operands without registers name.</param>
    /// <param name="instruction">The instruction.</param>
    public bool TryMake(Code code, ulong target, out Instruction instruction)
    {
        OpCodeInfo info = code.ToOpCode();
        instruction = new Instruction { Code = code };
        for (int operand = 0; operand < info.OpCount; operand++)
        {
            if (!TrySetOperand(ref instruction, operand, info.GetOpKind(operand), target))
            {
                return false;
            }
        }

        SetPrefixes(ref instruction, info);
        return true;
    }

    private void SetPrefixes(ref Instruction instruction, OpCodeInfo info)
    {
        if (info.CanUseRepPrefix && random.Next(2) == 0)
        {
            instruction.HasRepPrefix = true;
        }
        else if (info.CanUseRepnePrefix && random.Next(2) == 0)
        {
            instruction.HasRepnePrefix = true;
        }
        else if (info.CanUseLockPrefix && instruction.Op0Kind == OpKind.Memory && random.Next(4) == 0)
        {
            instruction.HasLockPrefix = true;
        }
    }

    private bool TrySetOperand(ref Instruction instruction, int operand, OpCodeOperandKind kind, ulong target)
    {
        string name = kind.ToString();
        if (name.Contains("_or_mem", StringComparison.Ordinal) || name == "mem")
        {
            if (name == "mem" || random.Next(2) == 0)
            {
                SetMemory(ref instruction, operand, target);
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
            "mm" => IcedRegister.MM0 + random.Next(8),
            "al" => IcedRegister.AL,
            "ax" => IcedRegister.AX,
            "eax" => IcedRegister.EAX,
            "rax" => IcedRegister.RAX,
            "cl" => IcedRegister.CL,
            "fs" => IcedRegister.FS,
            "gs" => IcedRegister.GS,
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

        return TrySetImmediate(ref instruction, operand, kind) || TrySetPlace(ref instruction, operand, kind, target);
    }

    private bool TrySetImmediate(ref Instruction instruction, int operand, OpCodeOperandKind kind)
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
        if (instruction.Mnemonic == Mnemonic.Enter)
        {
            // Frames of a size and depth that the test's stack holds.
            instruction.SetOpKind(operand, operand == 0 ? OpKind.Immediate16 : OpKind.Immediate8_2nd);
            instruction.SetImmediate(operand, operand == 0 ? random.Next(0x400) : (random.Next(8) * 32) | random.Next(5));
            return true;
        }

        if (immediate is not { } chosen)
        {
            return false;
        }

        instruction.SetOpKind(operand, chosen);
        ulong value = kind == OpCodeOperandKind.imm8_const_1 ? 1 : RandomValues.Next(random);
        value = instruction.Mnemonic is Mnemonic.Ret ? (ulong)random.Next(0x200) : value;
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

    /// <summary>Memory that the code itself names by registers, absolute addresses, and branch targets.</summary>
    private bool TrySetPlace(ref Instruction instruction, int operand, OpCodeOperandKind kind, ulong target)
    {
        bool narrow = random.Next(8) == 0;
        OpKind? place = kind switch
        {
            OpCodeOperandKind.seg_rSI => narrow ? OpKind.MemorySegESI : OpKind.MemorySegRSI,
            OpCodeOperandKind.es_rDI => AddressOfFirst(in instruction, narrow) ? OpKind.MemoryESEDI : OpKind.MemoryESRDI,
            OpCodeOperandKind.seg_rDI => narrow ? OpKind.MemorySegEDI : OpKind.MemorySegRDI,
            OpCodeOperandKind.seg_rBX_al or OpCodeOperandKind.mem_offs => OpKind.Memory,
            OpCodeOperandKind.br64_1 or OpCodeOperandKind.br64_4 => OpKind.NearBranch64,
            _ => null,
        };
        if (place is not { } chosen)
        {
            return false;
        }

        if (kind == OpCodeOperandKind.es_rDI && operand == 0 && instruction.Mnemonic is Mnemonic.Movsb or Mnemonic.Movsw or Mnemonic.Movsq)
        {
            chosen = narrow ? OpKind.MemoryESEDI : OpKind.MemoryESRDI;
        }

        instruction.SetOpKind(operand, chosen);
        switch (kind)
        {
            case OpCodeOperandKind.seg_rBX_al:
                instruction.MemoryBase = narrow ? IcedRegister.EBX : IcedRegister.RBX;
                instruction.MemoryIndex = IcedRegister.AL;
                break;
            case OpCodeOperandKind.mem_offs:
                instruction.MemoryDisplacement64 = target;
                instruction.MemoryDisplSize = 8;
                break;
            case OpCodeOperandKind.br64_1 or OpCodeOperandKind.br64_4:
                // A near jump back into the padding, or over some of it.
                instruction.NearBranch64 = random.Next(2) == 0 ? plan.Instruction - 1 - (ulong)random.Next(80) : plan.Instruction + 15 + (ulong)random.Next(80);
                break;
            default:
                break;
        }

        return true;
    }

    // The addresses of the two operands of a string instruction have one width.
    private static bool AddressOfFirst(in Instruction instruction, bool narrow) => instruction.Op0Kind switch
    {
        OpKind.MemorySegESI => true,
        OpKind.MemorySegRSI => false,
        _ => narrow,
    };

    private void SetMemory(ref Instruction instruction, int operand, ulong target)
    {
        instruction.SetOpKind(operand, OpKind.Memory);
        bool narrow = random.Next(10) == 0;
        IcedRegister first = narrow ? IcedRegister.EAX : IcedRegister.RAX;
        int form = random.Next(10);
        if (form == 0)
        {
            // Behind RIP, or EIP.
            instruction.MemoryBase = narrow ? IcedRegister.EIP : IcedRegister.RIP;
            instruction.MemoryDisplacement64 = target;
            instruction.MemoryDisplSize = narrow ? 4 : 8;
            return;
        }

        IcedRegister index = IcedRegister.None;
        if (form > 4)
        {
            do
            {
                index = first + random.Next(16);
            }
            while (index.GetFullRegister() == IcedRegister.RSP);
            instruction.MemoryIndex = index;
            instruction.MemoryIndexScale = 1 << random.Next(4);
        }

        if (form is 1 or 5)
        {
            // No base: 32 bits of address.
            instruction.MemoryDisplacement64 = target;
            instruction.MemoryDisplSize = narrow ? 4 : 8;
        }
        else
        {
            IcedRegister based;
            do
            {
                based = first + random.Next(16);
            }
            while (based == index || (based.GetFullRegister() == IcedRegister.RSP && index != IcedRegister.None));
            instruction.MemoryBase = based;
            int displacement = random.Next(3) switch
            {
                0 => 0,
                1 => random.Next(-128, 128),
                _ => (int)random.NextBits(),
            };
            instruction.MemoryDisplacement64 = narrow ? (uint)displacement : (ulong)(long)displacement;
            instruction.MemoryDisplSize = displacement == 0 ? 0 : displacement is >= -128 and < 128 ? 1 : narrow ? 4 : 8;
        }

        SetSegment(ref instruction);
    }

    private void SetSegment(ref Instruction instruction)
    {
        int choice = random.Next(12);
        if (choice == 0 && Segments.Gs)
        {
            instruction.SegmentPrefix = IcedRegister.GS;
        }
        else if (choice == 1 && Segments.Fs && instruction.MemoryBase is >= IcedRegister.RAX and <= IcedRegister.R15)
        {
            instruction.SegmentPrefix = IcedRegister.FS;
        }
        else if (choice == 2)
        {
            // These have no effect in 64-bit mode.
            instruction.SegmentPrefix = IcedRegister.ES + random.Next(4);
        }
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
