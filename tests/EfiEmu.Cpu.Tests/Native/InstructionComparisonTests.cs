using System.Globalization;
using Iced.Intel;
using Xunit.Abstractions;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Each instruction form that the processor executes, against the host's own processor.</summary>
public sealed class InstructionComparisonTests(ITestOutputHelper output)
{
    // A nightly run asks for 1000 with this variable. The usual number is for a slice that takes a minute or so.
    private const string CasesVariable = "EFIEMU_INSTRUCTION_CASES";
    private const int UsualCases = 300;
    private const int Slices = 4;

    // Host code is made of each case.
    private const int CasesPerTranslatedCase = 15;
    private const int ShownFailures = 30;

    public static TheoryData<string, int> TiersAndSlices
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string tier in ExecutionTiers.All.Keys)
            {
                for (int slice = 0; slice < Slices; slice++)
                {
                    data.Add(tier, slice);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(TiersAndSlices))]
    public void Instruction_RandomOperandsAndPlaces_LeavesTheStateThatTheHostProcessorLeaves(string tier, int slice)
    {
        if (!NativeProcessor.IsAvailable)
        {
            output.WriteLine("skipped: the host is not x86-64 Linux; the recorded vectors are replayed instead");
            return;
        }

        int cases = int.Parse(Environment.GetEnvironmentVariable(CasesVariable) ?? UsualCases.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        cases = tier == ExecutionTiers.Translator && cases <= UsualCases ? Math.Max(1, cases / CasesPerTranslatedCase) : cases;
        using NativeProcessor native = new();
        NativeEngine host = new(native);
        using EmulatedEngine ours = new(native.Plan, ExecutionTiers.All[tier]);
        CaseGenerator generator = new(native.Plan, native.FsBase, NativeProcessor.SetsSegmentBases);
        int codes = 0;
        long compared = 0;
        List<string> failures = [];
        foreach (Code code in InstructionForms.Comparable)
        {
            if ((int)code % Slices != slice || !HostFeatures.Has(code))
            {
                continue;
            }

            int here = Compare(code, cases, generator, host, ours, failures);
            codes += here > 0 ? 1 : 0;
            compared += here;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{codes} forms, {compared} instructions compared, {failures.Count} forms differ"));
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(ShownFailures)));
        Assert.InRange(codes, 100, int.MaxValue);
    }

    private static int Compare(Code code, int cases, CaseGenerator generator, NativeEngine host, EmulatedEngine ours, List<string> failures)
    {
        int compared = 0;
        for (int number = 0; number < cases; number++)
        {
            if (generator.Make(code, number) is not { } made)
            {
                continue;
            }

            InstructionState emulated = ours.Run(made);
            if (ours.Exit.Kind == ProcessorExitKind.NotModelled)
            {
                return compared;
            }

            compared++;
            InstructionState native = host.Run(made);
            if (!StateComparison.Agree(made, emulated, native))
            {
                failures.Add(string.Create(CultureInfo.InvariantCulture, $"case {number}: ") + StateComparison.Describe(made, emulated, native));
                return compared;
            }
        }

        return compared;
    }
}
