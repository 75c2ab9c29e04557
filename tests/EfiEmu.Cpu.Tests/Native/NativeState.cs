using System.Runtime.InteropServices;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Registers before and after, as the stubs load and store them, and what the signal handler saw.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeState
{
    public const int FlagsOffset = 128;
    public const int HostStackOffset = 136;
    public const int XmmOffset = 144;
    public const int FloatOffset = 400;
    public const int RipOffset = 912;
    public const int TrapOffset = 920;
    public const int ErrorOffset = 928;
    public const int AddressOffset = 936;
    public const int ExitOffset = 944;
    public const int GsBaseOffset = 952;
    public const int HostGsBaseOffset = 960;

    public fixed ulong Gpr[16];
    public ulong Flags;
    public ulong HostStack;
    public fixed ulong Xmm[32];

    /// <summary>An FXSAVE image, of which the x87 part and MXCSR are the test's. At a multiple of 16.</summary>
    public fixed byte Float[512];

    /// <summary>Where the signal came from.</summary>
    public ulong Rip;

    /// <summary>The exception's vector.</summary>
    public ulong Trap;

    /// <summary>Its error code.</summary>
    public ulong Error;

    /// <summary>CR2.</summary>
    public ulong Address;

    /// <summary>Where the handler sends the thread.</summary>
    public ulong Exit;

    public ulong GsBase;
    public ulong HostGsBase;
}
