using System.Buffers.Binary;
using System.Globalization;
using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>The x87 state as FXSAVE stores it, moved into and out of our processor by its own FXRSTOR and FXSAVE.</summary>
internal static class X87State
{
    public const int Bytes = 512;
    public const int MxcsrOffset = 24;
    public const ulong Scratch = 0x7000_0000;

    private const int ImageOffset = 0x200;
    private const int RegistersOffset = 32;
    private const int RegisterStride = 16;
    private const ushort UndefinedConditions = 0x4500;
    private const ushort RoundedUp = 0x200;
    private const ushort C2 = 0x400;

    // Where one of two neighbours is denormal.
    private const ushort Underflow = 0x10;

    // FXRSTOR64 [RAX] and FXSAVE64 [RAX], with a HLT behind.
    private static ReadOnlySpan<byte> RestoreCode => [0x48, 0x0F, 0xAE, 0x08, 0xF4];

    private static ReadOnlySpan<byte> SaveCode => [0x48, 0x0F, 0xAE, 0x00, 0xF4];

    /// <summary>Copies what is compared: control, status, tags, MXCSR and the registers; not the pointers, not XMM.</summary>
    public static void CopyCompared(ReadOnlySpan<byte> from, Span<byte> to)
    {
        from[..5].CopyTo(to);
        from.Slice(MxcsrOffset, 4).CopyTo(to[MxcsrOffset..]);
        for (int index = 0; index < 8; index++)
        {
            int at = RegistersOffset + (index * RegisterStride);
            from.Slice(at, 10).CopyTo(to[at..]);
        }
    }

    public static void Reset(Span<byte> image)
    {
        image.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(image, 0x37F);
        BinaryPrimitives.WriteUInt32LittleEndian(image[24..], 0x1F80);
    }

    /// <summary>A stack that is nearly full most of the time, all rounding modes, and numbers of every class.</summary>
    public static void Randomize(Random random, Span<byte> image)
    {
        Reset(image);
        int masks = random.Next(4) == 0 ? random.Next(0x40) : 0x3F;
        int precision = random.Next(4) == 0 ? random.Next(3) switch { 0 => 0, 1 => 2, _ => 3 } : 3;
        BinaryPrimitives.WriteUInt16LittleEndian(image, (ushort)(0x40 | masks | (precision << 8) | (random.Next(4) << 10)));
        int raised = random.Next(4) == 0 ? random.Next(0x40) & (random.Next(4) == 0 ? 0x3F : masks) : 0;

        // An exception that is not masked waits for the next instruction.
        raised |= (raised & ~masks) != 0 ? 0x8080 : 0;
        BinaryPrimitives.WriteUInt16LittleEndian(image[2..], (ushort)((random.Next(8) << 11) | (random.Next(4) == 0 ? random.Next(0x10000) & 0x4700 : 0) | raised));
        image[4] = random.Next(4) == 0 ? (byte)random.Next(256) : (byte)(0xFF & ~(1 << random.Next(8)));
        for (int index = 0; index < 8; index++)
        {
            (ulong significand, ushort head) = Number(random);
            BinaryPrimitives.WriteUInt64LittleEndian(image[(RegistersOffset + (index * RegisterStride))..], significand);
            BinaryPrimitives.WriteUInt16LittleEndian(image[(RegistersOffset + (index * RegisterStride) + 8)..], head);
        }
    }

    /// <summary>Makes ST(0) a number below 2 to so many, unless it is none.</summary>
    public static void LimitTop(Random random, Span<byte> image, int exponent)
    {
        Span<byte> top = image.Slice(RegistersOffset, 10);
        ushort head = BinaryPrimitives.ReadUInt16LittleEndian(top[8..]);
        if ((head & 0x7FFF) is >= 0x3FFF and < 0x7FFF || (head & 0x7FFF) >= 0x3FFF + exponent)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(top[8..], (ushort)((head & 0x8000) | (0x3FFF + exponent - 1 - random.Next(70))));
        }
    }

    public static void Load(Processor processor, TestBus bus, ReadOnlySpan<byte> image)
    {
        image.CopyTo(bus.At(Scratch + ImageOffset, Bytes));
        Run(processor, bus, RestoreCode);
    }

    public static byte[] Save(Processor processor, TestBus bus)
    {
        Run(processor, bus, SaveCode);
        return bus.At(Scratch + ImageOffset, Bytes).ToArray();
    }

    /// <summary>The parts of the state, compared.</summary>
    public static IEnumerable<Row> Rows(InstructionCase made, byte[] ours, byte[] host)
    {
        byte[] before = made.Before.Float;
        yield return WordRow("control", before, host, ours, 0, ushort.MaxValue);
        yield return WordRow("status", before, host, ours, 2, (ushort)~Undefined(made.Instruction));
        yield return WordRow("tags", before, host, ours, 4, 0xFF);
        for (int index = 0; index < 8; index++)
        {
            int at = RegistersOffset + (index * RegisterStride);
            bool same = ours.AsSpan(at, 10).SequenceEqual(host.AsSpan(at, 10))
                || (IsTranscendental(made.Instruction.Mnemonic) && AreNeighbours(ours.AsSpan(at, 10), host.AsSpan(at, 10)));
            yield return new Row($"ST{index}", Show(before.AsSpan(at)), Show(host.AsSpan(at)), Show(ours.AsSpan(at)), same) { Always = true };
        }
    }

    // Intel SDM volume 1, 8.3.10: within 1 ulp of the true result, so two processors within 1 of each other.
    private static bool AreNeighbours(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        UInt128 first = ((UInt128)Word(a, 8) << 64) | BinaryPrimitives.ReadUInt64LittleEndian(a);
        UInt128 second = ((UInt128)Word(b, 8) << 64) | BinaryPrimitives.ReadUInt64LittleEndian(b);
        UInt128 distance = first > second ? first - second : second - first;

        // Across a power of two the integer bit stays and the exponent steps.
        return distance <= 1 || distance == ((UInt128)1 << 63) + 1 || distance == ((UInt128)1 << 64) + 1;
    }

    private static bool IsTranscendental(Mnemonic mnemonic) => mnemonic is Mnemonic.F2xm1 or Mnemonic.Fyl2x or Mnemonic.Fyl2xp1 or Mnemonic.Fpatan
        or Mnemonic.Fsin or Mnemonic.Fcos or Mnemonic.Fsincos or Mnemonic.Fptan;

    // What is not a comparison leaves C0, C2 and C3 undefined: Intel SDM volume 2, "FPU Flags Affected" of each instruction.
    private static ushort Undefined(Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Fcom or Mnemonic.Fcomp or Mnemonic.Fcompp or Mnemonic.Fucom or Mnemonic.Fucomp or Mnemonic.Fucompp
            or Mnemonic.Ficom or Mnemonic.Ficomp or Mnemonic.Ftst => RoundedUp,
        Mnemonic.Fxam or Mnemonic.Fprem or Mnemonic.Fprem1 => 0,
        Mnemonic.Fsin or Mnemonic.Fcos or Mnemonic.Fsincos or Mnemonic.Fptan => (UndefinedConditions & ~C2) | RoundedUp | Underflow,

        // C1 is cleared by Intel and left by AMD.
        Mnemonic.Fcomi or Mnemonic.Fcomip or Mnemonic.Fucomi or Mnemonic.Fucomip => RoundedUp,
        Mnemonic.F2xm1 or Mnemonic.Fyl2x or Mnemonic.Fyl2xp1 or Mnemonic.Fpatan => UndefinedConditions | RoundedUp | Underflow,
        Mnemonic.Fnclex or Mnemonic.Ffree or Mnemonic.Ffreep or Mnemonic.Fnop or Mnemonic.Fldcw or Mnemonic.Fnstcw
            or Mnemonic.Fnstenv or Mnemonic.Fnstsw => UndefinedConditions | RoundedUp,
        _ => UndefinedConditions,
    };

    private static Row WordRow(string name, byte[] before, byte[] host, byte[] ours, int at, ushort mask) => new(
        name, Hex(Word(before, at)), Hex(Word(host, at)), Hex(Word(ours, at)), ((Word(host, at) ^ Word(ours, at)) & mask) == 0) { Always = true };

    private static string Hex(ushort value) => value.ToString("X4", CultureInfo.InvariantCulture);

    private static ushort Word(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image[offset..]);

    private static string Show(ReadOnlySpan<byte> value) => string.Create(
        CultureInfo.InvariantCulture, $"{Word(value, 8):X4}:{BinaryPrimitives.ReadUInt64LittleEndian(value):X16}");

    public static (ulong Significand, ushort Head) Number(Random random)
    {
        const ulong Integer = 1UL << 63;
        ushort sign = (ushort)(random.Next(2) << 15);
        ulong noise = RandomValues.Next(random);
        return random.Next(12) switch
        {
            0 => (0, sign),
            1 => (Integer, (ushort)(sign | 0x7FFF)),
            2 => (noise | Integer, (ushort)(sign | 0x7FFF)),
            3 => (noise & ~Integer, sign),
            4 => (noise | Integer, sign),
            5 => (noise & ~Integer, (ushort)(sign | random.Next(1, 0x8000))),
            6 => (noise | Integer, (ushort)(sign | (16383 + random.Next(-70, 70)))),
            7 => (noise | Integer, (ushort)(sign | random.Next(1, 0x7FFF))),
            8 => (Integer, (ushort)(sign | (16383 + random.Next(-3, 70)))),
            _ => (noise | Integer, (ushort)(sign | (16383 + random.Next(-3, 3)))),
        };
    }

    private static void Run(Processor processor, TestBus bus, ReadOnlySpan<byte> code)
    {
        ulong address = Scratch + (code[3] == RestoreCode[3] ? 0u : 0x100u);
        if (!bus.At(address, code.Length).SequenceEqual(code))
        {
            code.CopyTo(bus.At(address, code.Length));
            processor.InvalidateCode(address, (ulong)code.Length);
        }

        processor[Register.Rax] = Scratch + ImageOffset;
        processor.Rip = address;
        ProcessorExit exit = processor.Run(10);
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
    }
}
