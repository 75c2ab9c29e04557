namespace EfiEmu.Firmware.Memory;

/// <summary>What a <see cref="RangeTree{T}"/> has to know of the ranges it holds.</summary>
internal interface IAddressRange
{
    /// <summary>First byte.</summary>
    ulong Start { get; }

    /// <summary>Last byte.</summary>
    ulong End { get; }

    /// <summary>Pages that an allocation may take from this range; 0 for a range that is in use.</summary>
    ulong FreePages { get; }
}
