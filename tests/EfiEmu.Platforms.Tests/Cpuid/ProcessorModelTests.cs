using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Cpuid;

public sealed class ProcessorModelTests
{
    // Executed, and not reported before paging knows of it.
    private const InstructionFeatures NotReported = InstructionFeatures.Smap;

    public static TheoryData<string> Features => [.. ProcessorModel.FeatureNames];

    [Fact]
    public void Default_Instructions_AreWhatCpuidReportsAndNothingElse()
    {
        Assert.Equal(InstructionFeatures.All & ~NotReported, ProcessorModel.Default.Instructions);
        InstructionFeatures[] named = [.. ProcessorFeatures.All.Select(f => f.Instructions).Where(i => i != InstructionFeatures.None)];
        Assert.Equal(named.Distinct().Count(), named.Length);
    }

    [Theory]
    [MemberData(nameof(Features))]
    public void Feature_TakenAway_IsGoneFromCpuidWithItsInstructionsAndNothingElse(string name)
    {
        ProcessorModel model = Parse($"default,-{name}");
        ProcessorFeature feature = ProcessorFeatures.All.Single(f => f.Name == name);

        Assert.Equal($"default,-{name}", model.Name);
        Assert.Equal(ProcessorModel.Default.Instructions & ~feature.Instructions, model.Instructions);
        foreach (uint leaf in (uint[])[0, 1, 7, 0x80000000, 0x80000001, 0x80000007, 0x80000008])
        {
            CpuidResult before = PlainCpuid.Answer(leaf, 0);
            CpuidResult after = model.Masked(leaf, 0, before);
            uint bit = leaf == feature.Leaf ? 1u << feature.Bit : 0;
            uint repeated = leaf == 0x80000001 && feature.Leaf == 1 && feature.Register == CpuidRegister.Edx
                ? (1u << feature.Bit) & ProcessorFeatures.AmdRepeatedEdx : 0;
            Assert.Equal(before.Eax, after.Eax);
            Assert.Equal(feature.Register == CpuidRegister.Ebx ? bit : 0, before.Ebx ^ after.Ebx);
            Assert.Equal(feature.Register == CpuidRegister.Ecx ? bit : 0, before.Ecx ^ after.Ecx);
            Assert.Equal((feature.Register == CpuidRegister.Edx ? bit : 0) | repeated, before.Edx ^ after.Edx);
        }
    }

    [Theory]
    [InlineData("default", "default")]
    [InlineData("default,-bmi2,+bmi2", "default")]
    [InlineData("default,-rdrand,-bmi2", "default,-rdrand,-bmi2")]
    [InlineData("default,-bmi2,-rdrand", "default,-rdrand,-bmi2")]
    [InlineData("x86-64-v2,+popcnt", "x86-64-v2")]
    [InlineData("x86-64,+popcnt", "x86-64,+popcnt")]
    public void Name_OfAModel_IsTheShortestThatMakesIt(string text, string name) => Assert.Equal(name, Parse(text).Name);

    [Theory]
    [InlineData("", "unknown ''; there are default, x86-64, x86-64-v2")]
    [InlineData("pentium", "unknown 'pentium'; there are default, x86-64, x86-64-v2")]
    [InlineData("default,", "unknown ''; after the name come + or - and one of pni, ")]
    [InlineData("default,bmi2", "unknown 'bmi2'; after the name come + or - and one of pni, ")]
    [InlineData("default,+avx", "unknown '+avx'; after the name come + or - and one of pni, ")]
    [InlineData("default,-", "unknown '-'; after the name come + or - and one of pni, ")]
    public void Name_ThatIsNone_IsRefusedInOneLine(string text, string expected)
    {
        Assert.False(ProcessorModel.TryParse(text, out _, out string? fault));
        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault);
    }

    [Fact]
    public void Baseline_OfX8664_HasSse2AndMmxButNothingOfLevel2()
    {
        InstructionFeatures has = Parse("x86-64").Instructions;

        Assert.True(has.HasFlag(InstructionFeatures.Mmx | InstructionFeatures.Sse2 | InstructionFeatures.Cmov | InstructionFeatures.Syscall));
        Assert.Equal(InstructionFeatures.None, has & (InstructionFeatures.Sse3 | InstructionFeatures.Popcnt | InstructionFeatures.Cx16 | InstructionFeatures.Bmi1));
    }

    [Fact]
    public void LaunchPages_OfSevSnp_TellTheGuestOfTheSameProcessor()
    {
        ReadOnlySpan<byte> page = LaunchPages.Cpuid(Parse("default,-rdrand")).Span;
        ReadOnlySpan<byte> whole = LaunchPages.Cpuid(ProcessorModel.Default).Span;

        // The second entry is leaf 1, its ECX at 32.
        int ecx = 16 + 48 + 32;
        Assert.Equal(1u << 30, BitConverter.ToUInt32(page[ecx..]) ^ BitConverter.ToUInt32(whole[ecx..]));
    }

    [Theory]
    [InlineData("default", MachineExitKind.Halted)]
    [InlineData("default,-popcnt", MachineExitKind.Fault)]
    public void Machine_OfAModel_ExecutesWhatTheModelHas(string name, MachineExitKind expected)
    {
        using var machine = new Machine(
            TestLayouts.Platform("plain"), TestLayouts.TwoBlocks, new MachineOptions { Processor = Parse(name) });
        ulong address = TestLayouts.TwoBlocks.Spaces.First(s => s.Type == GcdMemoryType.SystemMemory && s.Range.Start > 0).Range.Start;

        // POPCNT EAX, EAX; HLT.
        machine.Memory.Write(new GuestAddress(address), [0xF3, 0x0F, 0xB8, 0xC0, 0xF4]);
        machine.Rip = new GuestAddress(address);
        Assert.Equal(expected, machine.Run(10).Kind);
    }

    private static ProcessorModel Parse(string text) =>
        ProcessorModel.TryParse(text, out ProcessorModel? model, out string? fault) ? model : throw new InvalidOperationException(fault);
}
