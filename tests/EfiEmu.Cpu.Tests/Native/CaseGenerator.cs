using System.Buffers.Binary;
using Iced.Intel;
using IcedRegister = Iced.Intel.Register;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Makes the cases of a form: an instruction and a state in which its addresses mean something.</summary>
/// <param name="plan">Where memory lies.</param>
/// <param name="fsBase">The host's own FS base, which cases may use but not change; 0 for none.</param>
/// <param name="usesGs">Whether GS may be set.</param>
internal sealed class CaseGenerator(MemoryPlan plan, ulong fsBase, bool usesGs)
{
    private const ulong TrapFlag = 0x100;
    private const ulong NestedTask = 0x4000;

    // CF PF AF ZF SF OF, and IF, which a user process has.
    private const ulong RandomFlags = 0x8D5;
    private const ulong AlwaysSetFlags = 0x202;

    // Where targets lie that are good, and how far memory operands reach.
    private const int FirstTarget = 0x800;
    private const int LastTarget = 0x1800;

    private readonly byte[] _background = Background();

    /// <summary>One case, or null where the form's operands are of a kind that is not generated.</summary>
    public InstructionCase? Make(Code code, int number)
    {
        var random = CaseRandom.For((int)code, number);
        var state = new InstructionState { FsBase = fsBase, Rip = plan.Instruction };
        Fill(random, state);
        int size = Math.Max(1, Size(code));
        ulong target = Target(random, size);

        // A jump reads its target from where it can be read.
        bool jumps = new Instruction { Code = code }.FlowControl is FlowControl.IndirectBranch or FlowControl.IndirectCall;
        target = jumps && target >= plan.ReadOnly - 0x100 ? plan.Data + FirstTarget : target;

        // Whether alignment or presence is looked at first is the processor's own business.
        target = size == X87State.Bytes && target >= plan.ReadOnly - X87State.Bytes ? target & ~15ul : target;
        state.GsBase = usesGs ? (ulong)random.Next(0x800_0000) : 0;
        var generator = new InstructionGenerator(random, plan) { Segments = (fsBase != 0, usesGs) };
        for (int attempt = 0; attempt < 20; attempt++)
        {
            if (!generator.TryMake(code, target, out Instruction made))
            {
                return null;
            }

            ulong linear = made.SegmentPrefix == IcedRegister.GS && made.MemoryBase == IcedRegister.None ? target - state.GsBase : target;
            if (made.MemoryBase == IcedRegister.None && HasMemory(in made) && made.MemoryIndex == IcedRegister.None)
            {
                made.MemoryDisplacement64 = linear;
            }

            if (TryEncode(made, out byte[] bytes, out Instruction instruction) && Prepare(random, state, in instruction, target))
            {
                return new InstructionCase(bytes, instruction, state);
            }
        }

        return null;
    }

    private static byte[] Background()
    {
        byte[] bytes = new byte[MemoryPlan.VisibleBytes];
        new CaseRandom(1).NextBytes(bytes);
        return bytes;
    }

    private static int Size(Code code) => new Instruction { Code = code }.MemorySize.GetSize();

    private bool TryEncode(Instruction made, out byte[] bytes, out Instruction instruction)
    {
        using MemoryStream stream = new();
        Encoder encoder = Encoder.Create(64, new StreamCodeWriter(stream));
        bytes = [];
        instruction = default;
        if (!encoder.TryEncode(in made, plan.Instruction, out _, out _))
        {
            return false;
        }

        bytes = stream.ToArray();
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes));
        decoder.IP = plan.Instruction;
        decoder.Decode(out instruction);
        return !instruction.IsInvalid;
    }

    private void Fill(Random random, InstructionState state)
    {
        for (int i = 0; i < 16; i++)
        {
            state.Gpr[i] = RandomValues.Next(random);
            (state.Xmm[2 * i], state.Xmm[(2 * i) + 1]) = RandomValues.NextVector(random);
        }

        state.Flags = ((ulong)random.Next() & RandomFlags) | AlwaysSetFlags | (random.Next(4) == 0 ? 0x400u : 0);
        state.Gpr[4] = plan.Stack;
        _background.CopyTo(state.Memory, 0);
        X87State.Randomize(random, state.Float);
        state.Mxcsr = RandomValues.Mxcsr(random);
    }

    /// <summary>Mostly inside the data; at page ends, in the read-only page, where nothing is, and at no address at all sometimes.</summary>
    private ulong Target(Random random, int size) => random.Next(32) switch
    {
        0 => plan.ReadOnly + (ulong)random.Next(0, 0x800),
        1 => plan.ReadOnly - (ulong)random.Next(1, size + 1),
        2 => plan.Nothing - (ulong)random.Next(1, size + 1),
        3 => plan.Nothing + (ulong)random.Next(0, 0x800),
        4 or 5 or 6 or 7 => plan.Data + 0x1000 - (ulong)random.Next(1, size + 1),
        < 20 => (plan.Data + (ulong)random.Next(FirstTarget, LastTarget)) & ~63ul,
        _ => plan.Data + (ulong)random.Next(FirstTarget, LastTarget),
    };

    /// <summary>Registers and memory in which this instruction's addresses and jumps arrive somewhere; false where that cannot be.</summary>
    private bool Prepare(CaseRandom random, InstructionState state, in Instruction instruction, ulong target)
    {
        bool jumps = instruction.FlowControl is FlowControl.IndirectBranch or FlowControl.IndirectCall or FlowControl.Return;
        ulong landing = random.Next(2) == 0 ? plan.Instruction - 1 - (ulong)random.Next(0x80) : plan.Instruction + 16 + (ulong)random.Next(0x80);

        // Some lead nowhere at all.
        landing |= jumps && landing % 16 == 5 ? 1ul << 63 : 0;
        if (HasMemory(in instruction))
        {
            if (!Place(random, state, in instruction, target))
            {
                return false;
            }

            int at = (int)(target - plan.Data);
            if (target >= plan.Data && at + 16 <= state.Memory.Length)
            {
                FillOperand(random, state, in instruction, at);
                if (jumps)
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(state.Memory.AsSpan(at), landing);
                }
            }
        }

        if (jumps && instruction.Op0Kind == OpKind.Register)
        {
            state.Gpr[instruction.Op0Register.GetNumber()] = landing;
        }

        PrepareImplicit(random, state, in instruction, target, landing);
        return !IsUndefined(state, in instruction);
    }

    /// <summary>What instructions use without naming it.</summary>
    private void PrepareImplicit(CaseRandom random, InstructionState state, in Instruction instruction, ulong target, ulong landing)
    {
        Span<byte> stack = state.Memory.AsSpan(MemoryPlan.StackOffset);
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Div or Mnemonic.Idiv when random.Next(3) > 0 && !UsesAddress(in instruction, IcedRegister.RDX):
                // Quotients that fit are rare otherwise.
                state.Gpr[2] = instruction.Mnemonic == Mnemonic.Idiv && (long)state.Gpr[0] < 0 ? ulong.MaxValue : 0;
                break;
            case Mnemonic.Loop or Mnemonic.Loope or Mnemonic.Loopne or Mnemonic.Jrcxz or Mnemonic.Jecxz when random.Next(2) == 0:
                state.Gpr[1] = (state.Gpr[1] & 0xFFFF_FFFF_0000_0000) | (uint)random.Next(3);
                state.Gpr[1] = random.Next(2) == 0 ? (uint)state.Gpr[1] : state.Gpr[1];
                break;
            case Mnemonic.Ret:
                BinaryPrimitives.WriteUInt64LittleEndian(stack, landing);
                break;
            case Mnemonic.Popf or Mnemonic.Popfq:
                BinaryPrimitives.WriteUInt64LittleEndian(stack, random.NextBits() & ~(TrapFlag | NestedTask));
                break;
            case Mnemonic.Enter or Mnemonic.Leave:
                state.Gpr[5] = plan.Stack - 0x200 + ((ulong)random.Next(0x40) * 8);
                break;
            case Mnemonic.Maskmovdqu or Mnemonic.Maskmovq:
                ulong segment = instruction.SegmentPrefix == IcedRegister.GS ? state.GsBase : 0;
                state.Gpr[7] = (random.Next(4) > 0 ? target : plan.Data + 0xFF8) - segment;
                break;
            case Mnemonic.Cmpxchg8b or Mnemonic.Cmpxchg16b when random.Next(2) == 0 && target + 16 <= plan.Nothing && target >= plan.Data:
                // Equal half of the time.
                int width = instruction.Mnemonic == Mnemonic.Cmpxchg8b ? 4 : 8;
                if (!UsesAddress(in instruction, IcedRegister.RAX) && !UsesAddress(in instruction, IcedRegister.RDX))
                {
                    ReadOnlySpan<byte> there = state.Memory.AsSpan((int)(target - plan.Data), 16);
                    state.Gpr[0] = width == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(there) : BinaryPrimitives.ReadUInt64LittleEndian(there);
                    state.Gpr[2] = width == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(there[4..]) : BinaryPrimitives.ReadUInt64LittleEndian(there[8..]);
                }

                break;
            case Mnemonic.F2xm1 or Mnemonic.Fyl2xp1:
                // Beyond these magnitudes the manual leaves the result open.
                X87State.LimitTop(random, state.Float, instruction.Mnemonic == Mnemonic.F2xm1 ? 0 : -2);
                break;
            default:
                PrepareString(random, state, in instruction, target);
                break;
        }
    }

    private void PrepareString(CaseRandom random, InstructionState state, in Instruction instruction, ulong target)
    {
        bool isString = instruction.Op0Kind is >= OpKind.MemorySegSI and <= OpKind.MemoryESRDI || instruction.Op1Kind is >= OpKind.MemorySegSI and <= OpKind.MemoryESRDI;
        if (!isString)
        {
            return;
        }

        state.Gpr[6] = target;
        state.Gpr[7] = random.Next(2) == 0 ? Target(random, 8) : target + (ulong)random.Next(-24, 24);
        state.Gpr[1] = (ulong)random.Next(40);
        if (random.Next(2) == 0)
        {
            state.Memory.AsSpan(0, 0x3000).Fill((byte)state.Gpr[0]);
        }

        if (instruction.Op0Kind is OpKind.MemorySegESI or OpKind.MemoryESEDI || instruction.Op1Kind is OpKind.MemorySegESI or OpKind.MemoryESEDI)
        {
            // The upper halves do not count.
            ulong noise = random.NextBits() << 32;
            (state.Gpr[6], state.Gpr[7], state.Gpr[1]) = (state.Gpr[6] | noise, state.Gpr[7] | noise, state.Gpr[1] | noise);
        }
    }

    /// <summary>Values at the operand's address that find corner cases of its type.</summary>
    private static void FillOperand(CaseRandom random, InstructionState state, in Instruction instruction, int at)
    {
        Span<byte> there = state.Memory.AsSpan(at);
        int room = Math.Min(16, there.Length);
        Span<byte> value = stackalloc byte[16];
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Ldmxcsr:
                BinaryPrimitives.WriteUInt32LittleEndian(value, random.Next(8) == 0 ? (uint)random.NextBits() : (uint)random.Next(0x10000));
                value[..4].CopyTo(there);
                return;
            case Mnemonic.Fxrstor or Mnemonic.Fxrstor64 when there.Length >= X87State.Bytes:
                byte[] image = new byte[X87State.Bytes];
                X87State.Randomize(random, image);
                random.NextBytes(image.AsSpan(160, 256));
                BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(24), random.Next(8) == 0 ? (uint)random.NextBits() : (uint)random.Next(0x10000));
                image.CopyTo(there);
                return;
            case Mnemonic.Fbld when there.Length >= 10 && random.Next(8) > 0:
                for (int digit = 0; digit < 10; digit++)
                {
                    value[digit] = (byte)((random.Next(10) << 4) | random.Next(10));
                }

                value[9] = (byte)(random.Next(2) << 7);
                value[..10].CopyTo(there);
                return;
            default:
                if (instruction.MemorySize == MemorySize.Float80)
                {
                    (ulong significand, ushort head) = X87State.Number(random);
                    BinaryPrimitives.WriteUInt64LittleEndian(value, significand);
                    BinaryPrimitives.WriteUInt16LittleEndian(value[8..], head);
                }
                else
                {
                    (ulong low, ulong high) = random.Next(2) == 0 ? RandomValues.NextVector(random) : (RandomValues.Next(random), RandomValues.Next(random));
                    BinaryPrimitives.WriteUInt64LittleEndian(value, low);
                    BinaryPrimitives.WriteUInt64LittleEndian(value[8..], high);
                }

                value[..room].CopyTo(there);
                return;
        }
    }

    /// <summary>Gives the registers of the address values that make it the target.</summary>
    private static bool Place(CaseRandom random, InstructionState state, in Instruction instruction, ulong target)
    {
        if (IsBitString(in instruction))
        {
            if (UsesAddress(in instruction, instruction.Op1Register.GetFullRegister()))
            {
                return false;
            }

            state.Gpr[instruction.Op1Register.GetNumber()] = (ulong)random.Next(-4000, 4000);
        }

        ulong segment = instruction.SegmentPrefix switch
        {
            IcedRegister.GS => state.GsBase,
            IcedRegister.FS => state.FsBase,
            _ => 0,
        };
        if (instruction.Mnemonic == Mnemonic.Xlatb)
        {
            state.Gpr[3] = target - segment - (byte)state.Gpr[0];
            state.Gpr[3] |= instruction.MemoryBase == IcedRegister.EBX ? random.NextBits() << 32 : 0;
            return true;
        }

        IcedRegister based = instruction.MemoryBase;
        IcedRegister index = instruction.MemoryIndex;
        if (based is IcedRegister.RIP or IcedRegister.EIP || (based == IcedRegister.None && index == IcedRegister.None))
        {
            return true;
        }

        bool narrow = based.GetSize() == 4 || index.GetSize() == 4;
        ulong offset = target - segment;
        ulong noise = narrow ? random.NextBits() << 32 : 0;
        if (based == IcedRegister.None)
        {
            // The displacement was made for no index at all: the index takes up the segment and nothing else.
            if (segment != 0)
            {
                return false;
            }

            state.Gpr[index.GetNumber()] = noise;
            return true;
        }

        if (index != IcedRegister.None)
        {
            bool bitIndex = instruction.Op1Kind == OpKind.Register && instruction.Op1Register.GetFullRegister() == index.GetFullRegister();
            if (!bitIndex)
            {
                state.Gpr[index.GetNumber()] = narrow ? RandomValues.Next(random) : (ulong)random.Next(-100, 100);
            }

            offset -= state.Gpr[index.GetNumber()] * (ulong)instruction.MemoryIndexScale;
        }

        offset -= instruction.MemoryDisplacement64;
        state.Gpr[based.GetNumber()] = narrow ? (uint)offset | noise : offset;
        if (!narrow && segment == 0 && random.Next(64) == 0 && instruction.FlowControl == FlowControl.Next && !IsBitString(in instruction) && based != IcedRegister.RSP)
        {
            // An address that is not canonical.
            state.Gpr[based.GetNumber()] ^= 1ul << (48 + random.Next(14));
        }

        return true;
    }

    private static bool IsBitString(in Instruction instruction) =>
        instruction.Mnemonic is Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc && instruction.Op1Kind == OpKind.Register;

    // What the manuals leave undefined beyond flags: a double shift of 16 bits by more than 16, a swap of 16 bits.
    private static bool IsUndefined(InstructionState state, in Instruction instruction)
    {
        if (instruction.Mnemonic is Mnemonic.Shld or Mnemonic.Shrd && instruction.Op1Register.GetSize() == 2)
        {
            int count = instruction.Op2Kind == OpKind.Immediate8 ? instruction.Immediate8 : (int)state.Gpr[1];
            return (count & 31) > 16;
        }

        return instruction.Code == Code.Bswap_r16;
    }

    private static bool UsesAddress(in Instruction instruction, IcedRegister register) =>
        HasMemory(in instruction) && (instruction.MemoryBase.GetFullRegister() == register || instruction.MemoryIndex.GetFullRegister() == register);

    private static bool HasMemory(in Instruction instruction)
    {
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) == OpKind.Memory)
            {
                return true;
            }
        }

        return false;
    }
}
