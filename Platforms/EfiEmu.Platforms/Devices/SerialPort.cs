using System.Text;

namespace EfiEmu.Platforms;

/// <summary>A 16550 at 0x3F8, enough for output by polling: what is written becomes text.</summary>
internal sealed class SerialPort
{
    public const ushort FirstPort = 0x3f8;
    public const ushort LastPort = 0x3ff;

    // Transmitter empty, holding register empty, nothing received.
    private const byte LineStatus = 0x60;

    // Carrier, data set ready, clear to send.
    private const byte ModemStatus = 0xb0;
    private const byte NoInterruptPending = 0x01;
    private const byte DivisorAccess = 0x80;

    private readonly byte[] _registers = new byte[8];
    private readonly byte[] _divisor = new byte[2];
    private readonly StringBuilder _text = new();

    /// <summary>Takes the text since the last call; one character per byte.</summary>
    public string Drain()
    {
        string text = _text.ToString();
        _text.Clear();
        return text;
    }

    /// <summary>Keeps registers and text, and gives what puts them back.</summary>
    public Action Save()
    {
        (byte[] registers, byte[] divisor, string text) = ([.. _registers], [.. _divisor], _text.ToString());
        return () =>
        {
            registers.CopyTo(_registers, 0);
            divisor.CopyTo(_divisor, 0);
            _text.Clear().Append(text);
        };
    }

    public byte Read(ushort port) => (port - FirstPort) switch
    {
        0 or 1 when DivisorIsOpen => _divisor[port - FirstPort],
        0 => 0,
        2 => NoInterruptPending,
        5 => LineStatus,
        6 => ModemStatus,
        int register => _registers[register],
    };

    public void Write(ushort port, byte value)
    {
        int register = port - FirstPort;
        if (register <= 1 && DivisorIsOpen)
        {
            _divisor[register] = value;
        }
        else if (register == 0)
        {
            _text.Append((char)value);
        }
        else
        {
            _registers[register] = value;
        }
    }

    private bool DivisorIsOpen => (_registers[3] & DivisorAccess) != 0;
}
