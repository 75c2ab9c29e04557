using EfiEmu.Cpu.Tests.Native;
using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>
/// Random loops over memory, some of which fault, rewrite themselves or run out of budget: whatever executes them leaves the same
/// registers, flags, memory and instruction count, at each of many stops.
/// </summary>
public sealed class TierTests
{
    private const int Programs = 60;
    private const int Instructions = 24;
    private const int Stops = 12;

    private static readonly Code[] Forms =
    [
        Code.Add_rm64_r64, Code.Add_rm32_r32, Code.Add_r8_rm8, Code.Sub_rm64_r64, Code.Sub_r32_rm32, Code.Adc_r64_rm64, Code.Sbb_r32_rm32,
        Code.And_rm32_r32, Code.Or_r64_rm64, Code.Xor_rm8_r8, Code.Xor_r32_rm32, Code.Cmp_r64_rm64, Code.Cmp_rm8_r8, Code.Test_rm32_r32,
        Code.Mov_rm64_r64, Code.Mov_r64_rm64, Code.Mov_r32_rm32, Code.Mov_rm8_r8, Code.Mov_r8_rm8, Code.Mov_rm16_r16, Code.Movzx_r32_rm8, Code.Mov_rm8_imm8,
        Code.Movsx_r64_rm16, Code.Movsxd_r64_rm32, Code.Lea_r64_m, Code.Imul_r64_rm64, Code.Imul_r32_rm32_imm8, Code.Shl_rm64_imm8,
        Code.Shr_rm32_imm8, Code.Sar_rm64_imm8, Code.Shr_rm16_imm8, Code.Shl_rm32_CL, Code.Shr_rm64_CL, Code.Rol_rm64_imm8, Code.Neg_rm64,
        Code.Not_rm32, Code.Inc_rm64, Code.Dec_rm32, Code.Bswap_r64, Code.Cmovb_r64_rm64, Code.Cmovle_r32_rm32, Code.Sete_rm8, Code.Setg_rm8,
        Code.Bt_rm64_r64, Code.Movdqu_xmm_xmmm128, Code.Paddd_xmm_xmmm128, Code.Stosb_m8_AL, Code.Popcnt_r64_rm64, Code.Xadd_rm64_r64,
    ];

    [Theory]
    [InlineData(ExecutionTiers.Translator, 1)]
    [InlineData(ExecutionTiers.Translator, 2)]
    [InlineData(ExecutionTiers.Concurrent, 3)]
    public void Loops_InAnotherTier_LeaveTheSameStateAndCountAtEachStop(string tier, int seed)
    {
        CaseRandom random = new((ulong)seed);
        for (int program = 0; program < Programs; program++)
        {
            byte[] code = Make(random);
            ulong[] values = [.. Enumerable.Range(0, 16).Select(_ => random.NextBits())];
            int[] budgets = [.. Enumerable.Range(0, Stops).Select(_ => random.Next(8) == 0 ? 7 : 1000 + random.Next(tier == ExecutionTiers.Concurrent ? 3_000_000 : 40_000))];
            IEnumerable<string> expected = Run(ExecutionTiers.Interpreter, code, values, budgets);
            IEnumerable<string> actual = Run(tier, code, values, budgets);
            Assert.True(expected.SequenceEqual(actual), $"program {program}: {Convert.ToHexString(code)}\n{string.Join('\n', expected.Zip(actual).Where(pair => pair.First != pair.Second).Take(1))}");
        }
    }

    [Theory]
    [InlineData(ExecutionTiers.Translator)]
    [InlineData(ExecutionTiers.Concurrent)]
    public void Repetition_ThatNearlySpendsTheBudget_StopsWhereTheInterpreterStops(string tier)
    {
        for (int budget = 4600; budget < 4760; budget++)
        {
            Assert.Equal(Repeat(ExecutionTiers.Interpreter, budget), Repeat(tier, budget));
        }
    }

    /// <summary>Where a loop stops whose long repetition takes most of each budget, and whose other blocks take the rest.</summary>
    private static string Repeat(string tier, int budget)
    {
        const ulong Room = 0x50_0000;
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        machine.Bus.Map(Room, 36);
        machine.Load(c =>
        {
            Label top = c.CreateLabel();
            c.Label(ref top);
            c.mov(AssemblerRegisters.rdi, Room);
            c.mov(AssemblerRegisters.ecx, 140_000);
            c.rep.stosb();
            for (int block = 0; block < 12; block++)
            {
                Label next = c.CreateLabel();
                c.test(AssemblerRegisters.rdx, AssemblerRegisters.rdx);
                c.jne(next);
                c.inc(AssemblerRegisters.rbx);
                c.Label(ref next);
            }

            c.jmp(top);
        });
        machine.Processor[Register.Rdx] = 0;
        return StateOf(machine, machine.Processor.Run((ulong)budget));
    }

    private static List<string> Run(string tier, byte[] code, ulong[] values, int[] budgets)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        code.CopyTo(machine.Bus.At(Machine.Code, code.Length));
        Processor processor = machine.Processor;
        for (int i = 0; i < 16; i++)
        {
            processor[(Register)i] = values[i];
        }

        processor[Register.Rsp] = Machine.Stack - 0x100;
        processor[Register.Rbp] = Machine.Data + 0x800;
        List<string> states = [];
        foreach (int budget in budgets)
        {
            ProcessorExit exit = processor.Run((ulong)budget);
            states.Add(StateOf(machine, exit));
            if (exit.Kind != ProcessorExitKind.BudgetExhausted)
            {
                break;
            }
        }

        return states;
    }

    private static string StateOf(Machine machine, ProcessorExit exit)
    {
        Processor processor = machine.Processor;
        string registers = string.Join(' ', Enumerable.Range(0, 16).Select(i => processor[(Register)i].ToString("X")));
        string vectors = string.Join(' ', Enumerable.Range(0, 16).Select(i => processor.GetXmm(i).ToString()));
        string memory = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(machine.Bus.At(Machine.Data, 0x2000)))
            + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(machine.Bus.At(Machine.Stack - 0x1000, 0x1000)));
        return $"{exit} RIP {processor.Rip:X} flags {processor.Rflags:X} {processor.InstructionsRetired} instructions: {registers} {vectors} {memory}";
    }

    /// <summary>A loop: instructions with jumps forward between them, a call, and a jump back that never ends by itself.</summary>
    private static byte[] Make(CaseRandom random)
    {
        Assembler assembler = new(64);
        Label top = assembler.CreateLabel();
        Label function = assembler.CreateLabel();
        assembler.Label(ref top);
        Label[] later = [.. Enumerable.Range(0, 6).Select(_ => assembler.CreateLabel())];
        for (int i = 0; i < Instructions; i++)
        {
            if (i % 4 == 3)
            {
                assembler.Label(ref later[i / 4]);
            }

            assembler.AddInstruction(One(random));
            if (i % 4 == 1)
            {
                Jump(assembler, random.Next(8), later[Math.Min(later.Length - 1, (i / 4) + random.Next(2))]);
            }
        }

        // Memory is reached from RBP alone, which now and then moves towards the end of what is mapped.
        assembler.call(function);
        assembler.jmp(top);
        assembler.Label(ref function);
        assembler.push(AssemblerRegisters.rax);
        assembler.AddInstruction(One(random));
        assembler.pop(AssemblerRegisters.rdx);
        assembler.add(AssemblerRegisters.rbp, random.Next(4) == 0 ? 1 : 0);
        assembler.ret();
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), Machine.Code);
        return stream.ToArray();
    }

    private static void Jump(Assembler assembler, int condition, Label to)
    {
        switch (condition)
        {
            case 0:
                assembler.je(to);
                break;
            case 1:
                assembler.jb(to);
                break;
            case 2:
                assembler.jle(to);
                break;
            case 3:
                assembler.ja(to);
                break;
            case 4:
                assembler.js(to);
                break;
            case 5:
                assembler.jo(to);
                break;
            case 6:
                assembler.jp(to);
                break;
            default:
                assembler.jge(to);
                break;
        }
    }

    /// <summary>A random instruction that has an encoding: AH has none beside R8.</summary>
    private static Instruction One(CaseRandom random)
    {
        using MemoryStream nowhere = new();
        Encoder encoder = Encoder.Create(64, new StreamCodeWriter(nowhere));
        for (;;)
        {
            Instruction made = Any(random);
            if (encoder.TryEncode(in made, Machine.Code, out _, out _))
            {
                return made;
            }
        }
    }

    private static Instruction Any(CaseRandom random)
    {
        Code code = Forms[random.Next(Forms.Length)];
        if (code == Code.Stosb_m8_AL)
        {
            return Instruction.CreateStosb(64);
        }

        OpCodeInfo info = code.ToOpCode();
        Instruction instruction = new() { Code = code };
        for (int operand = 0; operand < info.OpCount; operand++)
        {
            string kind = info.GetOpKind(operand).ToString();
            if (kind == "mem" || (kind.Contains("_or_mem", StringComparison.Ordinal) && random.Next(2) == 0))
            {
                instruction.SetOpKind(operand, OpKind.Memory);
                instruction.MemoryBase = Iced.Intel.Register.RBP;
                instruction.MemoryDisplSize = 8;
                instruction.MemoryDisplacement64 = (ulong)random.Next(0x900);
            }
            else if (kind.StartsWith("imm", StringComparison.Ordinal))
            {
                instruction.SetOpKind(operand, kind.Contains("sex32", StringComparison.Ordinal) ? OpKind.Immediate8to32 : OpKind.Immediate8);
                instruction.Immediate8 = (byte)random.Next(64);
            }
            else
            {
                instruction.SetOpKind(operand, OpKind.Register);
                instruction.SetOpRegister(operand, RegisterOf(kind, random));
            }
        }

        return instruction;
    }

    // Neither RSP nor RBP nor RDI, the last so that STOSB faults soon or never.
    private static Iced.Intel.Register RegisterOf(string kind, CaseRandom random)
    {
        int number = new[] { 0, 1, 2, 3, 6, 8, 9, 10, 11 }[random.Next(9)];
        return kind.Split('_')[0] switch
        {
            "r8" => Iced.Intel.Register.AL + random.Next(8),
            "r16" => Iced.Intel.Register.AX + number,
            "r32" => Iced.Intel.Register.EAX + number,
            "r64" => Iced.Intel.Register.RAX + number,
            "cl" => Iced.Intel.Register.CL,
            "xmm" => Iced.Intel.Register.XMM0 + number,
            _ => throw new NotSupportedException(kind),
        };
    }
}
