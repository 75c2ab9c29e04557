using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Operands of the SSE families.</summary>
internal static class SseAccess
{
    // Rounding other than to nearest, denormals as zero, flush to zero.
    private const uint UnusualModes = 0xE040;
    private const uint AllMasked = 0x1F80;

    /// <summary>True for the legacy encodings on XMM registers; the MMX forms share mnemonics with them.</summary>
    public static bool IsSse(in Instruction instruction)
    {
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) == OpKind.Register
                && instruction.GetOpRegister(operand) is >= Iced.Intel.Register.MM0 and <= Iced.Intel.Register.MM7)
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
            if (bytes == 16 && (address & 15) != 0 && !AllowsUnaligned(i.Mnemonic))
            {
                throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "address is not a multiple of 16");
            }

            Vector128<byte> value = default;
            core.Memory.ReadBytes(address, AsBytes(ref value)[..bytes]);
            return value;
        }

        Iced.Intel.Register register = i.GetOpRegister(operand);
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
            if (bytes == 16 && (address & 15) != 0 && !AllowsUnaligned(i.Mnemonic))
            {
                throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "address is not a multiple of 16");
            }

            core.Memory.WriteBytes(address, AsBytes(ref value)[..bytes]);
            return;
        }

        Iced.Intel.Register register = i.GetOpRegister(operand);
        if (RegisterMap.XmmOffset(register) < 0)
        {
            core.WriteRegister(register, value.AsUInt64().ToScalar());
        }
        else
        {
            core.SetXmm(register - Iced.Intel.Register.XMM0, value);
        }
    }

    /// <summary>Arithmetic is done as the host does it by default; other modes are not modelled.</summary>
    public static void RequireDefaultModes(Core core, in Instruction i)
    {
        if ((core.System.Mxcsr & UnusualModes) != 0 || (core.System.Mxcsr & AllMasked) != AllMasked)
        {
            throw GuestStopException.NotModelled(FormattableString.Invariant($"{InstructionText.Of(in i)} (MXCSR 0x{core.System.Mxcsr:X})"));
        }
    }

    private static Span<byte> AsBytes(ref Vector128<byte> value) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<Vector128<byte>>(ref value));

    private static bool AllowsUnaligned(Mnemonic mnemonic) =>
        mnemonic is Mnemonic.Movups or Mnemonic.Movupd or Mnemonic.Movdqu or Mnemonic.Lddqu
            or Mnemonic.Pcmpestri or Mnemonic.Pcmpestri64 or Mnemonic.Pcmpestrm or Mnemonic.Pcmpestrm64 or Mnemonic.Pcmpistri
            or Mnemonic.Pcmpistrm;
}
