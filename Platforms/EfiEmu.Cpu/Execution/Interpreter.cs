using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Operations;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Execution;

/// <summary>
/// The loop that runs micro-operations. One method and one switch on purpose: registers, translation tables and the current
/// micro-operation stay in host registers. Bodies are spelled out, for the compiler inlines only so much into one method.
/// </summary>
internal sealed unsafe class Interpreter(byte* state, GuestMemory memory, CodeCache code, StringOperations strings, SlowOperations operations)
{
    private const ulong PageMask = ~0xFFFul;
    private const ulong TlbOffsetMask = GuestMemory.TlbOffsetMask;

    private readonly byte* _state = state;

    /// <summary>Runs from a block until the budget is spent (null) or a Gate, Halt or Stop is reached (that micro-operation).</summary>
    /// <exception cref="GuestStopException">A fault, with the state as before the instruction.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public MicroOp* Run(Block* block)
    {
        byte* r = _state;
        Block** targets = code.Targets;
        byte* tlb;
        MicroOp* op;
        Block* next;
        ulong addr, a, b;
        if (*(long*)(r + Slot.Remaining) <= 0 && block->Count != 0)
        {
            *(ulong*)(r + Slot.Rip) = block->Rip;
            return null;
        }

        *(long*)(r + Slot.Remaining) -= block->Count;
        *(Block**)(r + Slot.Block) = block;
        op = block->Operations;
        for (;;)
        {
            switch (op->Code)
            {
                // Moves between registers and immediates.
                case MicroCode.Move64: *(ulong*)(r + op->A) = *(ulong*)(r + op->B); op++; continue;
                case MicroCode.Move32: *(ulong*)(r + op->A) = *(uint*)(r + op->B); op++; continue;
                case MicroCode.Move16: *(ushort*)(r + op->A) = *(ushort*)(r + op->B); op++; continue;
                case MicroCode.Move8: r[op->A] = r[op->B]; op++; continue;
                case MicroCode.MoveImmediate64: *(ulong*)(r + op->A) = op->Immediate; op++; continue;
                case MicroCode.MoveImmediate16: *(ushort*)(r + op->A) = (ushort)op->Immediate; op++; continue;
                case MicroCode.MoveImmediate8: r[op->A] = (byte)op->Immediate; op++; continue;
                case MicroCode.ZeroExtend16: *(ulong*)(r + op->A) = *(ushort*)(r + op->B); op++; continue;
                case MicroCode.ZeroExtend8: *(ulong*)(r + op->A) = r[op->B]; op++; continue;
                case MicroCode.SignExtend32To64: *(ulong*)(r + op->A) = (ulong)*(int*)(r + op->B); op++; continue;
                case MicroCode.SignExtend16To64: *(ulong*)(r + op->A) = (ulong)*(short*)(r + op->B); op++; continue;
                case MicroCode.SignExtend8To64: *(ulong*)(r + op->A) = (ulong)*(sbyte*)(r + op->B); op++; continue;
                case MicroCode.SignExtend16To32: *(ulong*)(r + op->A) = (uint)*(short*)(r + op->B); op++; continue;
                case MicroCode.SignExtend8To32: *(ulong*)(r + op->A) = (uint)*(sbyte*)(r + op->B); op++; continue;
                // Addresses.
                case MicroCode.Lea64: *(ulong*)(r + op->A) = *(ulong*)(r + op->Base) + op->Displacement; op++; continue;
                case MicroCode.Lea64Indexed: *(ulong*)(r + op->A) = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; op++; continue;
                case MicroCode.Lea32Indexed: *(ulong*)(r + op->A) = (uint)(*(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement); op++; continue;
                // Loads: zero-extending, into the low part, sign-extending, and for a write that follows.
                case MicroCode.Load64: addr = *(ulong*)(r + op->Base) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = ((addr + 7) & PageMask) == *(ulong*)tlb ? *(ulong*)(addr + *(ulong*)(tlb + 8)) : memory.ReadSlow(addr, 8, op);
                    op++; continue;
                case MicroCode.Load64Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = ((addr + 7) & PageMask) == *(ulong*)tlb ? *(ulong*)(addr + *(ulong*)(tlb + 8)) : memory.ReadSlow(addr, 8, op);
                    op++; continue;
                case MicroCode.Load32: addr = *(ulong*)(r + op->Base) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = ((addr + 3) & PageMask) == *(ulong*)tlb ? *(uint*)(addr + *(ulong*)(tlb + 8)) : (uint)memory.ReadSlow(addr, 4, op);
                    op++; continue;
                case MicroCode.Load32Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = ((addr + 3) & PageMask) == *(ulong*)tlb ? *(uint*)(addr + *(ulong*)(tlb + 8)) : (uint)memory.ReadSlow(addr, 4, op);
                    op++; continue;
                case MicroCode.Load16: addr = *(ulong*)(r + op->Base) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = ((addr + 1) & PageMask) == *(ulong*)tlb ? *(ushort*)(addr + *(ulong*)(tlb + 8)) : (ushort)memory.ReadSlow(addr, 2, op);
                    op++; continue;
                case MicroCode.Load16Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = ((addr + 1) & PageMask) == *(ulong*)tlb ? *(ushort*)(addr + *(ulong*)(tlb + 8)) : (ushort)memory.ReadSlow(addr, 2, op);
                    op++; continue;
                case MicroCode.Load8: addr = *(ulong*)(r + op->Base) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = (addr & PageMask) == *(ulong*)tlb ? *(byte*)(addr + *(ulong*)(tlb + 8)) : (byte)memory.ReadSlow(addr, 1, op);
                    op++; continue;
                case MicroCode.Load8Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = (addr & PageMask) == *(ulong*)tlb ? *(byte*)(addr + *(ulong*)(tlb + 8)) : (byte)memory.ReadSlow(addr, 1, op);
                    op++; continue;
                case MicroCode.LoadLow16Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ushort*)(r + op->A) = ((addr + 1) & PageMask) == *(ulong*)tlb ? *(ushort*)(addr + *(ulong*)(tlb + 8)) : (ushort)memory.ReadSlow(addr, 2, op);
                    op++; continue;
                case MicroCode.LoadLow8Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(byte*)(r + op->A) = (addr & PageMask) == *(ulong*)tlb ? *(byte*)(addr + *(ulong*)(tlb + 8)) : (byte)memory.ReadSlow(addr, 1, op);
                    op++; continue;
                case MicroCode.LoadSigned32To64Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = (ulong)(int)(((addr + 3) & PageMask) == *(ulong*)tlb ? *(uint*)(addr + *(ulong*)(tlb + 8)) : (uint)memory.ReadSlow(addr, 4, op));
                    op++; continue;
                case MicroCode.LoadSigned16To64Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = (ulong)(short)(((addr + 1) & PageMask) == *(ulong*)tlb ? *(ushort*)(addr + *(ulong*)(tlb + 8)) : (ushort)memory.ReadSlow(addr, 2, op));
                    op++; continue;
                case MicroCode.LoadSigned8To64Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = (ulong)(sbyte)((addr & PageMask) == *(ulong*)tlb ? *(byte*)(addr + *(ulong*)(tlb + 8)) : (byte)memory.ReadSlow(addr, 1, op));
                    op++; continue;
                case MicroCode.LoadSigned16To32Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = (uint)(short)(((addr + 1) & PageMask) == *(ulong*)tlb ? *(ushort*)(addr + *(ulong*)(tlb + 8)) : (ushort)memory.ReadSlow(addr, 2, op));
                    op++; continue;
                case MicroCode.LoadSigned8To32Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = (uint)(sbyte)((addr & PageMask) == *(ulong*)tlb ? *(byte*)(addr + *(ulong*)(tlb + 8)) : (byte)memory.ReadSlow(addr, 1, op));
                    op++; continue;
                case MicroCode.LoadForWrite64Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = ((addr + 7) & PageMask) == *(ulong*)tlb ? *(ulong*)(addr + *(ulong*)(tlb + 8)) : memory.ReadForWriteSlow(addr, 8, op);
                    op++; continue;
                case MicroCode.LoadForWrite32Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = ((addr + 3) & PageMask) == *(ulong*)tlb ? *(uint*)(addr + *(ulong*)(tlb + 8)) : memory.ReadForWriteSlow(addr, 4, op);
                    op++; continue;
                case MicroCode.LoadForWrite16Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = ((addr + 1) & PageMask) == *(ulong*)tlb ? *(ushort*)(addr + *(ulong*)(tlb + 8)) : memory.ReadForWriteSlow(addr, 2, op);
                    op++; continue;
                case MicroCode.LoadForWrite8Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    *(ulong*)(r + op->A) = (addr & PageMask) == *(ulong*)tlb ? *(byte*)(addr + *(ulong*)(tlb + 8)) : memory.ReadForWriteSlow(addr, 1, op);
                    op++; continue;
                // Stores.
                case MicroCode.Store64: addr = *(ulong*)(r + op->Base) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 7) & PageMask) == *(ulong*)tlb) { *(ulong*)(addr + *(ulong*)(tlb + 8)) = *(ulong*)(r + op->A); } else { memory.WriteSlow(addr, *(ulong*)(r + op->A), 8, op); }
                    op++; continue;
                case MicroCode.Store64Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 7) & PageMask) == *(ulong*)tlb) { *(ulong*)(addr + *(ulong*)(tlb + 8)) = *(ulong*)(r + op->A); } else { memory.WriteSlow(addr, *(ulong*)(r + op->A), 8, op); }
                    op++; continue;
                case MicroCode.Store32: addr = *(ulong*)(r + op->Base) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 3) & PageMask) == *(ulong*)tlb) { *(uint*)(addr + *(ulong*)(tlb + 8)) = *(uint*)(r + op->A); } else { memory.WriteSlow(addr, *(uint*)(r + op->A), 4, op); }
                    op++; continue;
                case MicroCode.Store32Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 3) & PageMask) == *(ulong*)tlb) { *(uint*)(addr + *(ulong*)(tlb + 8)) = *(uint*)(r + op->A); } else { memory.WriteSlow(addr, *(uint*)(r + op->A), 4, op); }
                    op++; continue;
                case MicroCode.Store16: addr = *(ulong*)(r + op->Base) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 1) & PageMask) == *(ulong*)tlb) { *(ushort*)(addr + *(ulong*)(tlb + 8)) = *(ushort*)(r + op->A); } else { memory.WriteSlow(addr, *(ushort*)(r + op->A), 2, op); }
                    op++; continue;
                case MicroCode.Store16Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 1) & PageMask) == *(ulong*)tlb) { *(ushort*)(addr + *(ulong*)(tlb + 8)) = *(ushort*)(r + op->A); } else { memory.WriteSlow(addr, *(ushort*)(r + op->A), 2, op); }
                    op++; continue;
                case MicroCode.Store8: addr = *(ulong*)(r + op->Base) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if ((addr & PageMask) == *(ulong*)tlb) { *(byte*)(addr + *(ulong*)(tlb + 8)) = r[op->A]; } else { memory.WriteSlow(addr, r[op->A], 1, op); }
                    op++; continue;
                case MicroCode.Store8Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if ((addr & PageMask) == *(ulong*)tlb) { *(byte*)(addr + *(ulong*)(tlb + 8)) = r[op->A]; } else { memory.WriteSlow(addr, r[op->A], 1, op); }
                    op++; continue;
                case MicroCode.StoreImmediate64Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 7) & PageMask) == *(ulong*)tlb) { *(ulong*)(addr + *(ulong*)(tlb + 8)) = op->Immediate; } else { memory.WriteSlow(addr, op->Immediate, 8, op); }
                    op++; continue;
                case MicroCode.StoreImmediate32Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 3) & PageMask) == *(ulong*)tlb) { *(uint*)(addr + *(ulong*)(tlb + 8)) = (uint)op->Immediate; } else { memory.WriteSlow(addr, op->Immediate, 4, op); }
                    op++; continue;
                case MicroCode.StoreImmediate16Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 1) & PageMask) == *(ulong*)tlb) { *(ushort*)(addr + *(ulong*)(tlb + 8)) = (ushort)op->Immediate; } else { memory.WriteSlow(addr, op->Immediate, 2, op); }
                    op++; continue;
                case MicroCode.StoreImmediate8Indexed: addr = *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if ((addr & PageMask) == *(ulong*)tlb) { *(byte*)(addr + *(ulong*)(tlb + 8)) = (byte)op->Immediate; } else { memory.WriteSlow(addr, op->Immediate, 1, op); }
                    op++; continue;
                // The stack.
                case MicroCode.Push: addr = *(ulong*)(r + Slot.Rsp) - 8; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 7) & PageMask) == *(ulong*)tlb) { *(ulong*)(addr + *(ulong*)(tlb + 8)) = *(ulong*)(r + op->A); } else { memory.WriteSlow(addr, *(ulong*)(r + op->A), 8, op); }
                    *(ulong*)(r + Slot.Rsp) = addr; op++; continue;
                case MicroCode.PushImmediate: addr = *(ulong*)(r + Slot.Rsp) - 8; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 7) & PageMask) == *(ulong*)tlb) { *(ulong*)(addr + *(ulong*)(tlb + 8)) = op->Immediate; } else { memory.WriteSlow(addr, op->Immediate, 8, op); }
                    *(ulong*)(r + Slot.Rsp) = addr; op++; continue;
                case MicroCode.Pop: addr = *(ulong*)(r + Slot.Rsp); tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    a = ((addr + 7) & PageMask) == *(ulong*)tlb ? *(ulong*)(addr + *(ulong*)(tlb + 8)) : memory.ReadSlow(addr, 8, op);
                    *(ulong*)(r + Slot.Rsp) = addr + 8; *(ulong*)(r + op->A) = a; op++; continue;
                // Arithmetic whose flags nobody reads.
                case MicroCode.Add64: *(ulong*)(r + op->A) += *(ulong*)(r + op->B); op++; continue;
                case MicroCode.Or64: *(ulong*)(r + op->A) |= *(ulong*)(r + op->B); op++; continue;
                case MicroCode.And64: *(ulong*)(r + op->A) &= *(ulong*)(r + op->B); op++; continue;
                case MicroCode.Sub64: *(ulong*)(r + op->A) -= *(ulong*)(r + op->B); op++; continue;
                case MicroCode.Xor64: *(ulong*)(r + op->A) ^= *(ulong*)(r + op->B); op++; continue;
                case MicroCode.Add64Immediate: *(ulong*)(r + op->A) += op->Immediate; op++; continue;
                case MicroCode.Or64Immediate: *(ulong*)(r + op->A) |= op->Immediate; op++; continue;
                case MicroCode.And64Immediate: *(ulong*)(r + op->A) &= op->Immediate; op++; continue;
                case MicroCode.Sub64Immediate: *(ulong*)(r + op->A) -= op->Immediate; op++; continue;
                case MicroCode.Xor64Immediate: *(ulong*)(r + op->A) ^= op->Immediate; op++; continue;
                case MicroCode.Add32: *(ulong*)(r + op->A) = *(uint*)(r + op->A) + *(uint*)(r + op->B); op++; continue;
                case MicroCode.Or32: *(ulong*)(r + op->A) = *(uint*)(r + op->A) | *(uint*)(r + op->B); op++; continue;
                case MicroCode.And32: *(ulong*)(r + op->A) = *(uint*)(r + op->A) & *(uint*)(r + op->B); op++; continue;
                case MicroCode.Sub32: *(ulong*)(r + op->A) = *(uint*)(r + op->A) - *(uint*)(r + op->B); op++; continue;
                case MicroCode.Xor32: *(ulong*)(r + op->A) = *(uint*)(r + op->A) ^ *(uint*)(r + op->B); op++; continue;
                case MicroCode.Add32Immediate: *(ulong*)(r + op->A) = *(uint*)(r + op->A) + (uint)op->Immediate; op++; continue;
                case MicroCode.Or32Immediate: *(ulong*)(r + op->A) = *(uint*)(r + op->A) | (uint)op->Immediate; op++; continue;
                case MicroCode.And32Immediate: *(ulong*)(r + op->A) = *(uint*)(r + op->A) & (uint)op->Immediate; op++; continue;
                case MicroCode.Sub32Immediate: *(ulong*)(r + op->A) = *(uint*)(r + op->A) - (uint)op->Immediate; op++; continue;
                case MicroCode.Xor32Immediate: *(ulong*)(r + op->A) = *(uint*)(r + op->A) ^ (uint)op->Immediate; op++; continue;
                // Arithmetic that keeps its flags, in the order of the encoding without ADC and SBB.
                case MicroCode.AddFlags64:
                    b = *(ulong*)(r + op->B); a = (*(ulong*)(r + op->A) + b); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Add64; *(ulong*)(r + op->A) = a; op++; continue;
                case MicroCode.OrFlags64: a = (*(ulong*)(r + op->A) | *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; *(ulong*)(r + op->A) = a; op++; continue;
                case MicroCode.AndFlags64: a = (*(ulong*)(r + op->A) & *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; *(ulong*)(r + op->A) = a; op++; continue;
                case MicroCode.SubFlags64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; *(ulong*)(r + op->A) = a - b; op++; continue;
                case MicroCode.XorFlags64: a = (*(ulong*)(r + op->A) ^ *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; *(ulong*)(r + op->A) = a; op++; continue;
                case MicroCode.CompareFlags64: a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; op++; continue;
                case MicroCode.TestFlags64: a = (*(ulong*)(r + op->A) & *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; op++; continue;
                case MicroCode.AddFlags64Immediate:
                    b = op->Immediate; a = (*(ulong*)(r + op->A) + b); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Add64; *(ulong*)(r + op->A) = a; op++; continue;
                case MicroCode.OrFlags64Immediate: a = (*(ulong*)(r + op->A) | op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; *(ulong*)(r + op->A) = a; op++; continue;
                case MicroCode.AndFlags64Immediate: a = (*(ulong*)(r + op->A) & op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; *(ulong*)(r + op->A) = a; op++; continue;
                case MicroCode.SubFlags64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; *(ulong*)(r + op->A) = a - b; op++; continue;
                case MicroCode.XorFlags64Immediate: a = (*(ulong*)(r + op->A) ^ op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; *(ulong*)(r + op->A) = a; op++; continue;
                case MicroCode.CompareFlags64Immediate: a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; op++; continue;
                case MicroCode.TestFlags64Immediate: a = (*(ulong*)(r + op->A) & op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; op++; continue;
                case MicroCode.AddFlags32:
                    b = *(uint*)(r + op->B); a = (uint)(*(uint*)(r + op->A) + b); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Add32; *(ulong*)(r + op->A) = (uint)(a); op++; continue;
                case MicroCode.OrFlags32: a = (uint)(*(uint*)(r + op->A) | *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; *(ulong*)(r + op->A) = (uint)(a); op++; continue;
                case MicroCode.AndFlags32: a = (uint)(*(uint*)(r + op->A) & *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; *(ulong*)(r + op->A) = (uint)(a); op++; continue;
                case MicroCode.SubFlags32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; *(ulong*)(r + op->A) = (uint)(a - b); op++; continue;
                case MicroCode.XorFlags32: a = (uint)(*(uint*)(r + op->A) ^ *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; *(ulong*)(r + op->A) = (uint)(a); op++; continue;
                case MicroCode.CompareFlags32: a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; op++; continue;
                case MicroCode.TestFlags32: a = (uint)(*(uint*)(r + op->A) & *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; op++; continue;
                case MicroCode.AddFlags32Immediate:
                    b = (uint)op->Immediate; a = (uint)(*(uint*)(r + op->A) + b); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Add32; *(ulong*)(r + op->A) = (uint)(a); op++; continue;
                case MicroCode.OrFlags32Immediate:
                    a = (uint)(*(uint*)(r + op->A) | (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; *(ulong*)(r + op->A) = (uint)(a); op++; continue;
                case MicroCode.AndFlags32Immediate:
                    a = (uint)(*(uint*)(r + op->A) & (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; *(ulong*)(r + op->A) = (uint)(a); op++; continue;
                case MicroCode.SubFlags32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; *(ulong*)(r + op->A) = (uint)(a - b); op++; continue;
                case MicroCode.XorFlags32Immediate:
                    a = (uint)(*(uint*)(r + op->A) ^ (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; *(ulong*)(r + op->A) = (uint)(a); op++; continue;
                case MicroCode.CompareFlags32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; op++; continue;
                case MicroCode.TestFlags32Immediate: a = (uint)(*(uint*)(r + op->A) & (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; op++; continue;
                case MicroCode.AddFlags16:
                    b = *(ushort*)(r + op->B); a = (ushort)(*(ushort*)(r + op->A) + b); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Add16; *(ushort*)(r + op->A) = (ushort)(a); op++; continue;
                case MicroCode.OrFlags16:
                    a = (ushort)(*(ushort*)(r + op->A) | *(ushort*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic16; *(ushort*)(r + op->A) = (ushort)(a); op++; continue;
                case MicroCode.AndFlags16:
                    a = (ushort)(*(ushort*)(r + op->A) & *(ushort*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic16; *(ushort*)(r + op->A) = (ushort)(a); op++; continue;
                case MicroCode.SubFlags16:
                    a = *(ushort*)(r + op->A); b = *(ushort*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub16; *(ushort*)(r + op->A) = (ushort)(a - b); op++; continue;
                case MicroCode.XorFlags16:
                    a = (ushort)(*(ushort*)(r + op->A) ^ *(ushort*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic16; *(ushort*)(r + op->A) = (ushort)(a); op++; continue;
                case MicroCode.CompareFlags16: a = *(ushort*)(r + op->A); b = *(ushort*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub16; op++; continue;
                case MicroCode.TestFlags16: a = (ushort)(*(ushort*)(r + op->A) & *(ushort*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic16; op++; continue;
                case MicroCode.AddFlags16Immediate:
                    b = (ushort)op->Immediate; a = (ushort)(*(ushort*)(r + op->A) + b); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Add16; *(ushort*)(r + op->A) = (ushort)(a); op++; continue;
                case MicroCode.OrFlags16Immediate:
                    a = (ushort)(*(ushort*)(r + op->A) | (ushort)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic16; *(ushort*)(r + op->A) = (ushort)(a); op++; continue;
                case MicroCode.AndFlags16Immediate:
                    a = (ushort)(*(ushort*)(r + op->A) & (ushort)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic16; *(ushort*)(r + op->A) = (ushort)(a); op++; continue;
                case MicroCode.SubFlags16Immediate:
                    a = *(ushort*)(r + op->A); b = (ushort)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub16; *(ushort*)(r + op->A) = (ushort)(a - b); op++; continue;
                case MicroCode.XorFlags16Immediate:
                    a = (ushort)(*(ushort*)(r + op->A) ^ (ushort)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic16; *(ushort*)(r + op->A) = (ushort)(a); op++; continue;
                case MicroCode.CompareFlags16Immediate:
                    a = *(ushort*)(r + op->A); b = (ushort)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub16; op++; continue;
                case MicroCode.TestFlags16Immediate: a = (ushort)(*(ushort*)(r + op->A) & (ushort)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic16; op++; continue;
                case MicroCode.AddFlags8: b = r[op->B]; a = (byte)(r[op->A] + b); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Add8; r[op->A] = (byte)(a); op++; continue;
                case MicroCode.OrFlags8: a = (byte)(r[op->A] | r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; r[op->A] = (byte)(a); op++; continue;
                case MicroCode.AndFlags8: a = (byte)(r[op->A] & r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; r[op->A] = (byte)(a); op++; continue;
                case MicroCode.SubFlags8: a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; r[op->A] = (byte)(a - b); op++; continue;
                case MicroCode.XorFlags8: a = (byte)(r[op->A] ^ r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; r[op->A] = (byte)(a); op++; continue;
                case MicroCode.CompareFlags8: a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; op++; continue;
                case MicroCode.TestFlags8: a = (byte)(r[op->A] & r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; op++; continue;
                case MicroCode.AddFlags8Immediate:
                    b = (byte)op->Immediate; a = (byte)(r[op->A] + b); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Add8; r[op->A] = (byte)(a); op++; continue;
                case MicroCode.OrFlags8Immediate: a = (byte)(r[op->A] | (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; r[op->A] = (byte)(a); op++; continue;
                case MicroCode.AndFlags8Immediate: a = (byte)(r[op->A] & (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; r[op->A] = (byte)(a); op++; continue;
                case MicroCode.SubFlags8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; r[op->A] = (byte)(a - b); op++; continue;
                case MicroCode.XorFlags8Immediate: a = (byte)(r[op->A] ^ (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; r[op->A] = (byte)(a); op++; continue;
                case MicroCode.CompareFlags8Immediate: a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; op++; continue;
                case MicroCode.TestFlags8Immediate: a = (byte)(r[op->A] & (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; op++; continue;
                // Compare or test fused with the jump that reads it.
                case MicroCode.JumpIfBelow64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a < b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAboveOrEqual64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a >= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfEqual64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a == b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotEqual64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a != b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelowOrEqual64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a <= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAbove64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a > b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLess64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if ((long)a < (long)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreaterOrEqual64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if ((long)a >= (long)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLessOrEqual64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if ((long)a <= (long)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreater64:
                    a = *(ulong*)(r + op->A); b = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if ((long)a > (long)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelow64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a < b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAboveOrEqual64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a >= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfEqual64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a == b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotEqual64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a != b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelowOrEqual64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a <= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAbove64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if (a > b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLess64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if ((long)a < (long)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreaterOrEqual64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if ((long)a >= (long)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLessOrEqual64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if ((long)a <= (long)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreater64Immediate:
                    a = *(ulong*)(r + op->A); b = op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; if ((long)a > (long)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelow32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a < b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAboveOrEqual32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a >= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfEqual32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a == b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotEqual32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a != b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelowOrEqual32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a <= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAbove32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a > b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLess32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if ((int)a < (int)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreaterOrEqual32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if ((int)a >= (int)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLessOrEqual32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if ((int)a <= (int)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreater32:
                    a = *(uint*)(r + op->A); b = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if ((int)a > (int)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelow32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a < b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAboveOrEqual32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a >= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfEqual32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a == b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotEqual32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a != b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelowOrEqual32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a <= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAbove32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if (a > b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLess32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if ((int)a < (int)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreaterOrEqual32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if ((int)a >= (int)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLessOrEqual32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if ((int)a <= (int)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreater32Immediate:
                    a = *(uint*)(r + op->A); b = (uint)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; if ((int)a > (int)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelow8: a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a < b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAboveOrEqual8:
                    a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a >= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfEqual8: a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a == b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotEqual8: a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a != b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelowOrEqual8:
                    a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a <= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAbove8: a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a > b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLess8:
                    a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if ((sbyte)a < (sbyte)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreaterOrEqual8:
                    a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if ((sbyte)a >= (sbyte)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLessOrEqual8:
                    a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if ((sbyte)a <= (sbyte)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreater8:
                    a = r[op->A]; b = r[op->B]; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if ((sbyte)a > (sbyte)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelow8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a < b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAboveOrEqual8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a >= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfEqual8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a == b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotEqual8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a != b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfBelowOrEqual8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a <= b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfAbove8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if (a > b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLess8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if ((sbyte)a < (sbyte)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreaterOrEqual8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if ((sbyte)a >= (sbyte)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfLessOrEqual8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if ((sbyte)a <= (sbyte)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfGreater8Immediate:
                    a = r[op->A]; b = (byte)op->Immediate; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub8; if ((sbyte)a > (sbyte)b) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfZero64: a = (*(ulong*)(r + op->A) & *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if (a == 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotZero64: a = (*(ulong*)(r + op->A) & *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if (a != 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfSign64: a = (*(ulong*)(r + op->A) & *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if ((long)a < 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotSign64: a = (*(ulong*)(r + op->A) & *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if ((long)a >= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotPositive64:
                    a = (*(ulong*)(r + op->A) & *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if ((long)a <= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfPositive64: a = (*(ulong*)(r + op->A) & *(ulong*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if ((long)a > 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfZero64Immediate: a = (*(ulong*)(r + op->A) & op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if (a == 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotZero64Immediate: a = (*(ulong*)(r + op->A) & op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if (a != 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfSign64Immediate: a = (*(ulong*)(r + op->A) & op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if ((long)a < 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotSign64Immediate: a = (*(ulong*)(r + op->A) & op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if ((long)a >= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotPositive64Immediate:
                    a = (*(ulong*)(r + op->A) & op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if ((long)a <= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfPositive64Immediate: a = (*(ulong*)(r + op->A) & op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if ((long)a > 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfZero32: a = (uint)(*(uint*)(r + op->A) & *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if (a == 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotZero32: a = (uint)(*(uint*)(r + op->A) & *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if (a != 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfSign32: a = (uint)(*(uint*)(r + op->A) & *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if ((int)a < 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotSign32:
                    a = (uint)(*(uint*)(r + op->A) & *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if ((int)a >= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotPositive32:
                    a = (uint)(*(uint*)(r + op->A) & *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if ((int)a <= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfPositive32:
                    a = (uint)(*(uint*)(r + op->A) & *(uint*)(r + op->B)); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if ((int)a > 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfZero32Immediate:
                    a = (uint)(*(uint*)(r + op->A) & (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if (a == 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotZero32Immediate:
                    a = (uint)(*(uint*)(r + op->A) & (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if (a != 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfSign32Immediate:
                    a = (uint)(*(uint*)(r + op->A) & (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if ((int)a < 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotSign32Immediate:
                    a = (uint)(*(uint*)(r + op->A) & (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if ((int)a >= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotPositive32Immediate:
                    a = (uint)(*(uint*)(r + op->A) & (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if ((int)a <= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfPositive32Immediate:
                    a = (uint)(*(uint*)(r + op->A) & (uint)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if ((int)a > 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfZero8: a = (byte)(r[op->A] & r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if (a == 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotZero8: a = (byte)(r[op->A] & r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if (a != 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfSign8: a = (byte)(r[op->A] & r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if ((sbyte)a < 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotSign8: a = (byte)(r[op->A] & r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if ((sbyte)a >= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotPositive8: a = (byte)(r[op->A] & r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if ((sbyte)a <= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfPositive8: a = (byte)(r[op->A] & r[op->B]); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if ((sbyte)a > 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfZero8Immediate: a = (byte)(r[op->A] & (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if (a == 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotZero8Immediate: a = (byte)(r[op->A] & (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if (a != 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfSign8Immediate: a = (byte)(r[op->A] & (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if ((sbyte)a < 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotSign8Immediate: a = (byte)(r[op->A] & (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if ((sbyte)a >= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfNotPositive8Immediate:
                    a = (byte)(r[op->A] & (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if ((sbyte)a <= 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfPositive8Immediate: a = (byte)(r[op->A] & (byte)op->Immediate); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic8; if ((sbyte)a > 0) { goto Taken; } goto NotTaken;
                // One operand.
                case MicroCode.Not64: *(ulong*)(r + op->A) = ~*(ulong*)(r + op->A); op++; continue;
                case MicroCode.Negate64: *(ulong*)(r + op->A) = 0 - *(ulong*)(r + op->A); op++; continue;
                case MicroCode.NegateFlags64: b = *(ulong*)(r + op->A); *(ulong*)(r + Slot.FlagA) = 0; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub64; *(ulong*)(r + op->A) = 0 - b; op++; continue;
                case MicroCode.IncrementFlags64: b = Flags.CarryOf(r); a = *(ulong*)(r + op->A) + 1; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b | (a == 0x8000_0000_0000_0000 ? 2u : 0u) | ((a & 15) == 0 ? 4u : 0u); r[Slot.FlagKind] = FlagKind.Result64; op++; continue;
                case MicroCode.DecrementFlags64: b = Flags.CarryOf(r); a = *(ulong*)(r + op->A) - 1; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b | (a == 0x7FFF_FFFF_FFFF_FFFF ? 2u : 0u) | ((a & 15) == 15 ? 4u : 0u); r[Slot.FlagKind] = FlagKind.Result64; op++; continue;
                case MicroCode.ByteSwap64: *(ulong*)(r + op->A) = BinaryPrimitives.ReverseEndianness(*(ulong*)(r + op->A)); op++; continue;
                case MicroCode.Not32: *(ulong*)(r + op->A) = ~*(uint*)(r + op->A); op++; continue;
                case MicroCode.Negate32: *(ulong*)(r + op->A) = (uint)-*(int*)(r + op->A); op++; continue;
                case MicroCode.NegateFlags32:
                    b = *(uint*)(r + op->A); *(ulong*)(r + Slot.FlagA) = 0; *(ulong*)(r + Slot.FlagB) = b; r[Slot.FlagKind] = FlagKind.Sub32; *(ulong*)(r + op->A) = (uint)(0 - b); op++; continue;
                case MicroCode.IncrementFlags32: b = Flags.CarryOf(r); a = *(uint*)(r + op->A) + 1; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b | (a == 0x8000_0000 ? 2u : 0u) | ((a & 15) == 0 ? 4u : 0u); r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                case MicroCode.DecrementFlags32: b = Flags.CarryOf(r); a = *(uint*)(r + op->A) - 1; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b | (a == 0x7FFF_FFFF ? 2u : 0u) | ((a & 15) == 15 ? 4u : 0u); r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                case MicroCode.ByteSwap32: *(ulong*)(r + op->A) = BinaryPrimitives.ReverseEndianness(*(uint*)(r + op->A)); op++; continue;
                // Shifts and rotates by a constant, masked and not 0.
                case MicroCode.ShiftLeft64: *(ulong*)(r + op->A) = *(ulong*)(r + op->A) << (int)op->Immediate; op++; continue;
                case MicroCode.ShiftRight64: *(ulong*)(r + op->A) = *(ulong*)(r + op->A) >> (int)op->Immediate; op++; continue;
                case MicroCode.ShiftRightSigned64: *(ulong*)(r + op->A) = (ulong)(*(long*)(r + op->A) >> (int)op->Immediate); op++; continue;
                case MicroCode.RotateLeft64: *(ulong*)(r + op->A) = BitOperations.RotateLeft(*(ulong*)(r + op->A), (int)op->Immediate); op++; continue;
                case MicroCode.RotateRight64: *(ulong*)(r + op->A) = BitOperations.RotateRight(*(ulong*)(r + op->A), (int)op->Immediate); op++; continue;
                case MicroCode.RotateLeftFlags64: Arithmetic.RotateLeft64(r, op->A, (int)op->Immediate); op++; continue;
                case MicroCode.ShiftLeftFlags64: b = *(ulong*)(r + op->A); a = *(ulong*)(r + op->A) << (int)op->Immediate; b = (b >> (64 - (int)op->Immediate)) & 1; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b | (((a >> 63) ^ b) << 1); r[Slot.FlagKind] = FlagKind.Result64; op++; continue;
                case MicroCode.ShiftRightFlags64: b = *(ulong*)(r + op->A); a = b >> (int)op->Immediate; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = ((b >> ((int)op->Immediate - 1)) & 1) | ((b >> 63) << 1); r[Slot.FlagKind] = FlagKind.Result64; op++; continue;
                case MicroCode.ShiftRightSignedFlags64: b = *(ulong*)(r + op->A); a = (ulong)(*(long*)(r + op->A) >> (int)op->Immediate); *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = (b >> ((int)op->Immediate - 1)) & 1; r[Slot.FlagKind] = FlagKind.Result64; op++; continue;
                case MicroCode.ShiftLeft32: *(ulong*)(r + op->A) = *(uint*)(r + op->A) << (int)op->Immediate; op++; continue;
                case MicroCode.ShiftRight32: *(ulong*)(r + op->A) = *(uint*)(r + op->A) >> (int)op->Immediate; op++; continue;
                case MicroCode.ShiftRightSigned32: *(ulong*)(r + op->A) = (uint)(*(int*)(r + op->A) >> (int)op->Immediate); op++; continue;
                case MicroCode.RotateLeft32: *(ulong*)(r + op->A) = BitOperations.RotateLeft(*(uint*)(r + op->A), (int)op->Immediate); op++; continue;
                case MicroCode.RotateRight32: *(ulong*)(r + op->A) = BitOperations.RotateRight(*(uint*)(r + op->A), (int)op->Immediate); op++; continue;
                case MicroCode.RotateLeftFlags32: Arithmetic.RotateLeft32(r, op->A, (int)op->Immediate); op++; continue;
                case MicroCode.ShiftLeftFlags32: b = *(uint*)(r + op->A); a = *(uint*)(r + op->A) << (int)op->Immediate; b = (b >> (32 - (int)op->Immediate)) & 1; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b | (((a >> 31) ^ b) << 1); r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                case MicroCode.ShiftRightFlags32: b = *(uint*)(r + op->A); a = b >> (int)op->Immediate; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = ((b >> ((int)op->Immediate - 1)) & 1) | ((b >> 31) << 1); r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                case MicroCode.ShiftRightSignedFlags32: b = *(uint*)(r + op->A); a = (uint)(*(int*)(r + op->A) >> (int)op->Immediate); *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = (b >> ((int)op->Immediate - 1)) & 1; r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                // Shifts by a register without flags, bit fields.
                case MicroCode.ShiftLeftBy64: *(ulong*)(r + op->A) = *(ulong*)(r + op->B) << r[op->Index]; op++; continue;
                case MicroCode.ShiftRightBy64: *(ulong*)(r + op->A) = *(ulong*)(r + op->B) >> r[op->Index]; op++; continue;
                case MicroCode.ShiftRightSignedBy64: *(ulong*)(r + op->A) = (ulong)(*(long*)(r + op->B) >> r[op->Index]); op++; continue;
                case MicroCode.ZeroHighBits64: b = r[op->Index]; a = *(ulong*)(r + op->B); if (b < 64) { a &= (1ul << (int)b) - 1; }
                    *(ulong*)(r + op->A) = a; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b >= 64 ? 1u : 0u; r[Slot.FlagKind] = FlagKind.Result64; op++; continue;
                case MicroCode.ShiftLeftBy32: *(ulong*)(r + op->A) = *(uint*)(r + op->B) << r[op->Index]; op++; continue;
                case MicroCode.ShiftRightBy32: *(ulong*)(r + op->A) = *(uint*)(r + op->B) >> r[op->Index]; op++; continue;
                case MicroCode.ShiftRightSignedBy32: *(ulong*)(r + op->A) = (uint)(*(int*)(r + op->B) >> r[op->Index]); op++; continue;
                case MicroCode.ZeroHighBits32: b = r[op->Index]; a = *(uint*)(r + op->B); if (b < 32) { a &= (1u << (int)b) - 1; }
                    *(ulong*)(r + op->A) = a; *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b >= 32 ? 1u : 0u; r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                // Multiplication of two registers or of a register and a constant.
                case MicroCode.Multiply64: *(ulong*)(r + op->A) = (ulong)(*(long*)(r + op->B) * *(long*)(r + op->Index)); op++; continue;
                case MicroCode.MultiplyFlags64: Arithmetic.Multiply64(r, op->A, *(long*)(r + op->B), *(long*)(r + op->Index)); op++; continue;
                case MicroCode.Multiply64Immediate: *(ulong*)(r + op->A) = (ulong)(*(long*)(r + op->B) * (long)op->Immediate); op++; continue;
                case MicroCode.MultiplyFlags64Immediate: Arithmetic.Multiply64(r, op->A, *(long*)(r + op->B), (long)op->Immediate); op++; continue;
                case MicroCode.Multiply32: *(ulong*)(r + op->A) = (uint)(*(int*)(r + op->B) * *(int*)(r + op->Index)); op++; continue;
                case MicroCode.MultiplyFlags32: b = (ulong)((long)*(int*)(r + op->B) * *(int*)(r + op->Index)); a = (uint)b; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = (ulong)(int)b == b ? 0u : 3u; r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                case MicroCode.Multiply32Immediate: *(ulong*)(r + op->A) = (uint)(*(int*)(r + op->B) * (int)op->Immediate); op++; continue;
                case MicroCode.MultiplyFlags32Immediate: b = (ulong)((long)*(int*)(r + op->B) * (int)op->Immediate); a = (uint)b; *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = (ulong)(int)b == b ? 0u : 3u; r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                // Bit scans.
                case MicroCode.LeadingZeros64: b = *(ulong*)(r + op->B); a = (uint)BitOperations.LeadingZeroCount(b); *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b == 0 ? 1u : 0u; r[Slot.FlagKind] = FlagKind.Result64; op++; continue;
                case MicroCode.TrailingZeros64: b = *(ulong*)(r + op->B); a = (uint)BitOperations.TrailingZeroCount(b); *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b == 0 ? 1u : 0u; r[Slot.FlagKind] = FlagKind.Result64; op++; continue;
                case MicroCode.ScanReverse64: a = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if (a != 0) { *(ulong*)(r + op->A) = (uint)BitOperations.Log2(a); }
                    op++; continue;
                case MicroCode.ScanForward64:
                    a = *(ulong*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic64; if (a != 0) { *(ulong*)(r + op->A) = (uint)BitOperations.TrailingZeroCount(a); }
                    op++; continue;
                case MicroCode.LeadingZeros32: b = *(uint*)(r + op->B); a = (uint)BitOperations.LeadingZeroCount((uint)b); *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b == 0 ? 1u : 0u; r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                case MicroCode.TrailingZeros32: b = *(uint*)(r + op->B); a = (uint)BitOperations.TrailingZeroCount((uint)b); *(ulong*)(r + op->A) = a;
                    *(ulong*)(r + Slot.FlagA) = a; *(ulong*)(r + Slot.FlagB) = b == 0 ? 1u : 0u; r[Slot.FlagKind] = FlagKind.Result32; op++; continue;
                case MicroCode.ScanReverse32: a = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if (a != 0) { *(ulong*)(r + op->A) = (uint)BitOperations.Log2(a); }
                    op++; continue;
                case MicroCode.ScanForward32:
                    a = *(uint*)(r + op->B); *(ulong*)(r + Slot.FlagA) = a; r[Slot.FlagKind] = FlagKind.Logic32; if (a != 0) { *(ulong*)(r + op->A) = (uint)BitOperations.TrailingZeroCount(a); }
                    op++; continue;
                // With the carry flag.
                case MicroCode.AddWithCarry64: Arithmetic.AddWithCarry64(r, op->A, *(ulong*)(r + op->B)); op++; continue;
                case MicroCode.SubtractWithBorrow64: Arithmetic.SubtractWithBorrow64(r, op->A, *(ulong*)(r + op->B)); op++; continue;
                case MicroCode.AddWithCarry64Immediate: Arithmetic.AddWithCarry64(r, op->A, op->Immediate); op++; continue;
                case MicroCode.SubtractWithBorrow64Immediate: Arithmetic.SubtractWithBorrow64(r, op->A, op->Immediate); op++; continue;
                case MicroCode.AddWithCarry32: Arithmetic.AddWithCarry32(r, op->A, *(uint*)(r + op->B)); op++; continue;
                case MicroCode.SubtractWithBorrow32: Arithmetic.SubtractWithBorrow32(r, op->A, *(uint*)(r + op->B)); op++; continue;
                case MicroCode.AddWithCarry32Immediate: Arithmetic.AddWithCarry32(r, op->A, (uint)op->Immediate); op++; continue;
                case MicroCode.SubtractWithBorrow32Immediate: Arithmetic.SubtractWithBorrow32(r, op->A, (uint)op->Immediate); op++; continue;
                // Conditions.
                case MicroCode.SetIf: r[op->A] = Flags.Condition(r, op->Extra) ? (byte)1 : (byte)0; op++; continue;
                case MicroCode.MoveIf64: if (Flags.Condition(r, op->Extra)) { *(ulong*)(r + op->A) = *(ulong*)(r + op->B); }
                    op++; continue;
                case MicroCode.MoveIf32: *(ulong*)(r + op->A) = Flags.Condition(r, op->Extra) ? *(uint*)(r + op->B) : *(uint*)(r + op->A); op++; continue;
                // Control transfers.
                case MicroCode.JumpIf: if (Flags.Condition(r, op->Extra)) { goto Taken; }
                    goto NotTaken;
                case MicroCode.JumpIfResultZero: if (*(ulong*)(r + Slot.FlagA) == 0) { goto Taken; } goto NotTaken;
                case MicroCode.JumpIfResultNotZero: if (*(ulong*)(r + Slot.FlagA) != 0) { goto Taken; } goto NotTaken;
                case MicroCode.Jump: goto Taken;
                case MicroCode.FallThrough: goto NotTaken;
                case MicroCode.JumpTo: a = *(ulong*)(r + op->A); goto Dynamic;
                case MicroCode.Call: addr = *(ulong*)(r + Slot.Rsp) - 8; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    if (((addr + 7) & PageMask) == *(ulong*)tlb) { *(ulong*)(addr + *(ulong*)(tlb + 8)) = op->Immediate; } else { memory.WriteSlow(addr, op->Immediate, 8, op); }
                    *(ulong*)(r + Slot.Rsp) = addr; goto Taken;
                case MicroCode.CallTo: addr = *(ulong*)(r + Slot.Rsp) - 8; tlb = r + Slot.WriteTable + (nint)((addr >> 8) & TlbOffsetMask);
                    a = *(ulong*)(r + op->A);
                    if (((addr + 7) & PageMask) == *(ulong*)tlb) { *(ulong*)(addr + *(ulong*)(tlb + 8)) = op->Immediate; } else { memory.WriteSlow(addr, op->Immediate, 8, op); }
                    *(ulong*)(r + Slot.Rsp) = addr; goto Dynamic;
                case MicroCode.Return: addr = *(ulong*)(r + Slot.Rsp); tlb = r + Slot.ReadTable + (nint)((addr >> 8) & TlbOffsetMask);
                    a = ((addr + 7) & PageMask) == *(ulong*)tlb ? *(ulong*)(addr + *(ulong*)(tlb + 8)) : memory.ReadSlow(addr, 8, op);
                    *(ulong*)(r + Slot.Rsp) = addr + 8 + op->Immediate; goto Dynamic;
                // Everything else.
                case MicroCode.MoveString: strings.Move(op); op++; continue;
                case MicroCode.StoreString: strings.Store(op); op++; continue;
                case MicroCode.Slow: operations.Run(op); op++; continue;
                case MicroCode.Leave: *(long*)(r + Slot.Remaining) += (long)op->Displacement; a = op->Immediate; goto Dynamic;
                // Gate, Halt and Stop.
                default: return op;
            }

        Taken:
            next = block->Taken;
            if (next == null)
            {
                next = code.LinkTaken(block);
            }

            goto Enter;

        NotTaken:
            next = block->Next;
            if (next == null)
            {
                next = code.LinkNext(block);
            }

            goto Enter;

        Dynamic:
            next = targets[CodeCache.TargetIndex(a)];
            if (next == null || next->Rip != a)
            {
                next = code.Find(a);
            }

        Enter:
            if (*(long*)(r + Slot.Remaining) <= 0 && next->Count != 0)
            {
                *(ulong*)(r + Slot.Rip) = next->Rip;
                *(Block**)(r + Slot.Block) = null;
                return null;
            }

            *(long*)(r + Slot.Remaining) -= next->Count;
            block = next;
            *(Block**)(r + Slot.Block) = block;
            op = block->Operations;
        }
    }
}
