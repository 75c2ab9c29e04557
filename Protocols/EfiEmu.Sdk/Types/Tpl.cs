using System.Globalization;

namespace EfiEmu.Sdk;

/// <summary>EFI_TPL: a task priority level.</summary>
/// <param name="Value">The level; 4, 8, 16 and 31 have names.</param>
/// <remarks>UEFI 2.10 section 7.1.</remarks>
public readonly record struct Tpl(ulong Value) : IComparable<Tpl>
{
    /// <summary>TPL_APPLICATION, 4.</summary>
    public static Tpl Application => new(4);

    /// <summary>TPL_CALLBACK, 8.</summary>
    public static Tpl Callback => new(8);

    /// <summary>TPL_NOTIFY, 16.</summary>
    public static Tpl Notify => new(16);

    /// <summary>TPL_HIGH_LEVEL, 31.</summary>
    public static Tpl High => new(31);

    /// <summary>Orders by priority.</summary>
    public static bool operator <(Tpl left, Tpl right) => left.Value < right.Value;

    /// <summary>Orders by priority.</summary>
    public static bool operator >(Tpl left, Tpl right) => left.Value > right.Value;

    /// <summary>Orders by priority.</summary>
    public static bool operator <=(Tpl left, Tpl right) => left.Value <= right.Value;

    /// <summary>Orders by priority.</summary>
    public static bool operator >=(Tpl left, Tpl right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Tpl other) => Value.CompareTo(other.Value);

    /// <summary>The specification's name, or the number.</summary>
    public override string ToString() => Value switch
    {
        4 => "TPL_APPLICATION",
        8 => "TPL_CALLBACK",
        16 => "TPL_NOTIFY",
        31 => "TPL_HIGH_LEVEL",
        _ => Value.ToString(CultureInfo.InvariantCulture),
    };
}
