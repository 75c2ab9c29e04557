using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>What asks a descriptor table without loading from it: LAR, LSL, VERR and VERW.</summary>
/// <remarks>Intel SDM volume 2, the tables of LAR and LSL; the local table is empty.</remarks>
internal static class DescriptorOperations
{
    private const ulong UserSegment = 1ul << 44;
    private const ulong Executable = 1ul << 43;
    private const ulong ReadableOrWritable = 1ul << 41;
    private const ulong PageGranular = 1ul << 55;
    private const ulong AccessRights = 0x00FF_FF00;

    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Lar => static (Core core, in Instruction i) => Ask(core, in i, IsKnownSystemType, static descriptor => (descriptor >> 32) & AccessRights),
        Mnemonic.Lsl => static (Core core, in Instruction i) => Ask(core, in i, static type => type is 2 or 9 or 11, Limit),
        Mnemonic.Verr => static (Core core, in Instruction i) => Verify(core, in i, static d => (d & Executable) == 0 || (d & ReadableOrWritable) != 0),
        Mnemonic.Verw => static (Core core, in Instruction i) => Verify(core, in i, static d => (d & Executable) == 0 && (d & ReadableOrWritable) != 0),
        _ => null,
    };

    // LDT, available and busy TSS, call gate.
    private static bool IsKnownSystemType(int type) => type is 2 or 9 or 11 or 12;

    private static ulong Limit(ulong descriptor)
    {
        ulong limit = (descriptor & 0xFFFF) | ((descriptor >> 32) & 0xF_0000);
        return (descriptor & PageGranular) != 0 ? (limit << 12) | 0xFFF : limit;
    }

    private static void Ask(Core core, in Instruction i, Func<int, bool> knowsSystemType, Func<ulong, ulong> answer)
    {
        ulong? descriptor = Read(core, Selector(core, in i, 1));
        bool valid = descriptor is { } d && ((d & UserSegment) != 0 || knowsSystemType((int)(d >> 40) & 15));
        if (valid)
        {
            core.Write(in i, 0, answer(descriptor!.Value));
        }

        core.SetFlags(Flags.Zero, valid ? Flags.Zero : 0);
    }

    private static void Verify(Core core, in Instruction i, Func<ulong, bool> allows)
    {
        bool valid = Read(core, Selector(core, in i, 0)) is { } descriptor && (descriptor & UserSegment) != 0 && allows(descriptor);
        core.SetFlags(Flags.Zero, valid ? Flags.Zero : 0);
    }

    private static ushort Selector(Core core, in Instruction i, int operand) => i.GetOpKind(operand) == OpKind.Memory
        ? (ushort)core.Memory.Read(core.EffectiveAddress(in i), 2)
        : (ushort)core.Read(in i, operand);

    private static ulong? Read(Core core, ushort selector)
    {
        SegmentRegisters segments = core.System.Segments;
        bool isKnown = selector > 3 && (selector & 4) == 0 && (selector & ~7) + 7 <= segments.TableLimit;
        return isKnown ? SegmentLoader.Find(core, selector).Value : null;
    }
}
