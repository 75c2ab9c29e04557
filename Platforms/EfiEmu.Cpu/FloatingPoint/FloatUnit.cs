namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>The x87 unit: eight registers as a stack, control and status.</summary>
/// <remarks>
/// Intel SDM volume 1, chapter 8. Differs from the hardware: the pointers to the last instruction and operand stay 0, as they
/// do on AMD processors while no exception waits.
/// </remarks>
internal sealed class FloatUnit
{
    public const ushort InvalidOperation = 1;
    public const ushort DenormalOperand = 2;
    public const ushort ZeroDivide = 4;
    public const ushort Overflow = 8;
    public const ushort Underflow = 16;
    public const ushort Precision = 32;
    public const ushort StackFault = 0x41;
    public const ushort ConditionBits = 0x4700;
    public const ushort C0 = 0x100;
    public const ushort C1 = 0x200;
    public const ushort C2 = 0x400;
    public const ushort C3 = 0x4000;

    private const ushort InitialControl = 0x37F;
    private const ushort ExceptionMask = 0x3F;
    private const int TopShift = 11;

    // ES, and B which repeats it.
    private const int Pending = 0x8080;

    private ExtendedFloat[] _registers = new ExtendedFloat[8];
    private ushort _statusWithoutTop;
    private int _top;

    public ushort Control { get; private set; } = InitialControl;

    /// <summary>One bit for each register that holds a number, by physical register.</summary>
    public byte Full { get; set; }

    public ushort Status
    {
        get => (ushort)(_statusWithoutTop | (_top << TopShift) | (IsPending ? Pending : 0));
        set
        {
            _statusWithoutTop = (ushort)(value & 0x477F);
            _top = (value >> TopShift) & 7;
        }
    }

    /// <summary>Whether an exception that is not masked waits for the next instruction that looks.</summary>
    public bool IsPending => (_statusWithoutTop & Unmasked) != 0;

    /// <summary>The exceptions that the control word does not mask.</summary>
    public int Unmasked => ~Control & ExceptionMask;

    /// <summary>What arithmetic has to keep to.</summary>
    public FloatControl Rules => new(PrecisionBits, Rounding, Unmasked);

    public RoundingMode Rounding => (RoundingMode)((Control >> 10) & 3);

    /// <summary>Bits of a significand that arithmetic keeps.</summary>
    public int PrecisionBits => ((Control >> 8) & 3) switch
    {
        0 => 24,
        2 => 53,
        _ => 64,
    };

    /// <summary>FNINIT.</summary>
    public void Initialize()
    {
        Control = InitialControl;
        Status = 0;
        Full = 0;
    }

    /// <summary>FLDCW: reserved bits read as the processor keeps them.</summary>
    public void SetControl(ushort value) => Control = (ushort)((value & 0x1F3F) | 0x40);

    public void Raise(int exceptions) => _statusWithoutTop |= (ushort)exceptions;

    /// <summary>MM0 to MM7: the significands of the registers themselves, wherever the top is.</summary>
    public ulong GetMmx(int index) => _registers[index].Significand;

    public void SetMmx(int index, ulong value) => _registers[index] = new ExtendedFloat(value, 0xFFFF);

    /// <summary>What every MMX instruction but EMMS does beside its work: the top is 0 and all registers are full.</summary>
    public void EnterMmx()
    {
        _top = 0;
        Full = 0xFF;
    }

    public void SetConditions(int mask, int value) => _statusWithoutTop = (ushort)((_statusWithoutTop & ~mask) | value);

    public bool IsEmpty(int index) => (Full & (1 << Physical(index))) == 0;

    /// <summary>ST(i), whatever its tag says.</summary>
    public ExtendedFloat this[int index]
    {
        get => _registers[Physical(index)];
        set
        {
            _registers[Physical(index)] = value;
            Full |= (byte)(1 << Physical(index));
        }
    }

    /// <summary>A register by its place in memory images, which is relative to the top, without touching the tags.</summary>
    public void Restore(int index, ExtendedFloat value) => _registers[Physical(index)] = value;

    public void Free(int index) => Full &= (byte)~(1 << Physical(index));

    public void Pop()
    {
        Free(0);
        Rotate(1);
    }

    /// <summary>Moves the top: FINCSTP by 1, FDECSTP by -1.</summary>
    public void Rotate(int by) => _top = (_top + by) & 7;

    /// <summary>The 16-bit tag word: valid, zero, special, empty for each physical register.</summary>
    public ushort TagWord
    {
        get
        {
            int word = 0;
            for (int physical = 0; physical < 8; physical++)
            {
                word |= Tag(physical) << (2 * physical);
            }

            return (ushort)word;
        }
    }

    /// <summary>The same state in an object of its own.</summary>
    public FloatUnit Copy()
    {
        var copy = (FloatUnit)MemberwiseClone();
        copy._registers = [.. _registers];
        return copy;
    }

    private int Tag(int physical)
    {
        ExtendedFloat value = _registers[physical];
        return (Full & (1 << physical)) == 0 ? 3
            : value.IsZero ? 1
            : value.BiasedExponent is 0 or ExtendedFloat.ExponentMask || value.IsUnsupported ? 2
            : 0;
    }

    private int Physical(int index) => (_top + index) & 7;
}

/// <summary>RC of the control word, and of MXCSR.</summary>
internal enum RoundingMode
{
    Nearest,
    Down,
    Up,
    Zero,
}
