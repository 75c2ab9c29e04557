using EfiEmu.Sdk;
using Iced.Intel;

namespace EfiEmu.Platforms;

/// <summary>Reads instructions out of guest memory for reports and to step over platform instructions.</summary>
internal sealed class InstructionReader(GuestMemory memory)
{
    private const int LongestInstruction = 15;

    /// <summary>The instruction at an address.</summary>
    public InstructionExcerpt Read(GuestAddress address)
    {
        byte[] bytes = memory.Peek(address, LongestInstruction);
        if (bytes.Length == 0)
        {
            return new InstructionExcerpt(address, "(no readable memory)", bytes);
        }

        Instruction instruction = Decode(address, bytes);
        if (instruction.IsInvalid)
        {
            return new InstructionExcerpt(address, "(not an instruction)", bytes);
        }

        var output = new StringOutput();
        var formatter = new NasmFormatter();
        formatter.Options.HexPrefix = "0x";
        formatter.Options.HexSuffix = string.Empty;
        formatter.Options.UppercaseHex = false;
        formatter.Options.SpaceAfterOperandSeparator = true;
        formatter.Format(instruction, output);
        return new InstructionExcerpt(address, output.ToStringAndReset(), bytes[..instruction.Length]);
    }

    /// <summary>The length in bytes of the instruction at an address; 0 where there is none.</summary>
    public int LengthAt(GuestAddress address)
    {
        byte[] bytes = memory.Peek(address, LongestInstruction);
        Instruction instruction = Decode(address, bytes);
        return instruction.IsInvalid ? 0 : instruction.Length;
    }

    private static Instruction Decode(GuestAddress address, byte[] bytes) =>
        Decoder.Create(64, new ByteArrayCodeReader(bytes), address.Value).Decode();
}
