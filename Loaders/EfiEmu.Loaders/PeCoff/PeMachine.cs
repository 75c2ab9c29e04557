using System.Globalization;

namespace EfiEmu.Loaders;

/// <summary>IMAGE_FILE_HEADER.Machine: the values that image files carry in practice.</summary>
internal static class PeMachine
{
    public const ushort X64 = 0x8664;
    public const ushort Ia32 = 0x014c;

    /// <summary>The name of the processor, or the number.</summary>
    public static string NameOf(ushort machine) => machine switch
    {
        X64 => "x86-64",
        Ia32 => "32-bit x86",
        0xaa64 => "Arm64",
        0x01c0 or 0x01c2 or 0x01c4 => "32-bit Arm",
        0x0200 => "Itanium",
        0x0ebc => "EFI byte code",
        0x5032 => "32-bit RISC-V",
        0x5064 => "64-bit RISC-V",
        0x6232 => "32-bit LoongArch",
        0x6264 => "64-bit LoongArch",
        _ => "machine 0x" + machine.ToString("x", CultureInfo.InvariantCulture),
    };
}
