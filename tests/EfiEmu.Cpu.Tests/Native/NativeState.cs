using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Registers before and after, as the stub loads and stores them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeState
{
    public const int FlagsOffset = 128;
    public const int HostStackOffset = 136;
    public const int XmmOffset = 144;
    public const int FloatOffset = 400;

    public fixed ulong Gpr[16];
    public ulong Flags;
    public ulong HostStack;
    public fixed ulong XmmParts[32];

    /// <summary>An FXSAVE image, of which the x87 part is the test's. At a multiple of 16.</summary>
    public fixed byte Float[512];

    public Vector128<byte> Xmm(int index) => Vector128.Create(XmmParts[2 * index], XmmParts[(2 * index) + 1]).AsByte();
}
