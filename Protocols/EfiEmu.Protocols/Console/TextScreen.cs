namespace EfiEmu.Protocols;

/// <summary>The state behind SimpleTextOutput: modes, cursor, attribute. Pure; knows no guest memory.</summary>
/// <remarks>UEFI 2.10 section 12.4; MdeModulePkg/Universal/Console/TerminalDxe for wrapping and scrolling.</remarks>
internal sealed class TextScreen
{
    /// <summary>EFI_LIGHTGRAY on black.</summary>
    private const int InitialAttribute = 0x07;
    private const int AttributeMask = 0x7f;
    private const int ForegroundMask = 0x0f;

    // Modes 0 and 1 are the specification's; every serial terminal has both.
    private static readonly (int Columns, int Rows)[] Modes = [(80, 25), (80, 50)];

    public static int ModeCount => Modes.Length;

    public int Mode { get; private set; }

    public int Attribute { get; private set; } = InitialAttribute;

    public int CursorColumn { get; private set; }

    public int CursorRow { get; private set; }

    public bool CursorVisible { get; set; } = true;

    private int Columns => Modes[Mode].Columns;

    private int Rows => Modes[Mode].Rows;

    public static bool TryGetMode(ulong number, out int columns, out int rows)
    {
        (columns, rows) = number < (ulong)Modes.Length ? Modes[number] : default;
        return number < (ulong)Modes.Length;
    }

    public bool TrySetMode(ulong number)
    {
        if (number >= (ulong)Modes.Length)
        {
            return false;
        }

        Mode = (int)number;
        CursorVisible = true;
        Clear();
        return true;
    }

    public bool TrySetAttribute(ulong attribute)
    {
        if ((attribute & ~(ulong)AttributeMask) != 0)
        {
            return false;
        }

        Attribute = (int)attribute;
        return true;
    }

    public bool TrySetCursor(ulong column, ulong row)
    {
        if (column >= (ulong)Columns || row >= (ulong)Rows)
        {
            return false;
        }

        CursorColumn = (int)column;
        CursorRow = (int)row;
        return true;
    }

    public void Clear()
    {
        CursorColumn = 0;
        CursorRow = 0;
    }

    /// <summary>Back to mode 0, an empty screen and a black background.</summary>
    public void Reset()
    {
        Attribute &= ForegroundMask;
        TrySetMode(0);
    }

    public void Print(string text)
    {
        foreach (char unit in text)
        {
            Print(unit);
        }
    }

    private void Print(char unit)
    {
        switch (unit)
        {
            case '\b':
                Back();
                break;
            case '\n':
                LineFeed();
                break;
            case '\r':
                CursorColumn = 0;
                break;
            default:
                Advance();
                break;
        }
    }

    // From the first column it goes to the last of the row above; at the top left it stays.
    private void Back()
    {
        if (CursorColumn > 0)
        {
            CursorColumn--;
        }
        else if (CursorRow > 0)
        {
            CursorRow--;
            CursorColumn = Columns - 1;
        }
    }

    private void Advance()
    {
        if (CursorColumn < Columns - 1)
        {
            CursorColumn++;
            return;
        }

        CursorColumn = 0;
        LineFeed();
    }

    // On the last row the screen scrolls and the cursor stays.
    private void LineFeed() => CursorRow = Math.Min(Rows - 1, CursorRow + 1);
}
