using System.Globalization;
using System.Runtime.Intrinsics;
using Iced.Intel;
using Xunit.Abstractions;
using StringBuilder = System.Text.StringBuilder;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Each instruction that the processor executes, against the host's own processor.</summary>
public sealed unsafe class InstructionComparisonTests(ITestOutputHelper output)
{
    // A nightly run asks for more with this variable; a thousand cases a form take some two minutes.
    private const string CasesVariable = "EFIEMU_INSTRUCTION_CASES";
    private const int UsualCases = 150;
    private const ulong TestedFlags = 0xCD5;

    public static TheoryData<int> Slices => [0, 1, 2, 3];

    [Theory]
    [MemberData(nameof(Slices))]
    public void Instruction_RandomOperands_LeavesTheStateThatTheHostProcessorLeaves(int slice)
    {
        if (!NativeProcessor.IsAvailable)
        {
            output.WriteLine("skipped: the host is not x86-64 Linux");
            return;
        }

        int cases = int.Parse(Environment.GetEnvironmentVariable(CasesVariable) ?? UsualCases.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        using Comparison comparison = new(20261121 + slice);
        int codes = 0;
        List<string> failures = [];
        foreach (Code code in Enum.GetValues<Code>())
        {
            if ((int)code % 4 == slice && InstructionGenerator.MayRun(code) && comparison.Run(code, cases, failures) > 0)
            {
                codes++;
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{codes} codes, {comparison.Compared} instructions compared"));
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(40)));
        Assert.InRange(codes, 100, int.MaxValue);
    }

    private sealed class Comparison : IDisposable
    {
        private readonly NativeProcessor _native = new();
        private readonly TestBus _bus = new();
        private readonly Processor _processor;
        private readonly Random _random;
        private readonly InstructionGenerator _generator;
        private readonly ulong _codePage;

        public Comparison(int seed)
        {
            _random = new Random(seed);
            _generator = new InstructionGenerator(_random);
            _processor = new Processor(_bus);
            _codePage = _native.InstructionAddress & ~0xFFFul;
            _bus.Map(_codePage, 1);
            _bus.Map(_native.DataAddress, NativeProcessor.DataBytes / 0x1000);
            _bus.Map(X87State.Scratch, 1);
        }

        public int Compared { get; private set; }

        public int Run(Code code, int runs, List<string> failures)
        {
            int compared = 0;
            int errors = 0;
            for (int run = 0; run < runs && errors == 0; run++)
            {
                if (!_generator.TryMake(code, out Instruction made) || !TryEncode(made, out byte[] bytes, out Instruction instruction))
                {
                    return compared;
                }

                if (!Prepare(in instruction))
                {
                    continue;
                }

                bool usesFloat = code.CpuidFeatures().Contains(CpuidFeature.FPU);
                if (usesFloat)
                {
                    X87State.Randomize(_random, new Span<byte>(_native.State->Float, X87State.Bytes));
                    X87State.Load(_processor, _bus, new Span<byte>(_native.State->Float, X87State.Bytes));
                }

                NativeState before = *_native.State;
                ProcessorExit exit = Emulate(bytes);
                if (exit.Kind == ProcessorExitKind.NotModelled)
                {
                    return compared;
                }

                if (exit.Kind != ProcessorExitKind.Halt)
                {
                    continue;
                }

                _native.Execute(bytes);
                compared++;
                Compared++;
                string text = Differences(in instruction);
                if (usesFloat)
                {
                    text += X87State.Differences(in instruction, X87State.Save(_processor, _bus), new Span<byte>(_native.State->Float, X87State.Bytes), before.Float);
                }

                if (text.Length > 0)
                {
                    errors++;
                    failures.Add(Describe(in instruction, in before, text));
                }
            }

            return compared;
        }

        public void Dispose()
        {
            _processor.Dispose();
            _bus.Dispose();
            _native.Dispose();
        }

        private bool TryEncode(Instruction made, out byte[] bytes, out Instruction instruction)
        {
            using MemoryStream stream = new();
            Encoder encoder = Encoder.Create(64, new StreamCodeWriter(stream));
            bytes = [];
            instruction = default;
            if (!encoder.TryEncode(in made, _native.InstructionAddress, out _, out _))
            {
                return false;
            }

            bytes = stream.ToArray();
            Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes));
            decoder.IP = _native.InstructionAddress;
            decoder.Decode(out instruction);
            return !instruction.IsInvalid;
        }

        /// <summary>Random registers and memory, with the addresses of this instruction inside the data.</summary>
        private bool Prepare(in Instruction instruction)
        {
            NativeState* state = _native.State;
            for (int i = 0; i < 16; i++)
            {
                state->Gpr[i] = RandomValues.Next(_random);
                (state->XmmParts[2 * i], state->XmmParts[(2 * i) + 1]) = RandomValues.NextVector(_random);
            }

            state->Flags = ((ulong)_random.Next() & 0x8D5) | 0x202 | (_random.Next(4) == 0 ? 0x400u : 0);
            state->Gpr[4] = _native.DataAddress + NativeProcessor.StackOffset;
            _random.NextBytes(_native.Data[..0x3000]);
            bool isString = instruction.Op0Kind is OpKind.MemoryESRDI or OpKind.MemorySegRSI
                || instruction.Op1Kind is OpKind.MemoryESRDI or OpKind.MemorySegRSI;
            if (isString)
            {
                state->Gpr[6] = Target(64, false);
                state->Gpr[7] = _random.Next(2) == 0 ? Target(64, false) : state->Gpr[6] + (ulong)_random.Next(-24, 24);
                state->Gpr[1] = (ulong)_random.Next(40);
                if (_random.Next(2) == 0)
                {
                    _native.Data[..0x3000].Fill((byte)state->Gpr[0]);
                }
            }

            if (HasMemory(in instruction))
            {
                PlaceMemory(in instruction, state);
            }

            if (instruction.Mnemonic is Mnemonic.Div or Mnemonic.Idiv && _random.Next(3) > 0)
            {
                // Quotients that fit are rare otherwise.
                state->Gpr[2] = instruction.Mnemonic == Mnemonic.Idiv && (long)state->Gpr[0] < 0 ? ulong.MaxValue : 0;
            }

            if (instruction.Mnemonic is Mnemonic.Shld or Mnemonic.Shrd && instruction.Op1Register.GetSize() == 2)
            {
                // Beyond the width the result is undefined.
                if (instruction.Op2Kind == OpKind.Immediate8 && (instruction.Immediate8 & 31) > 16)
                {
                    return false;
                }

                bool usesCl = instruction.Op2Kind == OpKind.Register && !UsesRcx(in instruction);
                state->Gpr[1] = usesCl ? (ulong)_random.Next(17) : state->Gpr[1];
                if (instruction.Op2Kind == OpKind.Register && (state->Gpr[1] & 31) > 16)
                {
                    return false;
                }
            }

            _native.Data.CopyTo(_bus.At(_native.DataAddress, NativeProcessor.DataBytes));
            return true;
        }

        private void PlaceMemory(in Instruction instruction, NativeState* state)
        {
            ulong target = Target(instruction.MemorySize.GetSize(), instruction.MemorySize.GetSize() == 16);
            if (instruction.Mnemonic is Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc && instruction.Op1Kind == OpKind.Register)
            {
                state->Gpr[instruction.Op1Register.GetNumber()] = (ulong)_random.Next(-4000, 4000);
            }

            if (instruction.Mnemonic == Mnemonic.Xlatb)
            {
                state->Gpr[3] = target;
                return;
            }

            int based = instruction.MemoryBase.GetNumber();
            if (instruction.MemoryIndex != Iced.Intel.Register.None)
            {
                int index = instruction.MemoryIndex.GetNumber();
                bool bitIndex = instruction.Op1Kind == OpKind.Register && instruction.Op1Register.GetFullRegister() == instruction.MemoryIndex;
                if (!bitIndex && index != 4)
                {
                    state->Gpr[index] = (ulong)_random.Next(-100, 100);
                }

                target -= state->Gpr[index] * (ulong)instruction.MemoryIndexScale;
            }

            state->Gpr[based] = target - instruction.MemoryDisplacement64;
        }

        private static bool UsesRcx(in Instruction instruction) =>
            instruction.MemoryBase == Iced.Intel.Register.RCX || instruction.MemoryIndex == Iced.Intel.Register.RCX;

        private ulong Target(int size, bool aligned)
        {
            ulong offset = _random.Next(3) == 0 ? (ulong)(0x1000 - _random.Next(1, size + 1)) : (ulong)_random.Next(0x800, 0x1800);
            return _native.DataAddress + (aligned ? offset & ~15ul : offset);
        }

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

        private ProcessorExit Emulate(byte[] bytes)
        {
            NativeState* state = _native.State;
            Span<byte> code = _bus.At(_native.InstructionAddress, bytes.Length + 1);
            bytes.CopyTo(code);
            code[^1] = 0xF4;
            _processor.InvalidateCode(_native.InstructionAddress, 16);
            for (int i = 0; i < 16; i++)
            {
                _processor[(Register)i] = state->Gpr[i];
                _processor.SetXmm(i, state->Xmm(i));
            }

            _processor.Rflags = state->Flags;
            _processor.Rip = _native.InstructionAddress;
            return _processor.Run(1000);
        }

        private string Differences(in Instruction instruction)
        {
            NativeState* state = _native.State;
            StringBuilder text = new();
            for (int i = 0; i < 16; i++)
            {
                if (_processor[(Register)i] != state->Gpr[i])
                {
                    text.Append(CultureInfo.InvariantCulture, $" {(Register)i}: host {state->Gpr[i]:X}, ours {_processor[(Register)i]:X};");
                }

                if (!SameVector(in instruction, _processor.GetXmm(i), state->Xmm(i)))
                {
                    text.Append(CultureInfo.InvariantCulture, $" XMM{i}: host {state->Xmm(i).AsUInt32()}, ours {_processor.GetXmm(i).AsUInt32()};");
                }
            }

            ulong tested = TestedFlags & ~UndefinedFlags.Of(in instruction);
            if (((_processor.Rflags ^ state->Flags) & tested) != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" flags: host {state->Flags & tested:X}, ours {_processor.Rflags & tested:X};");
            }

            int differs = _native.Data[..0x3000].CommonPrefixLength(_bus.At(_native.DataAddress, 0x3000));
            if (differs != 0x3000)
            {
                text.Append(CultureInfo.InvariantCulture, $" memory at {differs:X}: host {_native.Data[differs]:X2}, ours {_bus.At(_native.DataAddress, 0x3000)[differs]:X2};");
            }

            return text.ToString();
        }

        // Processors differ in the order in which these add, and so in which of two NaNs comes out.
        private static bool SameVector(in Instruction instruction, Vector128<byte> ours, Vector128<byte> host) => instruction.Mnemonic switch
        {
            Mnemonic.Dpps or Mnemonic.Haddps => Vector128.EqualsAll(WithoutPayload(ours.AsSingle()).AsUInt32(), WithoutPayload(host.AsSingle()).AsUInt32()),
            Mnemonic.Dppd or Mnemonic.Haddpd => Vector128.EqualsAll(WithoutPayload(ours.AsDouble()).AsUInt64(), WithoutPayload(host.AsDouble()).AsUInt64()),
            _ => ours == host,
        };

        private static Vector128<T> WithoutPayload<T>(Vector128<T> value) =>
            Vector128.ConditionalSelect(Vector128.Equals(value, value), value, Vector128<T>.AllBitsSet);

        private static string Describe(in Instruction instruction, in NativeState before, string text)
        {
            StringBuilder line = new();
            line.Append(CultureInfo.InvariantCulture, $"{instruction.Code} ({instruction}):{text} before: flags {before.Flags:X}");
            for (int i = 0; i < 16; i++)
            {
                line.Append(CultureInfo.InvariantCulture, $" {(Register)i}={before.Gpr[i]:X}");
            }

            return line.ToString();
        }
    }
}
