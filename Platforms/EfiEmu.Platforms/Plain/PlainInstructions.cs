using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>The plain machine has none of the platform instructions.</summary>
internal sealed class PlainInstructions : IPlatformInstructions
{
    public CpuidResult Cpuid(uint leaf, uint subleaf) => PlainCpuid.Answer(leaf, subleaf);

    public bool TryReadMsr(uint index, out ulong value)
    {
        value = 0;
        return false;
    }

    public bool TryWriteMsr(uint index, ulong value) => false;

    // VMGEXIT is VMMCALL to a processor without SEV-ES.
    public Action Save() => static () => { };

    public PlatformOutcome Execute(PlatformInstruction instruction) => instruction switch
    {
        PlatformInstruction.Hypercall or PlatformInstruction.Vmgexit => PlatformOutcome.NotModelled("hypercall"),
        _ => PlatformOutcome.InvalidOpcode(InstructionNames.Of(instruction)),
    };
}
