using System.Text;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Keeps what the guest prints. No one types: a guest that waits for a key waits for ever.</summary>
internal sealed class CapturedConsole(int budget) : IConsole
{
    private readonly StringBuilder _text = new();

    /// <summary>Everything printed so far.</summary>
    public string Text => _text.ToString();

    /// <inheritdoc/>
    public void Write(string text)
    {
        if (_text.Length + text.Length > budget)
        {
            throw new BootStoppedException(BootEnd.Budget, $"the guest printed more than {budget} characters");
        }

        _text.Append(text);
    }

    /// <inheritdoc/>
    public bool TryReadKey(out char unicode, out ushort scanCode)
    {
        unicode = '\0';
        scanCode = 0;
        return false;
    }
}
