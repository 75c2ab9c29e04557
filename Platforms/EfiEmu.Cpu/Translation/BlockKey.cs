namespace EfiEmu.Cpu.Translation;

/// <summary>What a block was decoded for: an address, and the physical page that lay there.</summary>
internal readonly record struct BlockKey(ulong Rip, ulong Frame);
