namespace EfiEmu.Platforms;

/// <summary>The I/O ports of the machine: a serial port and the POST code. Nothing else answers.</summary>
internal sealed class IoPorts
{
    private const ushort PostCodePort = 0x80;

    /// <summary>COM1.</summary>
    public SerialPort Serial { get; } = new();

    public bool TryRead(ushort port, int bytes, out uint value)
    {
        value = 0;
        if (bytes != 1 || port is < SerialPort.FirstPort or > SerialPort.LastPort)
        {
            return false;
        }

        value = Serial.Read(port);
        return true;
    }

    public bool TryWrite(ushort port, int bytes, uint value)
    {
        if (port == PostCodePort)
        {
            return true;
        }

        if (bytes != 1 || port is < SerialPort.FirstPort or > SerialPort.LastPort)
        {
            return false;
        }

        Serial.Write(port, (byte)value);
        return true;
    }
}
