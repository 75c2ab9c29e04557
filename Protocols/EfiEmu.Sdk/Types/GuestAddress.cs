using System.Globalization;

namespace EfiEmu.Sdk;

/// <summary>A guest-physical address; boot services run identity mapped, so it is the guest's pointer as well.</summary>
/// <param name="Value">Bytes from the start of guest-physical memory.</param>
public readonly record struct GuestAddress(ulong Value) : IComparable<GuestAddress>
{
    /// <summary>The bytes in an EFI page.</summary>
    public const ulong PageSize = 4096;

    /// <summary>Address 0, the guest's NULL.</summary>
    public static GuestAddress Null => default;

    /// <summary>True for address 0.</summary>
    public bool IsNull => Value == 0;

    /// <summary>True at a multiple of 4 KiB.</summary>
    public bool IsPageAligned => (Value & (PageSize - 1)) == 0;

    /// <summary>Moves up, wrapping as the processor does.</summary>
    public static GuestAddress operator +(GuestAddress address, ulong bytes) => new(unchecked(address.Value + bytes));

    /// <summary>Orders by address.</summary>
    public static bool operator <(GuestAddress left, GuestAddress right) => left.Value < right.Value;

    /// <summary>Orders by address.</summary>
    public static bool operator >(GuestAddress left, GuestAddress right) => left.Value > right.Value;

    /// <summary>Orders by address.</summary>
    public static bool operator <=(GuestAddress left, GuestAddress right) => left.Value <= right.Value;

    /// <summary>Orders by address.</summary>
    public static bool operator >=(GuestAddress left, GuestAddress right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(GuestAddress other) => Value.CompareTo(other.Value);

    /// <summary>The address as firmware logs print it: 0x and lower-case digits.</summary>
    public override string ToString() => "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
