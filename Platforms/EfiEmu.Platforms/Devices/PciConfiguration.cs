namespace EfiEmu.Platforms;

/// <summary>PCI configuration mechanism #1 (PCI Local Bus 3.0, 3.2.2.3.2): a bus on which no function answers.</summary>
/// <remarks>
/// An address at 0xCF8, data from 0xCFC on. Reads of a function that is not there give ones, writes to it are lost. Differs from QEMU's
/// machines, which have a host bridge at least: nothing of this machine is a device that guests could drive, and no handle has PciIo.
/// </remarks>
internal sealed class PciConfiguration
{
    private const ushort AddressPort = 0xcf8;
    private const ushort DataPort = 0xcfc;

    // Bit 31 enables; the two lowest bits and 30 to 24 read as zero.
    private const uint AddressBits = 0x80ff_fffc;

    private uint _address;

    /// <summary>Whether an access is one of this device: the address port takes 4 bytes at once, and only these.</summary>
    public static bool Answers(ushort port, int bytes) =>
        (port == AddressPort && bytes == 4) || (port >= DataPort && port + bytes <= DataPort + 4);

    /// <summary>Reads a port that <see cref="Answers"/>; ones wherever no function is.</summary>
    public uint Read(ushort port, int bytes) => port == AddressPort ? _address : uint.MaxValue >> (32 - (8 * bytes));

    /// <summary>Writes a port that <see cref="Answers"/>.</summary>
    public void Write(ushort port, uint value)
    {
        if (port == AddressPort)
        {
            _address = value & AddressBits;
        }
    }

    /// <summary>Keeps the address, and gives what puts it back.</summary>
    public Action Save()
    {
        uint address = _address;
        return () => _address = address;
    }
}
