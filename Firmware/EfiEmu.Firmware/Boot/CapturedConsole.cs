using System.Text;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Keeps what the guest prints. Nobody types, but Enter is pressed a few times for a guest that waits for nothing else.</summary>
internal sealed class CapturedConsole(int budget) : IConsole
{
    // A guest that is not content with so many keys waits for another one.
    private const int MostKeys = 16;

    private readonly StringBuilder _text = new();
    private int _pressed;
    private int _read;

    /// <summary>Told when somebody looked for a key and found none; set once, when the event services exist.</summary>
    public Action? KeyMissed { get; set; }

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

    /// <summary>Presses Enter; false when that was done often enough, or the last one was not read.</summary>
    public bool PressEnter()
    {
        if (_pressed == MostKeys || _pressed > _read)
        {
            return false;
        }

        _pressed++;
        return true;
    }

    /// <inheritdoc/>
    public bool TryReadKey(out char unicode, out ushort scanCode)
    {
        bool pressed = _read < _pressed;
        unicode = pressed ? '\r' : '\0';
        scanCode = 0;
        _read += pressed ? 1 : 0;
        if (!pressed)
        {
            KeyMissed?.Invoke();
        }

        return pressed;
    }
}
