using EfiEmu.Cpu.Execution;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>
/// What a fault needs a second look at its instruction for: an address that is not canonical is #SS where the access goes
/// through SS, and #UD tells which feature the processor lacks.
/// </summary>
/// <remarks>Intel SDM volume 3, 6.15, interrupt 12; AMD64 APM volume 2, 8.2.13. The base decides, whatever ES, CS, SS or DS prefix there is.</remarks>
internal static class FaultRefinement
{
    private const int LongestInstruction = 15;

    /// <summary>The fault of the instruction at RIP.</summary>
    public static ProcessorExit Refined(Core core, ProcessorExit exit) => exit switch
    {
        { Kind: ProcessorExitKind.Fault, Vector: ExceptionVector.GeneralProtection, Detail: GuestMemory.NotCanonical } =>
            UsesStack(core) ? exit with { Vector = ExceptionVector.StackFault } : exit,
        { Kind: ProcessorExitKind.Fault, Vector: ExceptionVector.InvalidOpcode, Detail: null } => exit with { Detail = Lacking(core) },
        _ => exit,
    };

    private static bool UsesStack(Core core)
    {
        Instruction instruction = Decode(core);
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

    private static string? Lacking(Core core)
    {
        Instruction instruction = Decode(core);
        CpuidFeature[] lacking =
        [
            .. instruction.Code.CpuidFeatures().Where(feature => FeatureGate.Of(feature) is not { } needed || !core.Code.Features.HasFlag(needed)),
        ];
        return instruction.IsInvalid || lacking.Length == 0
            ? null
            : $"{InstructionText.Of(in instruction)} needs {string.Join(" and ", lacking)}, which this processor lacks";
    }

    private static unsafe Instruction Decode(Core core)
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
        return instruction;
    }
}
