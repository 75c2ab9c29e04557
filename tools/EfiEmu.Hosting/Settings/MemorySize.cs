using System.Globalization;

namespace EfiEmu.Hosting;

/// <summary>Reads memory sizes: bytes, or a number with K, M, G, T or P (powers of 1024; KiB to PiB mean the same).</summary>
public static class MemorySize
{
    private const ulong PageSize = 4096;

    // Guest-physical addresses of x86-64 have 52 bits.
    private const ulong Largest = 1UL << 52;

    private const string Units = "KMGTP";

    /// <summary>Reads a size: a positive multiple of 4096 bytes, at most 4 PiB.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="bytes">The size in bytes; 0 where the text is none.</param>
    /// <param name="fault">What is wrong with the text; empty where nothing is.</param>
    /// <returns>Whether the text is a size.</returns>
    public static bool TryParse(string text, out ulong bytes, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = 0;
        string digits = text;
        int shift = 0;
        foreach (string suffix in new[] { "iB", "" })
        {
            if (text.Length > suffix.Length && text.EndsWith(suffix, StringComparison.Ordinal)
                && Units.IndexOf(char.ToUpperInvariant(text[^(suffix.Length + 1)]), StringComparison.Ordinal) is >= 0 and var unit)
            {
                digits = text[..^(suffix.Length + 1)];
                shift = 10 * (unit + 1);
                break;
            }
        }

        fault = Check(digits, shift, text, ref bytes);
        return fault.Length == 0;
    }

    private static string Check(string digits, int shift, string text, ref ulong bytes)
    {
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit))
        {
            return $"'{text}' is not a size; write 512M, 8G, 2TiB or a number of bytes";
        }

        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) || number > Largest >> shift)
        {
            return $"{text} is more than x86-64 can address; the most is 4P";
        }

        ulong size = number << shift;
        if (size == 0 || size % PageSize != 0)
        {
            return $"{text} is not a positive multiple of 4096 bytes";
        }

        bytes = size;
        return string.Empty;
    }
}
