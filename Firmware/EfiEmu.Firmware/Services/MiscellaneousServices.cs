using EfiEmu.Firmware.Gates;
using EfiEmu.Firmware.Tables;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>Stall, watchdog, monotonic count, CRC and memory copies.</summary>
/// <remarks>UEFI 2.10 section 7.5.</remarks>
internal sealed class MiscellaneousServices(
    Machine machine, GuestProcessor processor, EventServices events, MonotonicCounter counter)
{
    private const int Piece = 65536;
    private const ulong NanosecondsPerMicrosecond = 1000;

    // Two weeks: a guest that asks for more has lost its way, and virtual time must not overflow for it.
    private const ulong LongestStall = 1UL << 40;

    /// <summary>The next value of the 64-bit monotonic counter.</summary>
    public ulong NextMonotonicCount()
    {
        ulong value = counter.Next(out bool stepsHigh);
        if (stepsHigh)
        {
            counter.NextHigh();
        }

        return value;
    }

    /// <summary>Lets virtual time pass; timers that expire meanwhile notify.</summary>
    public void Stall(ulong microseconds) =>
        events.Stall(Math.Min(microseconds, LongestStall) * NanosecondsPerMicrosecond);

    /// <summary>CRC-32 of guest memory.</summary>
    public uint Crc32Of(GuestAddress data, ulong bytes)
    {
        uint crc = 0;
        ForPieces(bytes, (offset, length) => crc = Crc32.Continue(crc, machine.Memory.ReadBytes(data + offset, length)));
        return crc;
    }

    /// <summary>Copies guest memory; the ranges may overlap.</summary>
    public void Copy(GuestAddress destination, GuestAddress source, ulong bytes)
    {
        bool backwards = destination.Value - source.Value < bytes;
        ForPieces(bytes, (offset, length) =>
        {
            ulong at = backwards ? bytes - offset - (ulong)length : offset;
            machine.Memory.Write(destination + at, machine.Memory.ReadBytes(source + at, length));
        });
    }

    /// <summary>Fills guest memory with a byte.</summary>
    public void Fill(GuestAddress buffer, ulong bytes, byte value) =>
        ForPieces(bytes, (offset, length) => machine.Memory.Fill(buffer + offset, (ulong)length, value));

    private void ForPieces(ulong bytes, Action<ulong, int> work)
    {
        for (ulong offset = 0; offset < bytes; offset += Piece)
        {
            int length = (int)Math.Min(Piece, bytes - offset);
            processor.Charge((ulong)length);
            work(offset, length);
        }
    }
}
