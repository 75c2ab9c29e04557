using System.Globalization;

namespace EfiEmu.Sdk;

/// <summary>A range of guest-physical memory.</summary>
/// <param name="Start">First byte.</param>
/// <param name="Length">Length in bytes.</param>
public readonly record struct MemoryRange(ulong Start, ulong Length)
{
    /// <summary>The byte after the last one; 0 for a range that ends at the top of the address space.</summary>
    public ulong End => unchecked(Start + Length);

    /// <summary>Whether an address lies inside.</summary>
    public bool Contains(ulong address) => address - Start < Length;

    /// <summary>The range as Linux prints it, first and last byte.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Start:x}-0x{Start + Length - 1:x}");
}
