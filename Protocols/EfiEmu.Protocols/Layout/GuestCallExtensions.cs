using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>Arguments by type. The calling convention leaves the upper bits of a narrow argument undefined.</summary>
internal static class GuestCallExtensions
{
    public static GuestAddress Pointer(this IGuestCall call, int index) => new(call[index]);

    public static bool Boolean(this IGuestCall call, int index) => (byte)call[index] != 0;

    public static byte Byte(this IGuestCall call, int index) => unchecked((byte)call[index]);

    public static ushort UInt16(this IGuestCall call, int index) => unchecked((ushort)call[index]);
}
