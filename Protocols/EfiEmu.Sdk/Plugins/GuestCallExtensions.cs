namespace EfiEmu.Sdk;

/// <summary>Arguments by type. The calling convention leaves the upper bits of a narrow argument undefined.</summary>
/// <remarks>UEFI 2.10 section 2.3.4.2.</remarks>
public static class GuestCallExtensions
{
    /// <summary>A pointer.</summary>
    public static GuestAddress Pointer(this IGuestCall call, int index) => new(call[index]);

    /// <summary>A BOOLEAN: true for any value but 0 of its low byte.</summary>
    public static bool Boolean(this IGuestCall call, int index) => (byte)call[index] != 0;

    /// <summary>A UINT8.</summary>
    public static byte Byte(this IGuestCall call, int index) => unchecked((byte)call[index]);

    /// <summary>A UINT16.</summary>
    public static ushort UInt16(this IGuestCall call, int index) => unchecked((ushort)call[index]);

    /// <summary>A UINT32.</summary>
    public static uint UInt32(this IGuestCall call, int index) => unchecked((uint)call[index]);
}
