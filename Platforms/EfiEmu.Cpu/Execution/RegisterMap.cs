using IcedRegister = Iced.Intel.Register;

namespace EfiEmu.Cpu.Execution;

/// <summary>Where the decoder's registers lie in the processor state.</summary>
internal static class RegisterMap
{
    /// <summary>The offset of a general-purpose register of any width, or -1.</summary>
    public static int Offset(IcedRegister register) => register switch
    {
        >= IcedRegister.RAX and <= IcedRegister.R15 => (register - IcedRegister.RAX) * 8,
        >= IcedRegister.EAX and <= IcedRegister.R15D => (register - IcedRegister.EAX) * 8,
        >= IcedRegister.AX and <= IcedRegister.R15W => (register - IcedRegister.AX) * 8,
        >= IcedRegister.AL and <= IcedRegister.BL => (register - IcedRegister.AL) * 8,
        >= IcedRegister.AH and <= IcedRegister.BH => ((register - IcedRegister.AH) * 8) + 1,
        >= IcedRegister.SPL and <= IcedRegister.R15L => (register - IcedRegister.SPL + 4) * 8,
        _ => -1,
    };

    /// <summary>The width of a general-purpose register in bits, or 0.</summary>
    public static int Bits(IcedRegister register) => register switch
    {
        >= IcedRegister.RAX and <= IcedRegister.R15 => 64,
        >= IcedRegister.EAX and <= IcedRegister.R15D => 32,
        >= IcedRegister.AX and <= IcedRegister.R15W => 16,
        >= IcedRegister.AL and <= IcedRegister.R15L => 8,
        _ => 0,
    };

    /// <summary>The offset of XMM0 to XMM15, or -1.</summary>
    public static int XmmOffset(IcedRegister register) =>
        register is >= IcedRegister.XMM0 and <= IcedRegister.XMM15 ? Slot.Xmm + ((register - IcedRegister.XMM0) * 16) : -1;
}
