using System.Globalization;

namespace EfiEmu.Firmware.Reports;

/// <summary>Numbers as reports print them.</summary>
internal static class Quantities
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>An amount of memory: 14 GiB where that is exact, 13.5 MiB where it is rounded.</summary>
    public static string Bytes(ulong bytes)
    {
        int unit = 0;
        ulong scale = 1;
        while (unit < Units.Length - 1 && bytes / scale >= 1024)
        {
            unit++;
            scale <<= 10;
        }

        // An amount that is not whole in its unit shows one decimal, so that a bare integer can be trusted to the byte.
        string number = bytes % scale == 0
            ? Count(bytes / scale)
            : ((double)bytes / scale).ToString("F1", CultureInfo.InvariantCulture);
        return $"{number} {Units[unit]}";
    }

    /// <summary>A number with its thousands apart.</summary>
    public static string Count(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count and its noun.</summary>
    public static string Plural(ulong number, string noun) => number == 1 ? $"1 {noun}" : $"{Count(number)} {noun}s";

    /// <summary>Virtual time in seconds.</summary>
    public static string Seconds(ulong nanoseconds, int decimals)
    {
        string digits = (nanoseconds % 1_000_000_000).ToString("D9", CultureInfo.InvariantCulture);
        return $"{Count(nanoseconds / 1_000_000_000)}.{digits[..decimals]} s";
    }

    /// <summary>A number as firmware logs print addresses and keys.</summary>
    public static string Hex(ulong number) => "0x" + number.ToString("x", CultureInfo.InvariantCulture);
}
