using EfiEmu.Cpu.Protection;

namespace EfiEmu.Cpu.Translation;

/// <summary>What a block was decoded for: an address, the physical page that lay there, and the mode of the processor.</summary>
internal readonly record struct BlockKey(ulong Rip, ulong Frame, CodeMode Mode);
