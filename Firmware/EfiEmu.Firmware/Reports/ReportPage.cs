using System.Globalization;
using System.Text;

namespace EfiEmu.Firmware.Reports;

/// <summary>Writes the lines of a text report: columns, wrapped paragraphs, no trailing blanks.</summary>
internal sealed class ReportPage(TextWriter output, ReportStyle style)
{
    /// <summary>The columns that a report fits in, apart from what Linux prints wider itself.</summary>
    public const int Width = 100;

    private int _column;
    private int _pendingBlanks;

    /// <summary>Adds text to the line. Control characters, which guests may have chosen, show as escapes.</summary>
    public ReportPage Text(string text, Tone tone = Tone.Normal)
    {
        string visible = Visible(text);
        if (visible.Length > 0)
        {
            output.Write(new string(' ', _pendingBlanks));
            _pendingBlanks = 0;
            output.Write(style.Apply(tone, visible));
            _column += visible.Length;
        }

        return this;
    }

    /// <summary>Moves to a column, counted from 0; at least one blank where the line is already there.</summary>
    public ReportPage To(int column)
    {
        int blanks = Math.Max(column - _column, _column == 0 ? 0 : 1);
        _pendingBlanks += blanks;
        _column += blanks;
        return this;
    }

    /// <summary>Adds text that ends at a column.</summary>
    public ReportPage EndingAt(int column, string text, Tone tone = Tone.Normal) => To(column - text.Length).Text(text, tone);

    /// <summary>Ends the line.</summary>
    public void End()
    {
        _pendingBlanks = 0;
        _column = 0;
        output.Write('\n');
    }

    /// <summary>A blank at which <see cref="Wrap"/> does not cut.</summary>
    public const char NoBreak = '\u00a0';

    /// <summary>An empty line, then a section's title.</summary>
    public ReportPage Section(string title)
    {
        End();
        return To(2).Text(title, Tone.Heading);
    }

    /// <summary>Cuts a text into lines of at most <paramref name="width"/> columns, at blanks where there are any.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        string rest = Visible(text).Trim();
        while (rest.Length > width)
        {
            int cut = rest.LastIndexOf(' ', width);
            cut = cut > 0 ? cut : width;
            yield return rest[..cut].TrimEnd().Replace(NoBreak, ' ');
            rest = rest[cut..].TrimStart();
        }

        yield return rest.Replace(NoBreak, ' ');
    }

    /// <summary>A text in which nothing can move the cursor, end the line or hide: what is not printable shows as an escape.</summary>
    internal static string Visible(string text)
    {
        if (text.All(c => c is >= ' ' and <= '~'))
        {
            return text;
        }

        var visible = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsPrintable(rune))
            {
                visible.Append(rune.ToString());
            }
            else
            {
                visible.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            }
        }

        return visible.ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
