namespace EfiEmu.Cpu.Protection;

/// <summary>How code is decoded, and how its addresses are made.</summary>
internal enum CodeMode : byte
{
    /// <summary>64-bit mode.</summary>
    Long,

    /// <summary>32-bit code, in compatibility mode or protected mode, whose CS, DS, ES and SS all reach the whole 4 GiB.</summary>
    Flat,

    /// <summary>32-bit code with a segment that does not: each address is checked and moved by its base.</summary>
    Segmented,
}
