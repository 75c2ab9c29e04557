using EfiEmu.Cpu.Execution;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Which accesses go through SS, by their base and whatever ES, CS, SS or DS prefix they have: where their address is not canonical, the exception is #SS and not #GP.</summary>
/// <remarks>Intel SDM volume 3, 6.15, interrupt 12; AMD64 APM volume 2, 8.2.13.</remarks>
internal static class StackSegment
{
    private const int LongestInstruction = 15;

    /// <summary>The fault of an address that is not canonical, by the segment that the instruction at RIP used.</summary>
    public static ProcessorExit Corrected(Core core, ProcessorExit exit) =>
        exit is { Kind: ProcessorExitKind.Fault, Vector: ExceptionVector.GeneralProtection, Detail: GuestMemory.NotCanonical } && UsesStack(core)
            ? exit with { Vector = ExceptionVector.StackFault }
            : exit;

    private static unsafe bool UsesStack(Core core)
    {
        byte[] bytes = new byte[LongestInstruction];
        for (int at = 0; at < bytes.Length; at++)
        {
            ulong address = core.Rip + (ulong)at;
            nint host = core.Bus.TranslatePage(address & ~0xFFFul, MemoryAccess.Execute);
            bytes[at] = host == 0 ? (byte)0 : *(byte*)(host + (nint)(address & 0xFFF));
        }

        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes));
        decoder.IP = core.Rip;
        decoder.Decode(out Instruction instruction);
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) == OpKind.Memory && !GuestMemory.IsCanonical(core.EffectiveAddress(in instruction)))
            {
                return instruction.SegmentPrefix is not (Iced.Intel.Register.FS or Iced.Intel.Register.GS)
                    && instruction.MemoryBase is Iced.Intel.Register.RSP or Iced.Intel.Register.RBP;
            }
        }

        return instruction.IsStackInstruction;
    }
}
