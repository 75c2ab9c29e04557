using System.Buffers.Binary;
using System.Globalization;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using StringBuilder = System.Text.StringBuilder;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>The x87 state as FXSAVE stores it, moved into and out of our processor by its own FXRSTOR and FXSAVE.</summary>
internal static unsafe class X87State
{
    public const int Bytes = 512;
    public const ulong Scratch = 0x7000_0000;

    private const int ImageOffset = 0x200;
    private const int RegistersOffset = 32;
    private const int RegisterStride = 16;
    private const ushort UndefinedConditions = 0x4500;
    private const ushort RoundedUp = 0x200;

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
        BinaryPrimitives.WriteUInt16LittleEndian(image, (ushort)(0x37F | (random.Next(4) << 10)));
        BinaryPrimitives.WriteUInt16LittleEndian(image[2..], (ushort)(random.Next(8) << 11));
        image[4] = random.Next(4) == 0 ? (byte)random.Next(256) : (byte)(0xFF & ~(1 << random.Next(8)));
        for (int index = 0; index < 8; index++)
        {
            (ulong significand, ushort head) = Number(random);
            BinaryPrimitives.WriteUInt64LittleEndian(image[(RegistersOffset + (index * RegisterStride))..], significand);
            BinaryPrimitives.WriteUInt16LittleEndian(image[(RegistersOffset + (index * RegisterStride) + 8)..], head);
        }
    }

    public static void Load(Processor processor, TestBus bus, ReadOnlySpan<byte> image)
    {
        image.CopyTo(bus.At(Scratch + ImageOffset, Bytes));
        Run(processor, bus, c => c.fxrstor64(__[rax]));
    }

    public static byte[] Save(Processor processor, TestBus bus)
    {
        Run(processor, bus, c => c.fxsave64(__[rax]));
        return bus.At(Scratch + ImageOffset, Bytes).ToArray();
    }

    public static string Differences(in Instruction instruction, ReadOnlySpan<byte> ours, ReadOnlySpan<byte> host, byte* before)
    {
        StringBuilder text = new();
        Compare(text, "control", Word(ours, 0), Word(host, 0), ushort.MaxValue);
        Compare(text, "status", Word(ours, 2), Word(host, 2), (ushort)~Undefined(in instruction));
        Compare(text, "tags", ours[4], host[4], ushort.MaxValue);
        for (int index = 0; index < 8; index++)
        {
            int at = RegistersOffset + (index * RegisterStride);
            if (!ours.Slice(at, 10).SequenceEqual(host.Slice(at, 10)))
            {
                text.Append(CultureInfo.InvariantCulture, $" ST{index}: host {Show(host[at..])}, ours {Show(ours[at..])};");
            }
        }

        if (text.Length > 0)
        {
            ReadOnlySpan<byte> image = new(before, Bytes);
            text.Append(CultureInfo.InvariantCulture, $" x87 before: control {Word(image, 0):X} status {Word(image, 2):X} tags {image[4]:X}");
            for (int index = 0; index < 8; index++)
            {
                text.Append(CultureInfo.InvariantCulture, $" ST{index}={Show(image[(RegistersOffset + (index * RegisterStride))..])}");
            }
        }

        return text.ToString();
    }

    // What is not a comparison leaves C0, C2 and C3 undefined: Intel SDM volume 2, "FPU Flags Affected" of each instruction.
    private static ushort Undefined(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Fcom or Mnemonic.Fcomp or Mnemonic.Fcompp or Mnemonic.Fucom or Mnemonic.Fucomp or Mnemonic.Fucompp
            or Mnemonic.Ficom or Mnemonic.Ficomp or Mnemonic.Ftst => RoundedUp,
        Mnemonic.Fxam => 0,
        Mnemonic.Fnclex or Mnemonic.Ffree or Mnemonic.Ffreep or Mnemonic.Fnop or Mnemonic.Fldcw or Mnemonic.Fnstcw
            or Mnemonic.Fnstenv or Mnemonic.Fnstsw => UndefinedConditions | RoundedUp,
        _ => UndefinedConditions,
    };

    private static void Compare(StringBuilder text, string name, ushort ours, ushort host, ushort mask)
    {
        if (((ours ^ host) & mask) != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" {name}: host {host & mask:X}, ours {ours & mask:X};");
        }
    }

    private static ushort Word(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image[offset..]);

    private static string Show(ReadOnlySpan<byte> value) => string.Create(
        CultureInfo.InvariantCulture, $"{Word(value, 8):X4}:{BinaryPrimitives.ReadUInt64LittleEndian(value):X16}");

    private static (ulong Significand, ushort Head) Number(Random random)
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

    private static void Run(Processor processor, TestBus bus, Action<Assembler> emit)
    {
        Assembler assembler = new(64);
        emit(assembler);
        assembler.hlt();
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), Scratch);
        byte[] code = stream.ToArray();
        code.CopyTo(bus.At(Scratch, code.Length));
        processor.InvalidateCode(Scratch, (ulong)code.Length);
        processor[Register.Rax] = Scratch + ImageOffset;
        processor.Rip = Scratch;
        ProcessorExit exit = processor.Run(10);
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
    }
}
