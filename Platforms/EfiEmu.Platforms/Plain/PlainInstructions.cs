using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>The plain machine has none of the platform instructions.</summary>
internal sealed class PlainInstructions : IPlatformInstructions
{
    public const uint MicrocodeRevision = 0x8b;

    /// <summary>What KVM says to every guest of an AMD processor.</summary>
    public const ulong AmdMicrocode = 0x0100_0065;

    public CpuidResult Cpuid(uint leaf, uint subleaf) => PlainCpuid.Answer(leaf, subleaf);

    public bool TryReadMsr(uint index, out ulong value)
    {
        value = index == MicrocodeRevision ? AmdMicrocode : 0;
        return index == MicrocodeRevision;
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
