using System.Buffers;

namespace EfiEmu.Protocols;

/// <summary>The characters that edk2's terminals can show.</summary>
/// <remarks>
/// UEFI 2.10 section 12.4.3 and the required glyphs of its Related Definitions; MdeModulePkg/Universal/Console/TerminalDxe.
/// Read off OVMF 2022.11 with TestString for every UTF-16 unit.
/// </remarks>
internal static class TerminalGlyphs
{
    private static readonly SearchValues<char> All = SearchValues.Create(
    [
        '\b', '\t', '\n', '\r',
        .. Range(0x20, 0x7F), .. Range(0x2190, 0x2193),
        '\u2500', '\u2502', '\u250C', '\u2510', '\u2514', '\u2518', '\u251C', '\u2524', '\u252C', '\u2534', '\u253C',
        .. Range(0x2550, 0x256C),
        '\u2588', '\u2591', '\u25B2', '\u25BA', '\u25BC', '\u25C4',
    ]);

    /// <summary>Whether every unit of a text can be shown or obeyed.</summary>
    public static bool HasAll(string text) => !text.AsSpan().ContainsAnyExcept(All);

    private static IEnumerable<char> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(unit => (char)unit);
}
