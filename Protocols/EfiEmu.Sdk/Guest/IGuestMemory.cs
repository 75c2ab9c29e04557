namespace EfiEmu.Sdk;

/// <summary>Guest-physical memory as firmware and plugins touch it.</summary>
/// <remarks>
/// Every touch obeys the platform: an address without RAM, or a page that nobody accepted, ends the boot with a fault
/// report (<see cref="GuestMemoryFaultException"/>), as the processor's own touch would.
/// </remarks>
public interface IGuestMemory
{
    /// <summary>Copies guest bytes out.</summary>
    /// <exception cref="GuestMemoryFaultException">A byte of the range may not be read.</exception>
    void Read(GuestAddress address, Span<byte> destination);

    /// <summary>Copies bytes into the guest.</summary>
    /// <exception cref="GuestMemoryFaultException">A byte of the range may not be written.</exception>
    void Write(GuestAddress address, ReadOnlySpan<byte> source);

    /// <summary>Sets a range to one value; a range that was never touched and is set to 0 costs the host nothing.</summary>
    /// <exception cref="GuestMemoryFaultException">A byte of the range may not be written.</exception>
    void Fill(GuestAddress address, ulong bytes, byte value);
}
