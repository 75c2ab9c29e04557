using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Protection;

namespace EfiEmu.Cpu.Execution;

/// <summary>What system instructions read and write: the values that OVMF leaves a 64-bit boot application with.</summary>
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

    /// <summary>PE.</summary>
    public const ulong Cr0Protection = 1;

    /// <summary>PG: linear addresses go through page tables.</summary>
    public const ulong Cr0Paging = 1ul << 31;

    /// <summary>PAE, which long mode needs.</summary>
    public const ulong Cr4WideEntries = 1ul << 5;

    /// <summary>LME: paging, once it is on, means long mode.</summary>
    public const ulong EferLongEnable = 1ul << 8;

    /// <summary>LMA: long mode is on, be it 64-bit code or 32-bit code that runs.</summary>
    public const ulong EferLongActive = 1ul << 10;

    /// <summary>WP: a supervisor heeds pages that are read-only.</summary>
    public const ulong Cr0WriteProtect = 1ul << 16;

    /// <summary>SMEP: a supervisor executes no page of a user.</summary>
    public const ulong Cr4Smep = 1ul << 20;

    /// <summary>SMAP: a supervisor touches pages of a user only while RFLAGS.AC is set.</summary>
    public const ulong Cr4Smap = 1ul << 21;

    /// <summary>NXE: page-table entries have a bit against execution.</summary>
    public const ulong EferNoExecute = 1ul << 11;

    private const ushort FirmwareIdtLimit = 0xFFF;

    public ulong Cr0 { get; set; } = Cr0AtStart;

    public ulong Cr2 { get; set; }

    public ulong Cr3 { get; set; }

    public ulong Cr4 { get; set; } = Cr4AtStart;

    public ulong Cr8 { get; set; }

    public ulong Efer { get; set; } = EferAtStart;

    /// <summary>Whether linear addresses go through page tables.</summary>
    public bool IsPaging => (Cr0 & Cr0Paging) != 0;

    /// <summary>Whether long mode is on.</summary>
    public bool IsLongActive => (Efer & EferLongActive) != 0;

    /// <summary>CR3 of firmware's tables, which map memory one to one.</summary>
    public ulong IdentityTables { get; set; }

    /// <summary>Whether someone wrote to firmware's tables, so that they may say something else by now.</summary>
    public bool IdentityTablesWritten { get; set; }

    /// <summary>Page faults that handlers of the guest's own were started for.</summary>
    public ulong PageFaults { get; set; }

    public ulong[] Debug { get; private set; } = [0, 0, 0, 0, 0, 0, 0xFFFF_0FF0, 0x400];

    public uint Mxcsr { get; set; } = MxcsrAtStart;

    /// <summary>The x87 unit.</summary>
    public FloatUnit Float { get; set; } = new();

    /// <summary>The segment registers, and the tables that they are loaded from.</summary>
    public SegmentRegisters Segments { get; private set; } = new();

    public ulong IdtBase { get; set; }

    public ushort IdtLimit { get; set; } = FirmwareIdtLimit;

    /// <summary>
    /// Whether the interrupt table is the guest's own. Firmware's is no memory: its handlers print a dump and hang, so that an
    /// exception ends the run there.
    /// </summary>
    public bool HasGuestIdt => IdtBase != 0 || IdtLimit != FirmwareIdtLimit;

    /// <summary>The same values in an object of their own.</summary>
    public SystemRegisters Copy()
    {
        var copy = (SystemRegisters)MemberwiseClone();
        copy.Debug = [.. Debug];
        copy.Segments = Segments.Copy();
        copy.Float = Float.Copy();
        return copy;
    }
}
