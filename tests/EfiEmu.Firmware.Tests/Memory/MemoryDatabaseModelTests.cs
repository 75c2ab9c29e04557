using EfiEmu.Firmware.Memory;
using EfiEmu.Platforms;
using EfiEmu.Sdk;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static EfiEmu.Firmware.Tests.Memory.Machines;

namespace EfiEmu.Firmware.Tests.Memory;

/// <summary>Random operations on the database and on a flat array of pages must leave the same memory.</summary>
public class MemoryDatabaseModelTests
{
    private const int Pages = 0x400;

    private static readonly uint[] AllocatedTypes = [0, 1, 2, 3, 4, 5, 6, 9, 10, 13, 0x80000001];

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    public void MemoryDatabase_RandomOperations_AgreesWithAFlatArrayOfPages(ulong seed)
    {
        Gen<Step> step =
            from kind in Gen.Choose(0, 11)
            from type in Gen.Choose(0, AllocatedTypes.Length - 1)
            from pages in Gen.Frequency((8, Gen.Choose(1, 9)), (1, Gen.Choose(0, 120)))
            from page in Gen.Choose(0, Pages - 1)
            select new Step(kind, AllocatedTypes[type], pages, page);
        Arbitrary<Step[]> script = Arb.From(step.ArrayOf(150), Shorter);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(40).WithReplay(seed, 2 * seed + 1),
            Prop.ForAll(script, (Action<Step[]>)Run));
    }

    private static IEnumerable<Step[]> Shorter(Step[] steps)
    {
        for (int cut = steps.Length / 2; cut > 0; cut /= 2)
        {
            for (int at = 0; at + cut <= steps.Length; at += cut)
            {
                yield return [.. steps[..at], .. steps[(at + cut)..]];
            }
        }
    }

    private static MemoryLayout Layout()
    {
        MemoryBin Bin(uint type, ulong first, ulong pages) => new(new MemoryType(type), new MemoryRange(first * Page, pages * Page));
        return new MemoryLayout(
            [
                Space(0, 0x40, GcdMemoryType.SystemMemory, Ram),
                Space(0x60 * Page, 0x1A0, GcdMemoryType.SystemMemory, Ram),
                Space(0x280 * Page, 0x40, GcdMemoryType.SystemMemory, Ram | MemoryAttributes.CpuCrypto),
                Space(0x2C0 * Page, 0x20, GcdMemoryType.SystemMemory, Ram | MemoryAttributes.SpecialPurpose),
                Space(0x300 * Page, 0x80, GcdMemoryType.Unaccepted, Ram),
                Space(0x390 * Page, 0x10, GcdMemoryType.SystemMemory, Ram),
            ],
            [
                Used(MemoryType.BootServicesCode, 0, 1), Used(MemoryType.BootServicesData, 0x70 * Page, 8),
                Used(MemoryType.LoaderCode, 0x1C8 * Page, 4), Used(MemoryType.BootServicesData, 0x1F0 * Page, 0x10),
            ],
            [Bin(10, 0x1CC, 12), Bin(9, 0x1B8, 8), Bin(0, 0x1B0, 8), Bin(5, 0x198, 24), Bin(6, 0x180, 24)]);
    }

    private static void Run(Step[] steps)
    {
        MemoryLayout layout = Layout();
        var database = new MemoryDatabase(layout, MemoryRules.Stable202511);
        var model = new MemoryModel(layout, Pages);
        int storage = (database.Ranges.Count + 63) / 64;
        foreach (Step step in steps)
        {
            ulong key = database.MapKey;
            EfiStatus status = Apply(step, database, model);
            IReadOnlyList<MapChange> changes = database.DrainChanges();
            Assert.Equal(key + (ulong)changes.Count, database.MapKey);
            Assert.True(changes.Count > 0 || status.IsError || step.Kind > 9, $"{step}: success without a change");
            storage += Replay(changes, model);
            Assert.InRange(database.Ranges.Count, 1, storage * 64);
            Compare(database, model);
        }
    }

    // The operation on the database; the model says beforehand what must come of it.
    private static EfiStatus Apply(Step step, MemoryDatabase database, MemoryModel model)
    {
        var type = new MemoryType(step.Type);
        ulong address = (ulong)step.Page * Page;
        switch (step.Kind)
        {
            case <= 2:
                return Expect(model.Search(step.Type, step.Pages, ulong.MaxValue), database.Any(type, (ulong)step.Pages));
            case <= 4:
                ulong bound = address + (step.Page % 3 == 0 ? 0x800UL : 0xFFF);
                return Expect(model.Search(step.Type, step.Pages, bound), database.Below(type, (ulong)step.Pages, bound));
            case <= 6:
                bool fits = step.Page != 0 && model.CanPlace(step.Type, step.Pages, step.Page);
                EfiStatus placed = database.At(type, (ulong)step.Pages, address).Status;
                Assert.Equal(fits ? EfiStatus.Success : EfiStatus.NotFound, placed);
                return placed;
            case <= 9:
                return Free(step, database, model);
            case 10:
                return Accept(address, (ulong)step.Pages * Page, database, model);
            default:
                return step.Pages % 2 == 0
                    ? database.SetMemorySpaceAttributes(new(address), Page, MemoryAttributes.WriteBack)
                    : database.RemoveMemorySpace(new(address), 0);
        }
    }

    private static EfiStatus Expect(ulong expected, EfiResult<GuestAddress> result)
    {
        Assert.Equal(expected == 0 ? EfiStatus.OutOfResources : EfiStatus.Success, result.Status);
        Assert.True(result.Status.IsError || result.Value.Value == expected, $"{result.Value}, not 0x{expected:x}");
        return result.Status;
    }

    private static EfiStatus Free(Step step, MemoryDatabase database, MemoryModel model)
    {
        bool IsRam(int page) => page < Pages && model.Types[page] is not (MemoryModel.Hole or MemoryModel.NotAccepted);
        bool all = Enumerable.Range(step.Page, step.Pages).All(p => IsRam(p) && model.Types[p] != 7);
        EfiStatus expected = !IsRam(step.Page) ? EfiStatus.NotFound
            : step.Pages == 0 ? EfiStatus.InvalidParameter
            : all ? EfiStatus.Success : EfiStatus.NotFound;
        EfiStatus status = database.Free((ulong)step.Page * Page, (ulong)step.Pages);
        Assert.Equal(expected, status);
        return status;
    }

    private static EfiStatus Accept(ulong address, ulong bytes, MemoryDatabase database, MemoryModel model)
    {
        ulong first = address / Page;
        bool unaccepted = bytes > 0 && Enumerable.Range((int)first, (int)(bytes / Page))
            .All(p => p < Pages && model.Types[p] == MemoryModel.NotAccepted);
        if (!unaccepted)
        {
            return EfiStatus.NotFound;
        }

        Assert.Equal(EfiStatus.Success, database.RemoveMemorySpace(new(address), bytes));
        return database.AddMemorySpace(GcdMemoryType.SystemMemory, new(address), bytes, Ram);
    }

    // Carries out on the model what the database says it did; each step must have been possible. Returns the storage pages.
    private static int Replay(IReadOnlyList<MapChange> changes, MemoryModel model)
    {
        int storage = 0;
        foreach (MapChange change in changes)
        {
            (ulong start, ulong bytes) = change.Range;
            int first = (int)(start / Page);
            int count = (int)(bytes / Page);
            switch (change.Kind)
            {
                case MapChangeKind.AllocatePages:
                    Assert.All(Enumerable.Range(first, count), p => Assert.Equal(7u, model.Types[p]));
                    model.Set(start, bytes, change.Type.Value);
                    break;
                case MapChangeKind.FreePages:
                    Assert.All(Enumerable.Range(first, count), p => Assert.Equal(change.Type.Value, model.Types[p]));
                    model.Set(start, bytes, 7);
                    break;
                case MapChangeKind.AddMemorySpace:
                    Assert.All(Enumerable.Range(first, count), p => Assert.Equal(MemoryModel.NotAccepted, model.Types[p]));
                    model.Set(start, bytes, 7);
                    break;
                case MapChangeKind.MapStorage:
                    Assert.Equal(model.Search(4, 1, ulong.MaxValue), start);
                    model.Set(start, bytes, 4);
                    storage++;
                    break;
                default:
                    Assert.Fail($"unexpected {change.Cause}");
                    break;
            }
        }

        return storage;
    }

    private static void Compare(MemoryDatabase database, MemoryModel model)
    {
        (ulong, ulong, uint, MemoryAttributes)[] expected =
        [
            .. model.Runs().Where(r => r.Type is not (MemoryModel.Hole or MemoryModel.NotAccepted))
                .Select(r => ((ulong)r.First * Page, (ulong)r.Count, r.Type, r.Attributes)),
        ];
        (ulong, ulong, uint, MemoryAttributes)[] actual =
        [
            .. database.Ranges.Select(r => (
                r.PhysicalStart.Value, r.NumberOfPages, r.Type.Value, r.Attributes & ~MemoryAttributes.Runtime)),
        ];
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            Assert.Equal(expected, actual);
        }

        var reported = new uint[Pages];
        Array.Fill(reported, MemoryModel.Hole);
        MemoryMap map = database.GetMemoryMap();
        Assert.True((ulong)map.Descriptors.Count * 48 <= map.RequiredSize);
        foreach (MemoryDescriptor descriptor in map.Descriptors)
        {
            Assert.Equal(descriptor.Type.Value is 5 or 6 or 13, (descriptor.Attributes & MemoryAttributes.Runtime) != 0);
            for (ulong p = 0; p < descriptor.NumberOfPages; p++)
            {
                ref uint cell = ref reported[(descriptor.PhysicalStart.Value / Page) + p];
                Assert.True(cell == MemoryModel.Hole, "two descriptors for one page");
                cell = descriptor.Type.Value;
            }
        }

        for (int p = 0; p < Pages; p++)
        {
            if (model.Reported(p) != reported[p])
            {
                Assert.Fail($"page 0x{p:x}: the map says {reported[p]}, the model {model.Reported(p)}");
            }
        }
    }

    private readonly record struct Step(int Kind, uint Type, int Pages, int Page);
}
