namespace EfiEmu.Firmware.Tables;

/// <summary>The CRC of table headers and of CalculateCrc32: CRC-32/ISO-HDLC, as in Ethernet and zip.</summary>
/// <remarks>UEFI 2.10 section 4.2.</remarks>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => OfByte((uint)value))];

    /// <summary>The CRC of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Continue(0, bytes);

    /// <summary>Goes on from the CRC of what came before: the CRC of the whole.</summary>
    /// <param name="crc">The CRC so far; 0 for nothing.</param>
    /// <param name="bytes">What follows.</param>
    public static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint state = ~crc;
        foreach (byte value in bytes)
        {
            state = (state >> 8) ^ Table[(byte)(state ^ value)];
        }

        return ~state;
    }

    private static uint OfByte(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value >> 1) ^ ((value & 1) * Polynomial);
        }

        return value;
    }
}
