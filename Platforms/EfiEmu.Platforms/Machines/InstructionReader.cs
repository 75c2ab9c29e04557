using EfiEmu.Cpu;
using EfiEmu.Sdk;
using Iced.Intel;

namespace EfiEmu.Platforms;

/// <summary>Reads instructions out of guest memory for reports and to step over platform instructions.</summary>
internal sealed class InstructionReader(GuestMemory memory, Processor processor)
{
    private const int LongestInstruction = 15;

    /// <summary>The instruction at an address.</summary>
    public InstructionExcerpt Read(GuestAddress address)
    {
        byte[] bytes = Peek(address.Value);
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
        byte[] bytes = Peek(address.Value);
        Instruction instruction = Decode(address, bytes);
        return instruction.IsInvalid ? 0 : instruction.Length;
    }

    // The bytes at a linear address: it may end in one physical page and go on in another.
    private byte[] Peek(ulong address)
    {
        if (!processor.TryTranslate(address, out ulong physical))
        {
            return [];
        }

        int first = (int)Math.Min(LongestInstruction, GuestAddress.PageSize - (address % GuestAddress.PageSize));
        byte[] bytes = memory.Peek(new GuestAddress(physical), first);
        bool goesOn = bytes.Length == first && first < LongestInstruction;
        return goesOn && processor.TryTranslate(address + (ulong)first, out ulong rest)
            ? [.. bytes, .. memory.Peek(new GuestAddress(rest), LongestInstruction - first)]
            : bytes;
    }

    private Instruction Decode(GuestAddress address, byte[] bytes) =>
        Decoder.Create(processor.IsCodeLong ? 64 : 32, new ByteArrayCodeReader(bytes), address.Value).Decode();
}
