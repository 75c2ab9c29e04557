using EfiEmu.Cpu.Operations;
using EfiEmu.Cpu.Tests.Native;
using Iced.Intel;
using Xunit.Abstractions;

namespace EfiEmu.Cpu.Tests;

/// <summary>Every form of every instruction set that the processor has is executed, or stands in a list with a reason.</summary>
public sealed class InstructionInventoryTests(ITestOutputHelper output)
{
    // Each row: a reason, and the codes that stop a run by name because of it.
    private static readonly (string Reason, string[] Codes)[] Exceptions =
    [
        ("needs code at privilege level 3, which does not exist here", ["Syscall", "Sysretd", "Sysretq", "Sysenter", "Sysexitd", "Sysexitq"]),
        ("changes how addresses are translated or what may be touched, which is with paging", ["Lmsw_rm16", "Lmsw_r32m16", "Lmsw_r64m16"]),
        ("string input and output: no device of the machine has any use for it", ["Insb_m8_DX", "Insw_m16_DX", "Insd_m32_DX", "Outsb_DX_m8", "Outsw_DX_m16", "Outsd_DX_m32"]),
        ("there are no performance counters", ["Rdpmc"]),
        ("an encoding of FSTP that no manual documents and processors execute differently", ["Fstpnce_sti"]),
        ("branches with an operand-size prefix: AMD cuts RIP to 16 bits, Intel ignores the prefix, and no compiler emits them",
        [
            "Jo_rel8_16", "Jno_rel8_16", "Jb_rel8_16", "Jae_rel8_16", "Je_rel8_16", "Jne_rel8_16", "Jbe_rel8_16", "Ja_rel8_16", "Js_rel8_16",
            "Jns_rel8_16", "Jp_rel8_16", "Jnp_rel8_16", "Jl_rel8_16", "Jge_rel8_16", "Jle_rel8_16", "Jg_rel8_16", "Jo_rel16", "Jno_rel16",
            "Jb_rel16", "Jae_rel16", "Je_rel16", "Jne_rel16", "Jbe_rel16", "Ja_rel16", "Js_rel16", "Jns_rel16", "Jp_rel16", "Jnp_rel16",
            "Jl_rel16", "Jge_rel16", "Jle_rel16", "Jg_rel16", "Call_rel16", "Jmp_rel16", "Jmp_rel8_16",
            "Loopne_rel8_16_ECX", "Loopne_rel8_16_RCX", "Loope_rel8_16_ECX", "Loope_rel8_16_RCX", "Loop_rel8_16_ECX",
            "Loop_rel8_16_RCX", "Jecxz_rel8_16", "Jrcxz_rel8_16",
        ]),
    ];

    [Fact]
    public void EveryForm_OfTheSetsThatTheProcessorHas_ExecutesOrHasAReasonNotTo()
    {
        HashSet<string> excepted = [.. Exceptions.SelectMany(row => row.Codes)];
        List<string> missing = [];
        List<string> needless = [];
        int executed = 0;
        foreach (Code code in Forms(InstructionFeatures.All))
        {
            bool executes = Kind(code, InstructionFeatures.All) != ProcessorExitKind.NotModelled;
            executed += executes ? 1 : 0;
            string name = code.ToString();
            if (!executes && !excepted.Contains(name))
            {
                missing.Add(name);
            }
            else if (executes && excepted.Contains(name))
            {
                needless.Add(name);
            }
        }

        output.WriteLine($"{executed} forms execute; {excepted.Count} are excepted");
        Assert.True(missing.Count == 0, string.Join(' ', missing));
        Assert.True(needless.Count == 0, "excepted without need: " + string.Join(' ', needless));
        Assert.InRange(executed, 1300, int.MaxValue);
    }

    public static TheoryData<InstructionFeatures> Features =>
        [.. Enum.GetValues<InstructionFeatures>().Where(feature => feature is not (InstructionFeatures.None or InstructionFeatures.All))];

    [Theory]
    [MemberData(nameof(Features))]
    public void Feature_TakenAway_TakesItsInstructionsAndNoOther(InstructionFeatures feature)
    {
        InstructionFeatures rest = InstructionFeatures.All & ~feature;
        List<string> wrong = [];
        int gone = 0;
        foreach (Code code in Forms(InstructionFeatures.All))
        {
            bool needs = code.CpuidFeatures().Any(f => FeatureGate.Of(f) == feature)
                || (feature == InstructionFeatures.LahfLm && code.Mnemonic() is Mnemonic.Lahf or Mnemonic.Sahf && feature == InstructionFeatures.LahfLm);
            Instruction with = Seen(code, InstructionFeatures.All);
            Instruction without = Seen(code, rest);
            bool changed = with.Code != without.Code;
            bool right = with.Mnemonic == Mnemonic.INVALID || !needs ? !changed
                : code.Mnemonic() switch
                {
                    Mnemonic.Lzcnt => without.Mnemonic == Mnemonic.Bsr,
                    Mnemonic.Tzcnt => without.Mnemonic == Mnemonic.Bsf,
                    _ => without.Mnemonic == Mnemonic.INVALID,
                };
            gone += changed ? 1 : 0;
            if (!right)
            {
                wrong.Add(code.ToString());
            }
        }

        Assert.Empty(wrong);
        Assert.InRange(gone, 1, int.MaxValue);
    }

    [Fact]
    public void Form_OfASetThatNoProcessorOfOursHas_IsUndefinedOrWhatItsBytesMeantBefore()
    {
        Code[] foreign = [.. Enum.GetValues<Code>().Where(code => InstructionForms.Exists(code) && code.CpuidFeatures().Any(f => FeatureGate.Of(f) is null))];
        Code[] executing = [.. foreign.Where(code => Seen(code, InstructionFeatures.All).Mnemonic is not (Mnemonic.INVALID or Mnemonic.Nop))];

        Assert.InRange(foreign.Length, 500, int.MaxValue);
        Assert.All(executing, code => Assert.Contains(code.Mnemonic(), new[] { Mnemonic.Wbnoinvd, Mnemonic.Vmcall, Mnemonic.Vmmcall }));
    }

    private static IEnumerable<Code> Forms(InstructionFeatures features) => Enum.GetValues<Code>().Where(code =>
        InstructionForms.Exists(code) && !code.ToOpCode().Fwait
        && code.CpuidFeatures().All(feature => FeatureGate.Of(feature) is { } needed && features.HasFlag(needed)));

    private static Instruction Seen(Code code, InstructionFeatures features)
    {
        Instruction instruction = new() { Code = code };
        new FeatureGate(features).Apply(ref instruction);
        return instruction;
    }

    /// <summary>How the processor takes a form: its first case, or the bare code where no case can be made.</summary>
    private static ProcessorExitKind Kind(Code code, InstructionFeatures features)
    {
        var generator = new CaseGenerator(MemoryPlan.At(0), fsBase: 0, usesGs: true);
        for (int number = 0; number < 4; number++)
        {
            if (generator.Make(code, number) is { } made)
            {
                using EmulatedEngine engine = new(MemoryPlan.At(0), bus => new Processor(bus) { Features = features });
                _ = engine.Run(made);
                Instruction seen = made.Instruction;
                if (engine.Exit.Kind == ProcessorExitKind.NotModelled && InstructionSet.Find(in seen) is null)
                {
                    return ProcessorExitKind.NotModelled;
                }
            }
        }

        Instruction instruction = Seen(code, features);
        return InstructionSet.StopOf(in instruction)?.Kind == ProcessorExitKind.NotModelled && generator.Make(code, 0) is null
            ? ProcessorExitKind.NotModelled
            : ProcessorExitKind.Halt;
    }
}
