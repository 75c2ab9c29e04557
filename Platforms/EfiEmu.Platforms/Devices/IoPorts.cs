namespace EfiEmu.Platforms;

/// <summary>The I/O ports of the machine: a serial port, the interval timer and the POST code.</summary>
/// <remarks>
/// The machine has no ISA or EISA cards: where they would be, nothing drives the bus, as on a PC without them. Reads give ones, writes are
/// lost, and a loader that probes for a second serial port or an old network card finds none. Devices that such a machine would
/// have and this one does not model (disk, floppy, printer and graphics controllers) are refused.
/// </remarks>
internal sealed class IoPorts
{
    private const ushort PostCodePort = 0x80;

    /// <summary>COM1.</summary>
    public SerialPort Serial { get; } = new();

    /// <summary>The 8254.</summary>
    public IntervalTimer Timer { get; } = new();

    /// <summary>Reads a port.</summary>
    /// <param name="port">Which.</param>
    /// <param name="bytes">1, 2 or 4.</param>
    /// <param name="now">Virtual nanoseconds since power-on.</param>
    /// <param name="value">What it holds.</param>
    /// <returns>False for a port that is not modelled.</returns>
    public bool TryRead(ushort port, int bytes, ulong now, out uint value)
    {
        value = 0;
        if (bytes == 1 && IsTimer(port))
        {
            bool isRead = Timer.TryRead(port, now, out byte part);
            value = part;
            return isRead;
        }

        if (IsEmpty(port))
        {
            value = uint.MaxValue >> (32 - (8 * bytes));
            return true;
        }

        if (bytes != 1 || !IsSerial(port))
        {
            return false;
        }

        value = Serial.Read(port);
        return true;
    }

    /// <summary>Writes a port.</summary>
    /// <returns>False for a port, or a use of it, that is not modelled.</returns>
    public bool TryWrite(ushort port, int bytes, ulong now, uint value)
    {
        if (port == PostCodePort || IsEmpty(port))
        {
            return true;
        }

        if (bytes == 1 && IsTimer(port))
        {
            return Timer.TryWrite(port, (byte)value, now);
        }

        if (bytes != 1 || !IsSerial(port))
        {
            return false;
        }

        Serial.Write(port, (byte)value);
        return true;
    }

    private static bool IsTimer(ushort port) => port is >= IntervalTimer.FirstPort and <= IntervalTimer.ControlPort or IntervalTimer.SystemPort;

    // What else lies between 0x100 and 0x3FF belongs to controllers of disks, printers, graphics and floppies, and to COM1.
    private static bool IsEmpty(ushort port) => port is (>= 0x100 and < 0x170) or (>= 0x178 and < 0x1f0) or (>= 0x1f8 and < 0x278)
        or (>= 0x280 and < 0x370) or (>= 0x380 and < 0x3b0) or (>= 0x3e0 and < 0x3f0) || IsEisaIdentity(port);

    // Where each slot of an EISA bus, counted in the top digit, would say what card is in it.
    private static bool IsEisaIdentity(ushort port) => port >= 0x1000 && (port & 0xffc) == 0xc80;

    private static bool IsSerial(ushort port) => port is >= SerialPort.FirstPort and <= SerialPort.LastPort;
}
