using System.Numerics;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Decodes the table in which Linux keeps what is still unaccepted.</summary>
/// <remarks>
/// LINUX_EFI_UNACCEPTED_MEM_TABLE: version u32 @0, unit_size u32 @4, phys_base u64 @8, size u64 @16 (bytes of the bitmap),
/// bitmap @24, least significant bit first.
/// </remarks>
internal static class UnacceptedTableReader
{
    // A bitmap of one bit per 2 MiB for 4 PiB has 256 MiB; a larger one is a guest's mistake.
    private const ulong LargestBitmap = 512UL << 20;
    private const int Piece = 65536;

    /// <summary>The table, or null when it is no such table.</summary>
    public static UnacceptedTable? Read(IGuestMemory memory, GuestAddress address)
    {
        try
        {
            ulong bytes = memory.ReadUInt64(address + 16);
            ulong units = bytes <= LargestBitmap ? CountBits(memory, address + 24, bytes) : 0;
            return new UnacceptedTable(
                memory.ReadUInt32(address), memory.ReadUInt32(address + 4), memory.ReadUInt64(address + 8), bytes, units);
        }
        catch (GuestMemoryFaultException)
        {
            return null;
        }
    }

    private static ulong CountBits(IGuestMemory memory, GuestAddress bitmap, ulong bytes)
    {
        ulong bits = 0;
        byte[] piece = new byte[Piece];
        for (ulong done = 0; done < bytes; done += Piece)
        {
            Span<byte> part = piece.AsSpan(0, (int)Math.Min(Piece, bytes - done));
            memory.Read(bitmap + done, part);
            foreach (byte value in part)
            {
                bits += (ulong)BitOperations.PopCount(value);
            }
        }

        return bits;
    }
}
