using System.Globalization;
using Iced.Intel;
using Xunit.Abstractions;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>
/// Runs of register instructions with forward jumps between them, against the host's own processor: what single instructions
/// cannot show, such as flags that an earlier instruction left, fused jumps and flags that were not computed.
/// </summary>
public sealed class SequenceComparisonTests(ITestOutputHelper output)
{
    private const int Length = 14;

    // AF alone is undefined after some of them, and none of them reads it.
    private const ulong TestedFlags = 0xCC5;

    private static readonly Mnemonic[] Used =
    [
        Mnemonic.Add, Mnemonic.Or, Mnemonic.And, Mnemonic.Sub, Mnemonic.Xor, Mnemonic.Cmp, Mnemonic.Test, Mnemonic.Adc,
        Mnemonic.Sbb, Mnemonic.Inc, Mnemonic.Dec, Mnemonic.Neg, Mnemonic.Not, Mnemonic.Mov, Mnemonic.Movzx, Mnemonic.Movsx,
        Mnemonic.Movsxd, Mnemonic.Lea, Mnemonic.Cmove, Mnemonic.Cmovb, Mnemonic.Cmovl, Mnemonic.Cmovs, Mnemonic.Cmovo,
        Mnemonic.Cmovp, Mnemonic.Cmova, Mnemonic.Cmovg, Mnemonic.Sete, Mnemonic.Setb, Mnemonic.Setg, Mnemonic.Seto,
        Mnemonic.Setp, Mnemonic.Setbe, Mnemonic.Setns, Mnemonic.Xchg, Mnemonic.Bswap, Mnemonic.Popcnt, Mnemonic.Shlx,
        Mnemonic.Shrx, Mnemonic.Sarx, Mnemonic.Cmp, Mnemonic.Test, Mnemonic.Cmp, Mnemonic.Sub, Mnemonic.Dec, Mnemonic.And,
    ];

    [Theory]
    [InlineData(ExecutionTiers.Interpreter, 1, 6000)]
    [InlineData(ExecutionTiers.Interpreter, 2, 6000)]
    [InlineData(ExecutionTiers.Translator, 3, 2000)]
    [InlineData(ExecutionTiers.Translator, 4, 2000)]
    public void Sequence_RandomInstructionsAndJumps_LeavesTheStateThatTheHostProcessorLeaves(string tier, int seed, int sequences)
    {
        if (!NativeProcessor.IsAvailable)
        {
            output.WriteLine("skipped: the host is not x86-64 Linux");
            return;
        }

        CaseRandom random = new((ulong)seed);
        using NativeProcessor processor = new();
        InstructionGenerator generator = new(random, processor.Plan);
        ILookup<Mnemonic, Code> codes = InstructionForms.Comparable.ToLookup(code => code.Mnemonic());
        NativeEngine native = new(processor);
        using EmulatedEngine emulated = new(processor.Plan, ExecutionTiers.All[tier]);
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            byte[] bytes = Make(random, generator, codes, processor.Plan.Instruction);
            InstructionState before = new() { Rip = processor.Plan.Instruction, Flags = (random.NextBits() & 0x8D5) | 0x202, Mxcsr = 0x1F80 };
            for (int i = 0; i < 16; i++)
            {
                before.Gpr[i] = i == 4 ? processor.Plan.Stack : RandomValues.Next(random);
            }

            InstructionCase made = new(bytes, default, before);
            InstructionState ours = emulated.Run(made);
            InstructionState host = native.Run(made);
            string where = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, sequence {sequence}: {Convert.ToHexString(bytes)}");
            Assert.True(emulated.Exit.Kind == ProcessorExitKind.Halt, $"{where}: {emulated.Exit}");
            for (int i = 0; i < 16; i++)
            {
                Assert.True(host.Gpr[i] == ours.Gpr[i], $"{where}: {(Register)i}");
            }

            Assert.True(((host.Flags ^ ours.Flags) & TestedFlags) == 0, $"{where}: flags");
        }
    }

    private static byte[] Make(CaseRandom random, InstructionGenerator generator, ILookup<Mnemonic, Code> codes, ulong address)
    {
        List<byte> bytes = [];
        for (int unit = 0; unit < Length; unit++)
        {
            bool jumped = random.Next(3) == 0;
            ulong at = address + (ulong)(bytes.Count + (jumped ? 2 : 0));
            byte[] instruction = MakeOne(random, generator, codes, at);
            if (jumped)
            {
                bytes.Add((byte)(0x70 + random.Next(16)));
                bytes.Add((byte)instruction.Length);
            }

            bytes.AddRange(instruction);
        }

        return [.. bytes];
    }

    private static byte[] MakeOne(CaseRandom random, InstructionGenerator generator, ILookup<Mnemonic, Code> codes, ulong address)
    {
        while (true)
        {
            Code[] choices = [.. codes[Used[random.Next(Used.Length)]]];
            if (!generator.TryMake(choices[random.Next(choices.Length)], address, out Instruction instruction)
                || (instruction.Mnemonic != Mnemonic.Lea && HasMemory(in instruction))
                || UsesStack(in instruction))
            {
                continue;
            }

            using MemoryStream stream = new();
            if (Encoder.Create(64, new StreamCodeWriter(stream)).TryEncode(in instruction, address, out _, out _))
            {
                return stream.ToArray();
            }
        }
    }

    private static bool HasMemory(in Instruction instruction) =>
        instruction.Op0Kind == OpKind.Memory || instruction.Op1Kind == OpKind.Memory || instruction.Op2Kind == OpKind.Memory;

    private static bool UsesStack(in Instruction instruction) =>
        instruction.Op0Kind == OpKind.Register && instruction.Op0Register.GetFullRegister() == Iced.Intel.Register.RSP;
}
