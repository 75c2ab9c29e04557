namespace EfiEmu.Cpu.Protection;

/// <summary>A descriptor of 8 bytes, as it stands in a descriptor table (Intel SDM Vol. 3A 3.4.5).</summary>
internal readonly record struct Descriptor(ulong Value)
{
    // The type of an available and of a busy TSS of 64 or 32 bits, and of an LDT.
    public const int AvailableTask = 9;
    public const int BusyTask = 11;
    public const int LocalTable = 2;

    /// <summary>The four type bits.</summary>
    public int Type => (int)(Value >> 40) & 0xF;

    /// <summary>S: code or data, not a system segment.</summary>
    public bool IsMemory => Bit(44);

    /// <summary>Code, of a descriptor with S.</summary>
    public bool IsCode => IsMemory && Bit(43);

    /// <summary>Data that may be written.</summary>
    public bool IsWritableData => IsMemory && !Bit(43) && Bit(41);

    /// <summary>Data, or code that may be read.</summary>
    public bool IsReadable => IsMemory && (!Bit(43) || Bit(41));

    /// <summary>Data below which the limit lies, as a stack may be.</summary>
    public bool IsExpandDown => IsMemory && !Bit(43) && Bit(42);

    /// <summary>A: the processor has loaded it.</summary>
    public bool IsAccessed => Bit(40);

    /// <summary>Conforming, of code.</summary>
    public bool IsConforming => Bit(42);

    /// <summary>The level that it is for.</summary>
    public int Level => (int)(Value >> 45) & 3;

    /// <summary>P.</summary>
    public bool IsPresent => Bit(47);

    /// <summary>L: 64-bit code.</summary>
    public bool IsLong => Bit(53);

    /// <summary>D of code, B of data.</summary>
    public bool IsWide => Bit(54);

    /// <summary>The lower half of the base; the upper half of a system segment's stands in the 8 bytes that follow.</summary>
    public uint Base => (uint)((Value >> 16) & 0xFF_FFFF) | (uint)(Value >> 56 << 24);

    /// <summary>The limit in bytes.</summary>
    public uint Limit
    {
        get
        {
            uint limit = (uint)(Value & 0xFFFF) | ((uint)(Value >> 32) & 0xF_0000);
            return Bit(55) ? (limit << 12) | 0xFFF : limit;
        }
    }

    private bool Bit(int bit) => (Value >> bit & 1) != 0;
}
