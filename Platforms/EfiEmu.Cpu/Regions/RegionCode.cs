using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Regions;

/// <summary>
/// Host code of a region. Starts at one of its entries, whose block has been counted already. Returns the micro-operation that the
/// interpreter goes on with in the block that the state names.
/// </summary>
internal unsafe delegate MicroOp* RegionCode(byte* state, int entry);
