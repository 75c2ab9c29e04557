using EfiEmu.Cpu.FloatingPoint;

namespace EfiEmu.Cpu.Execution;

/// <summary>
/// What system instructions read and write: the values that OVMF leaves a 64-bit boot application with. Nothing here changes how
/// code runs: the address space is flat and the privilege level 0.
/// </summary>
internal sealed class SystemRegisters
{
    /// <summary>PE, MP, ET, NE, WP and PG.</summary>
    public const ulong Cr0AtStart = 0x8001_0033;

    /// <summary>DE, PAE, MCE, OSFXSR and OSXMMEXCPT.</summary>
    public const ulong Cr4AtStart = 0x668;

    /// <summary>LME, LMA and NXE.</summary>
    public const ulong EferAtStart = 0xD00;

    /// <summary>All exceptions masked, round to nearest.</summary>
    public const uint MxcsrAtStart = 0x1F80;

    public ulong Cr0 { get; set; } = Cr0AtStart;

    public ulong Cr2 { get; set; }

    public ulong Cr3 { get; set; }

    public ulong Cr4 { get; set; } = Cr4AtStart;

    public ulong Cr8 { get; set; }

    public ulong[] Debug { get; private set; } = [0, 0, 0, 0, 0, 0, 0xFFFF_0FF0, 0x400];

    public uint Mxcsr { get; set; } = MxcsrAtStart;

    /// <summary>The x87 unit.</summary>
    public FloatUnit Float { get; set; } = new();

    /// <summary>ES, CS, SS, DS, FS, GS: OVMF's flat selectors.</summary>
    public ushort[] Segments { get; private set; } = [0x30, 0x38, 0x30, 0x30, 0x30, 0x30];

    public ulong GdtBase { get; set; }

    public ushort GdtLimit { get; set; } = 0x47;

    public ulong IdtBase { get; set; }

    public ushort IdtLimit { get; set; } = 0xFFF;

    public ushort TaskRegister { get; set; }

    public ushort LocalTable { get; set; }

    /// <summary>The same values in an object of their own.</summary>
    public SystemRegisters Copy()
    {
        var copy = (SystemRegisters)MemberwiseClone();
        copy.Debug = [.. Debug];
        copy.Segments = [.. Segments];
        copy.Float = Float.Copy();
        return copy;
    }
}
