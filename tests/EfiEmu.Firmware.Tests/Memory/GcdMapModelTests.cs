using EfiEmu.Firmware.Memory;
using EfiEmu.Sdk;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EfiEmu.Firmware.Tests.Memory;

/// <summary>Random operations on the memory space and on a flat array of half pages must leave the same space.</summary>
public class GcdMapModelTests
{
    private const ulong Unit = 0x800;
    private const int AddressBits = 17;
    private const int Cells = 1 << (AddressBits - 11);

    private static readonly MemoryAttributes[] Masks =
    [
        MemoryAttributes.None, MemoryAttributes.Uncached, MemoryAttributes.WriteBack, MemoryAttributes.SystemRam,
        MemoryAttributes.Runtime, MemoryAttributes.Runtime | MemoryAttributes.Uncached,
        MemoryAttributes.SystemRam | MemoryAttributes.ExecuteProtected,
    ];

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public void GcdMap_RandomOperations_AgreesWithAFlatArray(ulong seed)
    {
        Gen<Step> step =
            from kind in Gen.Choose(0, 5)
            from type in Gen.Choose(0, 7)
            from mask in Gen.Choose(0, Masks.Length - 1)
            from first in Gen.Choose(0, Cells + 2)
            from count in Gen.Choose(0, 12)
            select new Step(kind, (GcdMemoryType)type, Masks[mask], first, count);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(seed, 2 * seed + 1),
            Prop.ForAll(Arb.From(step.ArrayOf(120)), (Action<Step[]>)Run));
    }

    private static void Run(Step[] steps)
    {
        var map = new GcdMap(AddressBits);
        var model = new Cell[Cells];
        foreach (Step step in steps)
        {
            ulong start = (ulong)step.First * Unit;
            ulong length = (ulong)step.Count * Unit;
            EfiStatus expected = Expected(step, model);
            EfiStatus actual = step.Kind switch
            {
                0 or 1 => map.Add(step.Type, start, length, step.Mask),
                2 => map.Remove(start, length),
                3 => map.SetAttributes(start, length, step.Mask),
                4 => map.SetCapabilities(start, length, step.Mask),
                _ => map.Claim(start, length),
            };
            Assert.Equal(expected, actual);
            if (!actual.IsError)
            {
                for (int i = step.First; i < step.First + step.Count; i++)
                {
                    model[i] = Changed(step, model[i]);
                }
            }

            Compare(map, model);
        }
    }

    private static EfiStatus Expected(Step step, Cell[] model)
    {
        if (step.Kind <= 1 && (step.Type is GcdMemoryType.NonExistent or (GcdMemoryType)7))
        {
            return EfiStatus.InvalidParameter;
        }

        if (step.Count == 0)
        {
            return EfiStatus.InvalidParameter;
        }

        if (step.First + step.Count > Cells)
        {
            return EfiStatus.Unsupported;
        }

        bool wholePages = step.First % 2 == 0 && step.Count % 2 == 0;
        return model.Skip(step.First).Take(step.Count).Select(c => step.Kind switch
        {
            0 or 1 => c.Type == GcdMemoryType.NonExistent && !c.Claimed ? EfiStatus.Success : EfiStatus.AccessDenied,
            2 => c.Type == GcdMemoryType.NonExistent ? EfiStatus.NotFound : c.Claimed ? EfiStatus.AccessDenied : EfiStatus.Success,
            3 when step.Mask.HasFlag(MemoryAttributes.Runtime) && !wholePages => EfiStatus.InvalidParameter,
            3 when (step.Mask & ~MemoryAttributes.Runtime) != 0 && !wholePages => EfiStatus.Unsupported,
            3 => c.Capabilities.HasFlag(step.Mask) ? EfiStatus.Success : EfiStatus.Unsupported,
            4 when !wholePages => EfiStatus.InvalidParameter,
            4 => step.Mask.HasFlag(c.Attributes) ? EfiStatus.Success : EfiStatus.Unsupported,
            _ => EfiStatus.Success,
        }).FirstOrDefault(s => s.IsError, EfiStatus.Success);
    }

    private static Cell Changed(Step step, Cell cell) => step.Kind switch
    {
        0 or 1 => cell with
        {
            Type = step.Type,
            Capabilities = step.Mask | MemoryAttributes.Runtime
                | (step.Type == GcdMemoryType.MemoryMappedIo ? (MemoryAttributes)(1UL << 62) : MemoryAttributes.None),
        },
        2 => cell with { Type = GcdMemoryType.NonExistent, Capabilities = MemoryAttributes.None },

        // RUNTIME alone, or nothing, leaves caching and protection as they are.
        3 when (step.Mask & ~MemoryAttributes.Runtime) == 0 => cell with
        {
            Attributes = step.Mask | (cell.Attributes & ~MemoryAttributes.Runtime),
        },
        3 => cell with { Attributes = step.Mask },
        4 => cell with { Capabilities = step.Mask },
        _ => cell with { Claimed = true },
    };

    private static void Compare(GcdMap map, Cell[] model)
    {
        var cells = new List<Cell>();
        Cell? before = null;
        foreach (GcdEntry entry in map.Entries)
        {
            Assert.Equal((ulong)cells.Count * Unit, entry.Start);
            var cell = new Cell(entry.Type, entry.Capabilities, entry.Attributes, entry.InAllocator);
            Assert.False(before == cell, "neighbours that are alike");
            before = cell;
            cells.AddRange(Enumerable.Repeat(cell, (int)((entry.End - entry.Start + 1) / Unit)));
        }

        Assert.True(cells.SequenceEqual(model), "the space differs from the model");
    }

    private readonly record struct Step(int Kind, GcdMemoryType Type, MemoryAttributes Mask, int First, int Count);

    private readonly record struct Cell(
        GcdMemoryType Type, MemoryAttributes Capabilities, MemoryAttributes Attributes, bool Claimed);
}
