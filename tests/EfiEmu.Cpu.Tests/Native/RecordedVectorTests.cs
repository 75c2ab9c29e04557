using System.Globalization;
using Iced.Intel;
using Xunit.Abstractions;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>The recorded vectors, replayed on every host without its own processor.</summary>
public sealed class RecordedVectorTests(ITestOutputHelper output)
{
    // Set to a path, on x86-64 Linux, to write the file anew.
    private const string RecordVariable = "EFIEMU_RECORD_VECTORS";
    private const int CasesOfAForm = 16;
    private const string FileName = "instruction-vectors.br";

    public static TheoryData<string> Tiers => [.. ExecutionTiers.All.Keys];

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Vector_Replayed_LeavesTheStateThatWasRecorded(string tier)
    {
        MemoryPlan plan = MemoryPlan.At(0);
        using EmulatedEngine ours = new(plan, ExecutionTiers.All[tier]);
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "data", FileName));
        int replayed = 0;
        List<string> failures = [];
        foreach ((InstructionCase made, InstructionState after) in RecordedVectors.Read(file, new CaseGenerator(plan, fsBase: 0, usesGs: true)))
        {
            replayed++;
            InstructionState emulated = ours.Run(made);
            if (!StateComparison.Agree(made, emulated, after))
            {
                failures.Add(StateComparison.Describe(made, emulated, after));
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{replayed} vectors replayed"));
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(20)));
        Assert.InRange(replayed, 10_000, int.MaxValue);
    }

    [Fact]
    public void Vectors_WhereAskedFor_AreRecorded()
    {
        if (Environment.GetEnvironmentVariable(RecordVariable) is not { Length: > 0 } path)
        {
            output.WriteLine($"skipped: {RecordVariable} is not set");
            return;
        }

        Assert.True(NativeProcessor.IsAvailable && NativeProcessor.SetsSegmentBases, "vectors are recorded on x86-64 Linux that lets processes set GS");
        using NativeProcessor native = new();
        Assert.Equal(MemoryPlan.At(0), native.Plan);
        NativeEngine host = new(native);
        CaseGenerator generator = new(native.Plan, fsBase: 0, usesGs: true);
        List<(Code, int, InstructionCase, InstructionState)> cases = [];
        foreach (Code code in InstructionForms.Comparable.Where(HostFeatures.Has))
        {
            for (int number = 0; number < CasesOfAForm; number++)
            {
                if (generator.Make(code, number) is { } made)
                {
                    cases.Add((code, number, made, host.Run(made)));
                }
            }
        }

        using FileStream file = File.Create(path);
        RecordedVectors.Write(file, cases);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cases.Count} vectors in {file.Length} bytes"));
    }
}
