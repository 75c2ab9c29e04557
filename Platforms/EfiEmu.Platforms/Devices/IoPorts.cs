namespace EfiEmu.Platforms;

/// <summary>The I/O ports of the machine: a serial port, the interval timer, PCI configuration and the POST code.</summary>
/// <remarks>
/// Where no device answers, nothing drives the bus, as on QEMU's pc and q35 with <c>-vga none</c>: reads give ones, writes are lost.
/// That holds for graphics, ISA and EISA cards, of which the machine has none, so that a loader which probes for a second serial
/// port or an old network card finds none; and for the ports that drivers write only to pass time (0x80, 0xED). What answers on
/// those machines and is not modelled here is refused: interrupt and DMA controllers, keyboard controller, real-time clock,
/// coprocessor error (0xF0), disk, floppy, the first printer port, power management.
/// </remarks>
internal sealed class IoPorts
{
    private const ushort PostCodePort = 0x80;

    // With 0x279 and a port that the driver chooses, where ISA cards would let themselves be isolated: the specification's write data port.
    private const ushort PlugAndPlayData = 0xa79;

    /// <summary>COM1.</summary>
    public SerialPort Serial { get; } = new();

    /// <summary>The 8254.</summary>
    public IntervalTimer Timer { get; } = new();

    /// <summary>PCI configuration.</summary>
    public PciConfiguration Pci { get; } = new();

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

        if (port == PostCodePort || IsEmpty(port))
        {
            value = uint.MaxValue >> (32 - (8 * bytes));
            return true;
        }

        if (PciConfiguration.Answers(port, bytes))
        {
            value = Pci.Read(port, bytes);
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

        if (PciConfiguration.Answers(port, bytes))
        {
            Pci.Write(port, value);
            return true;
        }

        if (bytes != 1 || !IsSerial(port))
        {
            return false;
        }

        Serial.Write(port, (byte)value);
        return true;
    }

    private static bool IsTimer(ushort port) => port is >= IntervalTimer.FirstPort and <= IntervalTimer.ControlPort or IntervalTimer.SystemPort;

    // 0x94 and 0x96 select the cards of a Micro Channel. What else lies between 0x100 and 0x3FF belongs to controllers of disks, the first printer and floppies, and to COM1.
    private static bool IsEmpty(ushort port) => port is (>= 0x93 and < 0xa0) or (>= 0xe0 and < 0xf0) or (>= 0xf2 and < 0x170)
        or (>= 0x178 and < 0x1f0) or (>= 0x1f8 and < 0x370) or (>= 0x380 and < 0x3f0) or PlugAndPlayData || IsEisaIdentity(port);

    // Where each slot of an EISA bus, counted in the top digit, would say what card is in it.
    private static bool IsEisaIdentity(ushort port) => port >= 0x1000 && (port & 0xffc) == 0xc80;

    private static bool IsSerial(ushort port) => port is >= SerialPort.FirstPort and <= SerialPort.LastPort;
}
