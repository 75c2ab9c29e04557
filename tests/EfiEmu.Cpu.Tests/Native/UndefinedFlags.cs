using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>The flags that the manuals leave undefined after an instruction: the only list of them.</summary>
/// <remarks>Intel SDM volume 2 (325383), section "Flags Affected" of the entry that a row names.</remarks>
internal static class UndefinedFlags
{
    private const ulong Carry = 0x1;
    private const ulong Parity = 0x4;
    private const ulong Adjust = 0x10;
    private const ulong Zero = 0x40;
    private const ulong Sign = 0x80;
    private const ulong Overflow = 0x800;

    private delegate bool Condition(in Instruction instruction);

    /// <summary>The rows: the entry in the manual, the mnemonics, the flags, and when where not always.</summary>
    private static readonly Entry[] Table =
    [
        new("AND", Adjust, Mnemonic.And),
        new("OR", Adjust, Mnemonic.Or),
        new("XOR", Adjust, Mnemonic.Xor),
        new("TEST", Adjust, Mnemonic.Test),
        new("ANDN", Adjust | Parity, Mnemonic.Andn),
        new("BLSI", Adjust | Parity, Mnemonic.Blsi),
        new("BLSMSK", Adjust | Parity, Mnemonic.Blsmsk),
        new("BLSR", Adjust | Parity, Mnemonic.Blsr),
        new("BZHI", Adjust | Parity, Mnemonic.Bzhi),
        new("BEXTR", Adjust | Sign | Parity, Mnemonic.Bextr),
        new("BSF", Carry | Overflow | Sign | Adjust | Parity, Mnemonic.Bsf),
        new("BSR", Carry | Overflow | Sign | Adjust | Parity, Mnemonic.Bsr),
        new("BT", Overflow | Sign | Adjust | Parity, Mnemonic.Bt),
        new("BTC", Overflow | Sign | Adjust | Parity, Mnemonic.Btc),
        new("BTR", Overflow | Sign | Adjust | Parity, Mnemonic.Btr),
        new("BTS", Overflow | Sign | Adjust | Parity, Mnemonic.Bts),
        new("LZCNT", Overflow | Sign | Parity | Adjust, Mnemonic.Lzcnt),
        new("TZCNT", Overflow | Sign | Parity | Adjust, Mnemonic.Tzcnt),
        new("DIV", Carry | Overflow | Sign | Zero | Adjust | Parity, Mnemonic.Div),
        new("IDIV", Carry | Overflow | Sign | Zero | Adjust | Parity, Mnemonic.Idiv),
        new("MUL", Sign | Zero | Adjust | Parity, Mnemonic.Mul),
        new("IMUL", Sign | Zero | Adjust | Parity, Mnemonic.Imul),
        new("RCL/RCR/ROL/ROR", Overflow, Mnemonic.Rcl, Mnemonic.Rcr, Mnemonic.Rol, Mnemonic.Ror) { When = CountIsNotOne },
        new("SAL/SAR/SHL/SHR", Adjust, Mnemonic.Sal, Mnemonic.Shl, Mnemonic.Sar, Mnemonic.Shr),
        new("SAL/SAR/SHL/SHR", Overflow, Mnemonic.Sal, Mnemonic.Shl, Mnemonic.Sar, Mnemonic.Shr) { When = CountIsNotOne },
        new("SAL/SAR/SHL/SHR: CF where the count reaches the size", Carry, Mnemonic.Sal, Mnemonic.Shl, Mnemonic.Shr) { When = IsNarrow },
        new("SHLD", Adjust, Mnemonic.Shld),
        new("SHRD", Adjust, Mnemonic.Shrd),
        new("SHLD, SHRD", Overflow, Mnemonic.Shld, Mnemonic.Shrd) { When = DoubleCountIsNotOne },
    ];

    /// <summary>The names of the manual's entries, for the test of the table.</summary>
    public static IEnumerable<(string Entry, Mnemonic Mnemonic, ulong Flags)> All =>
        Table.SelectMany(row => row.Mnemonics.Select(mnemonic => (row.Name, mnemonic, row.Flags)));

    public static ulong Of(in Instruction instruction)
    {
        ulong flags = 0;
        foreach (Entry row in Table)
        {
            if (row.Mnemonics.Contains(instruction.Mnemonic) && (row.When is null || row.When(in instruction)))
            {
                flags |= row.Flags;
            }
        }

        return flags;
    }

    private static bool CountIsNotOne(in Instruction i) => i.Op1Kind != OpKind.Immediate8 || i.Immediate8 != 1;

    private static bool DoubleCountIsNotOne(in Instruction i) => i.Op2Kind != OpKind.Immediate8 || i.Immediate8 != 1;

    private static bool IsNarrow(in Instruction i) =>
        CountIsNotOne(in i) && (i.Op0Kind == OpKind.Memory ? i.MemorySize.GetSize() : i.Op0Register.GetSize()) < 4;

    private sealed record Entry(string Name, ulong Flags, params Mnemonic[] Mnemonics)
    {
        public Condition? When { get; init; }
    }
}
