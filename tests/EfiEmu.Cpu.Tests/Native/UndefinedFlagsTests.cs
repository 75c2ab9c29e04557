using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Native;

public sealed class UndefinedFlagsTests
{
    private static readonly (RflagsBits Bit, ulong Flag)[] Bits =
    [
        (RflagsBits.CF, 0x1), (RflagsBits.PF, 0x4), (RflagsBits.AF, 0x10), (RflagsBits.ZF, 0x40), (RflagsBits.SF, 0x80), (RflagsBits.OF, 0x800),
    ];

    [Fact]
    public void Table_OfUndefinedFlags_LeavesNothingOpenThatTheDecodersTableDefines()
    {
        List<string> wrong = [];
        foreach (Code code in InstructionForms.Comparable)
        {
            Instruction instruction = new() { Code = code };
            ulong theirs = Bits.Where(bit => instruction.RflagsUndefined.HasFlag(bit.Bit)).Aggregate(0ul, (flags, bit) => flags | bit.Flag);

            // The decoder does not know the count: flags of shifts by it are the manual's business alone.
            bool byCount = instruction.Mnemonic is Mnemonic.Rol or Mnemonic.Ror or Mnemonic.Rcl or Mnemonic.Rcr or Mnemonic.Shl or Mnemonic.Sal
                or Mnemonic.Shr or Mnemonic.Sar or Mnemonic.Shld or Mnemonic.Shrd;
            if (!byCount && (UndefinedFlags.Of(in instruction) & ~theirs) != 0)
            {
                wrong.Add($"{code}: ours {UndefinedFlags.Of(in instruction):X}, theirs {theirs:X}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Table_OfUndefinedFlags_NamesTheManualsEntryOfEachRow() =>
        Assert.All(UndefinedFlags.All, row => Assert.True(row.Entry.Length > 0 && row.Flags != 0, row.Mnemonic.ToString()));
}
