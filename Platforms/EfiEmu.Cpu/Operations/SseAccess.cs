using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>What an instruction does with one element of each operand.</summary>
internal delegate ulong SimdBody(ref SimdFloat unit, ulong a, ulong b, in Instruction instruction);

/// <summary>Operands of the SSE families.</summary>
internal static class SseAccess
{
    private const uint UnmaskedExceptionsSupported = 1 << 10;

    /// <summary>True for the legacy encodings on XMM registers; the MMX forms share mnemonics with them.</summary>
    public static bool IsSse(in Instruction instruction)
    {
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) == OpKind.Register && MmxAccess.IsMmx(instruction.GetOpRegister(operand)))
            {
                return false;
            }
        }

        return instruction.Encoding == EncodingKind.Legacy;
    }

    /// <summary>An XMM register, or memory zero-extended from its size; general-purpose registers too.</summary>
    public static Vector128<byte> Read(Core core, in Instruction i, int operand)
    {
        if (i.GetOpKind(operand) == OpKind.Memory)
        {
            int bytes = i.MemorySize.GetSize();
            ulong address = core.EffectiveAddress(in i);
            if (bytes == 16 && !AllowsUnaligned(i.Mnemonic))
            {
                RequireAligned(address);
            }

            Vector128<byte> value = default;
            core.Memory.ReadBytes(address, AsBytes(ref value)[..bytes]);
            return value;
        }

        Iced.Intel.Register register = i.GetOpRegister(operand);
        if (MmxAccess.IsMmx(register))
        {
            return Vector128.CreateScalar(core.System.Float.GetMmx(register - Iced.Intel.Register.MM0)).AsByte();
        }

        return RegisterMap.XmmOffset(register) < 0
            ? Vector128.CreateScalar(core.ReadRegister(register)).AsByte()
            : core.Xmm(register - Iced.Intel.Register.XMM0);
    }

    /// <summary>An operation that makes the first operand a function of both.</summary>
    public static Operation Combine(Func<Vector128<byte>, Vector128<byte>, Vector128<byte>> body) =>
        (Core core, in Instruction i) => Write(core, in i, 0, body(Read(core, in i, 0), Read(core, in i, 1)));

    /// <summary>Writes a whole XMM register, or as much memory as the instruction says.</summary>
    public static void Write(Core core, in Instruction i, int operand, Vector128<byte> value)
    {
        if (i.GetOpKind(operand) == OpKind.Memory)
        {
            int bytes = i.MemorySize.GetSize();
            ulong address = core.EffectiveAddress(in i);
            if (bytes == 16 && !AllowsUnaligned(i.Mnemonic))
            {
                RequireAligned(address);
            }

            core.Memory.WriteBytes(address, AsBytes(ref value)[..bytes]);
            return;
        }

        Iced.Intel.Register register = i.GetOpRegister(operand);
        if (MmxAccess.IsMmx(register))
        {
            core.System.Float.SetMmx(register - Iced.Intel.Register.MM0, value.AsUInt64().ToScalar());
        }
        else if (RegisterMap.XmmOffset(register) < 0)
        {
            core.WriteRegister(register, value.AsUInt64().ToScalar());
        }
        else
        {
            core.SetXmm(register - Iced.Intel.Register.XMM0, value);
        }
    }

    /// <summary>Makes each element of the first operand a function of itself and that of the second; or the lowest alone.</summary>
    public static Operation Lanes(bool wide, bool scalar, SimdBody body) => (Core core, in Instruction i) =>
    {
        Vector128<byte> a = Read(core, in i, 0);
        Vector128<byte> b = Read(core, in i, 1);
        var unit = new SimdFloat(core.System.Mxcsr, wide);
        Vector128<byte> result = a;
        int count = scalar ? 1 : wide ? 2 : 4;
        for (int at = 0; at < count; at++)
        {
            result = WithLane(result, wide, at, body(ref unit, Lane(a, wide, at), Lane(b, wide, at), in i));
        }

        Finish(core, in unit);
        Write(core, in i, 0, result);
    };

    public static ulong Lane(Vector128<byte> value, bool wide, int at) => wide ? value.AsUInt64()[at] : value.AsUInt32()[at];

    public static Vector128<byte> WithLane(Vector128<byte> value, bool wide, int at, ulong lane) =>
        wide ? value.AsUInt64().WithElement(at, lane).AsByte() : value.AsUInt32().WithElement(at, (uint)lane).AsByte();

    /// <summary>Raises what an instruction's arithmetic raised: sticky flags, and #XM where one is not masked.</summary>
    public static void Finish(Core core, in SimdFloat unit)
    {
        (uint mxcsr, bool faults) = unit.Outcome;
        core.System.Mxcsr = mxcsr;
        if (faults)
        {
            throw GuestStopException.Fault(
                (core.System.Cr4 & UnmaskedExceptionsSupported) != 0 ? ExceptionVector.SimdFloatingPoint : ExceptionVector.InvalidOpcode,
                FormattableString.Invariant($"MXCSR 0x{mxcsr:X}"));
        }
    }

    /// <summary>#GP at an address that is not a multiple of 16.</summary>
    public static void RequireAligned(ulong address)
    {
        if ((address & 15) != 0)
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "address is not a multiple of 16");
        }
    }

    private static Span<byte> AsBytes(ref Vector128<byte> value) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<Vector128<byte>>(ref value));

    private static bool AllowsUnaligned(Mnemonic mnemonic) =>
        mnemonic is Mnemonic.Movups or Mnemonic.Movupd or Mnemonic.Movdqu or Mnemonic.Lddqu
            or Mnemonic.Pcmpestri or Mnemonic.Pcmpestri64 or Mnemonic.Pcmpestrm or Mnemonic.Pcmpestrm64 or Mnemonic.Pcmpistri
            or Mnemonic.Pcmpistrm;
}
