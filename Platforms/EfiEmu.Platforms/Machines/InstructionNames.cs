using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>The mnemonics of the platform instructions.</summary>
internal static class InstructionNames
{
    public static string Of(PlatformInstruction instruction) => instruction switch
    {
        PlatformInstruction.Vmgexit => "VMGEXIT",
        PlatformInstruction.Pvalidate => "PVALIDATE",
        PlatformInstruction.Rmpadjust => "RMPADJUST",
        PlatformInstruction.Tdcall => "TDCALL",
        PlatformInstruction.Hypercall => "VMCALL",
        _ => "platform instruction",
    };
}
