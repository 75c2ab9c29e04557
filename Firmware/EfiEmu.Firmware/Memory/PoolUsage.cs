using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>What is live in the pool of one memory type.</summary>
/// <param name="Type">The memory type.</param>
/// <param name="Buffers">Buffers that nobody freed.</param>
/// <param name="Bytes">Bytes asked for in them.</param>
internal readonly record struct PoolUsage(MemoryType Type, ulong Buffers, ulong Bytes);
