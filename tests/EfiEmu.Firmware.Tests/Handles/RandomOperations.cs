using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace EfiEmu.Firmware.Tests.Handles;

/// <summary>One random operation: what to do, and three numbers to choose operands with.</summary>
public readonly record struct Operation(int Kind, int A, int B, int C);

/// <summary>Runs seeded random sequences of operations, and shrinks those that fail by leaving operations out.</summary>
internal static class RandomOperations
{
    public static void Check(int kinds, int length, int tests, ulong seed, Action<Operation[]> run)
    {
        Gen<Operation> operation =
            from kind in Gen.Choose(0, kinds - 1)
            from a in Gen.Choose(0, 999)
            from b in Gen.Choose(0, 999)
            from c in Gen.Choose(0, 999)
            select new Operation(kind, a, b, c);
        Arbitrary<Operation[]> sequences = Arb.From(Gen.ArrayOf(operation, length), Shrink);
        Config config = Config.QuickThrowOnFailure
            .WithMaxTest(tests)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed, 7), FSharpOption<int>.None)));
        FsCheck.Check.One(config, Prop.ForAll(sequences, run));
    }

    private static IEnumerable<Operation[]> Shrink(Operation[] sequence)
    {
        for (int size = sequence.Length / 2; size > 0; size /= 2)
        {
            for (int start = 0; start + size <= sequence.Length; start += size)
            {
                yield return [.. sequence[..start], .. sequence[(start + size)..]];
            }
        }
    }
}
