using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>The bins of a machine, and where each type is looked for first.</summary>
/// <remarks>MdeModulePkg/Core/Dxe/Mem/Page.c, FindFreePages.</remarks>
internal sealed class BinTable
{
    private readonly Dictionary<MemoryType, MemoryBin> _bins = [];

    /// <summary>Takes the bins of a layout over.</summary>
    /// <exception cref="ArgumentException">A bin is empty, unaligned, or the second of its type.</exception>
    public BinTable(IReadOnlyList<MemoryBin> bins)
    {
        foreach (MemoryBin bin in bins)
        {
            bool aligned = ((bin.Range.Start | bin.Range.Length) % GuestAddress.PageSize) == 0;
            if (!aligned || bin.Range.Length == 0 || bin.Range.Start == 0 || !_bins.TryAdd(bin.Type, bin))
            {
                throw new ArgumentException($"bin {bin.Type} {bin.Range}: empty, unaligned or not the only one of its type", nameof(bins));
            }

            DefaultTop = Math.Min(DefaultTop, bin.Range.Start - 1);
        }

        Special = [.. bins.Where(b => MemoryTypeFacts.IsSpecial(b.Type)).OrderBy(b => b.Type.Value)];
    }

    /// <summary>The last byte below all bins, where types without a bin are looked for first.</summary>
    public ulong DefaultTop { get; } = ulong.MaxValue;

    /// <summary>The bins of special types, by type number.</summary>
    public IReadOnlyList<MemoryBin> Special { get; }

    /// <summary>The lowest and the highest byte that an allocation of a type prefers.</summary>
    public (ulong Bottom, ulong Top) PreferredRange(MemoryType type) => _bins.TryGetValue(type, out MemoryBin bin)
        ? (bin.Range.Start, bin.Range.End - 1)
        : (0, DefaultTop);

    /// <summary>Whether an allocation of a type at a given place would cut into the bin of another special type.</summary>
    public bool BelongsToAnother(MemoryType type, ulong first, ulong last) =>
        Special.Any(b => b.Type != type && first <= b.Range.End - 1 && last >= b.Range.Start);
}
