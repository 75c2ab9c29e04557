using EfiEmu.Cpu.Execution;
using Iced.Intel;
using IcedRegister = Iced.Intel.Register;

namespace EfiEmu.Cpu.Protection;

/// <summary>
/// From what an instruction of 32-bit code names to a linear address, with the checks of the segment on the way (Intel SDM Vol. 3A
/// 5.3 and 5.5). A segment of 4 GiB has no limit to check: what goes beyond its end wraps.
/// </summary>
internal static class Segmentation
{
    /// <summary>What the segment registers make of the code that runs.</summary>
    public static CodeMode ModeOf(SystemRegisters system)
    {
        SegmentRegisters segments = system.Segments;
        if (system.IsLongActive && segments[SegmentRegisters.Code].Descriptor.IsLong)
        {
            return CodeMode.Long;
        }

        return IsFlat(segments[SegmentRegisters.Extra]) && IsFlat(segments[SegmentRegisters.Stack]) && IsFlat(segments[SegmentRegisters.Data])
            ? CodeMode.Flat
            : CodeMode.Segmented;
    }

    /// <summary>The linear address of the memory operand of an instruction of 32-bit code.</summary>
    /// <exception cref="GuestStopException">#GP or #SS: the segment does not allow it.</exception>
    public static ulong AddressOf(Core core, in Instruction instruction)
    {
        int segment = instruction.MemorySegment - IcedRegister.ES;
        uint offset = OffsetOf(core, in instruction);
        return IsPlain(core, segment)
            ? offset
            : Linear(core, segment, offset, Math.Max(1, instruction.MemorySize.GetSize()), Writes(in instruction));
    }

    /// <summary>The offset that the memory operand of an instruction of 32-bit code names, within 16 or 32 bits.</summary>
    public static uint OffsetOf(Core core, in Instruction instruction)
    {
        uint offset = (uint)instruction.MemoryDisplacement64;
        IcedRegister based = instruction.MemoryBase;
        IcedRegister index = instruction.MemoryIndex;
        if (RegisterMap.Bits(based) != 0)
        {
            offset += (uint)core.ReadRegister(based);
        }

        if (RegisterMap.Bits(index) != 0)
        {
            offset += (uint)core.ReadRegister(index) * (uint)instruction.MemoryIndexScale;
        }

        bool isNarrow = RegisterMap.Bits(based) == 16 || (RegisterMap.Bits(based) == 0 && RegisterMap.Bits(index) == 16);
        return isNarrow ? (ushort)offset : offset;
    }

    /// <summary>The linear address of some bytes of a segment, by its number.</summary>
    /// <exception cref="GuestStopException">#GP or #SS: the segment does not allow it.</exception>
    public static ulong Linear(Core core, int segment, uint offset, int bytes, bool isWrite)
    {
        if (IsPlain(core, segment))
        {
            return offset;
        }

        SegmentRegister register = core.System.Segments[segment];
        Descriptor descriptor = register.Descriptor;
        if (register.IsNull || (isWrite ? !descriptor.IsWritableData : !descriptor.IsReadable) || !Holds(in register, offset, bytes))
        {
            ExceptionVector vector = segment == SegmentRegisters.Stack ? ExceptionVector.StackFault : ExceptionVector.GeneralProtection;
            throw GuestStopException.Fault(vector, FormattableString.Invariant($"offset 0x{offset:x} of the segment 0x{register.Selector:x}"));
        }

        ulong origin = segment switch
        {
            SegmentRegisters.Fs => core.Gpr(Slot.FsBase),
            SegmentRegisters.Gs => core.Gpr(Slot.GsBase),
            _ => register.Base,
        };
        return (uint)(origin + offset);
    }

    // FS and GS have bases of their own, and code is not written.
    private static bool IsPlain(Core core, int segment) =>
        core.Mode == CodeMode.Flat && segment is SegmentRegisters.Extra or SegmentRegisters.Stack or SegmentRegisters.Data;

    private static bool IsFlat(SegmentRegister register) =>
        !register.IsNull && register is { Base: 0, Limit: uint.MaxValue, Descriptor: { IsWritableData: true, IsExpandDown: false } };

    private static bool Holds(in SegmentRegister register, uint offset, int bytes)
    {
        ulong last = (ulong)offset + (ulong)(bytes - 1);
        if (!register.Descriptor.IsExpandDown)
        {
            return register.Limit == uint.MaxValue || last <= register.Limit;
        }

        return offset > register.Limit && last <= (register.Descriptor.IsWide ? uint.MaxValue : ushort.MaxValue);
    }

    private static bool Writes(in Instruction instruction)
    {
        InstructionInfo info = new InstructionInfoFactory().GetInfo(in instruction);
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) == OpKind.Memory
                && info.GetOpAccess(operand) is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite)
            {
                return true;
            }
        }

        return false;
    }
}
