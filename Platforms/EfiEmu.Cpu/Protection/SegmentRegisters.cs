namespace EfiEmu.Cpu.Protection;

/// <summary>ES, CS, SS, DS, FS, GS, TR and LDTR, and the global descriptor table: the one home of what a processor knows of segments.</summary>
internal sealed class SegmentRegisters
{
    public const int Extra = 0;
    public const int Code = 1;
    public const int Stack = 2;
    public const int Data = 3;
    public const int Fs = 4;
    public const int Gs = 5;
    private const int Count = 6;
    private const ushort FirmwareTableLimit = 0x47;
    private const ushort FirmwareCode = 0x38;
    private const ushort FirmwareData = 0x30;

    // UefiCpuPkg/CpuDxe/CpuGdt.c; in no memory of the guest's.
    private static ReadOnlySpan<ulong> FirmwareDescriptors =>
    [
        0,
        0x00CF_9200_0000_FFFF,
        0x00CF_9F00_0000_FFFF,
        0x00CF_9300_0000_FFFF,
        0x00CF_9A00_0000_FFFF,
        0x008F_9A00_0000_FFFF,
        0x00CF_9200_0000_FFFF,
        0x00AF_9A00_0000_FFFF,
        0,
    ];

    private SegmentRegister[] _registers = AtStart();

    /// <summary>TR; the base is that of the task-state segment.</summary>
    public SegmentRegister Task { get; set; }

    /// <summary>LDTR; the base is that of the local table.</summary>
    public SegmentRegister LocalTable { get; set; }

    public ulong TableBase { get; set; }

    public ushort TableLimit { get; set; } = FirmwareTableLimit;

    /// <summary>Whether the global table is the guest's own; firmware's stands in no memory.</summary>
    public bool HasGuestTable => TableBase != 0 || TableLimit != FirmwareTableLimit;

    /// <summary>A register by its number: ES, CS, SS, DS, FS, GS.</summary>
    public SegmentRegister this[int number]
    {
        get => _registers[number];
        set => _registers[number] = value;
    }

    /// <summary>A descriptor of firmware's own table; 0 where it has none.</summary>
    public static Descriptor Firmware(int index) => new(index < FirmwareDescriptors.Length ? FirmwareDescriptors[index] : 0);

    /// <summary>The same values in an object of their own.</summary>
    public SegmentRegisters Copy()
    {
        var copy = (SegmentRegisters)MemberwiseClone();
        copy._registers = [.. _registers];
        return copy;
    }

    private static SegmentRegister[] AtStart()
    {
        var registers = new SegmentRegister[Count];
        Array.Fill(registers, Flat(FirmwareData));
        registers[Code] = Flat(FirmwareCode);
        return registers;
    }

    private static SegmentRegister Flat(ushort selector)
    {
        Descriptor descriptor = Firmware(selector >> 3);
        return new SegmentRegister(selector, 0, descriptor.Limit, descriptor);
    }
}
