using EfiEmu.Sdk;
using FsCheck;
using FsCheck.Fluent;

namespace EfiEmu.Platforms.Tests.Memory;

public sealed class RangeMapTests
{
    private const int Addresses = 64;

    [Fact]
    public void Set_AnySequence_EqualsAnArrayOfValues()
    {
        Gen<(int Start, int Length, int Value)[]> steps =
            (from start in Gen.Choose(0, Addresses - 1)
             from length in Gen.Choose(0, Addresses)
             from value in Gen.Choose(0, 3)
             select (start, Math.Min(length, Addresses - start), value)).ArrayOf();

        Properties.Hold(steps, sequence =>
        {
            var map = new RangeMap<int>(0);
            int[] model = new int[Addresses];
            foreach ((int start, int length, int value) in sequence)
            {
                map.Set(new MemoryRange((ulong)start, (ulong)length), value);
                Array.Fill(model, value, start, length);
                Assert.Equal(model, Enumerable.Range(0, Addresses).Select(address => map[(ulong)address]));
                Assert.Equal(RangesOf(model), map.Count);
            }
        });
    }

    [Fact]
    public void Runs_AnyRange_CoverItOnceWithTheRightValues()
    {
        Gen<(int[] Values, int Start, int Length)> cases =
            from values in Gen.Choose(0, 2).ArrayOf(Addresses)
            from start in Gen.Choose(0, Addresses - 1)
            from length in Gen.Choose(1, Addresses)
            select (values, start, Math.Min(length, Addresses - start));

        Properties.Hold(cases, input =>
        {
            var map = new RangeMap<int>(0);
            for (int i = 0; i < Addresses; i++)
            {
                map.Set(new MemoryRange((ulong)i, 1), input.Values[i]);
            }

            List<(MemoryRange Range, int Value)> runs = map.Runs(new MemoryRange((ulong)input.Start, (ulong)input.Length));

            IEnumerable<int> seen = runs.SelectMany(run => Enumerable.Repeat(run.Value, (int)run.Range.Length));
            Assert.Equal(input.Values.Skip(input.Start).Take(input.Length), seen);
            Assert.Equal((ulong)input.Start, runs[0].Range.Start);
            Assert.All(runs.Zip(runs.Skip(1)), pair =>
            {
                Assert.Equal(pair.First.Range.End, pair.Second.Range.Start);
                Assert.NotEqual(pair.First.Value, pair.Second.Value);
            });
            Assert.All(runs, run => Assert.True(map.EndOf(run.Range.Start) >= run.Range.End));
        });
    }

    [Fact]
    public void Lookup_OfManyRanges_FindsEach()
    {
        const int Ranges = 100_000;
        var map = new RangeMap<bool>(false);
        for (ulong i = 0; i < Ranges; i++)
        {
            map.Set(new MemoryRange(i * 8192, 4096), true);
        }

        Assert.Equal(2 * Ranges, map.Count);
        Assert.True(map[(Ranges - 1) * 8192UL]);
        Assert.False(map[((Ranges - 1) * 8192UL) + 4096]);
        map.Set(new MemoryRange(0, Ranges * 8192UL), false);
        Assert.Equal(1, map.Count);
    }

    private static int RangesOf(int[] model)
    {
        // Above the last address the value stays what it was at first.
        int[] all = [.. model, 0];
        return 1 + all.Zip(all.Skip(1)).Count(pair => pair.First != pair.Second);
    }
}
