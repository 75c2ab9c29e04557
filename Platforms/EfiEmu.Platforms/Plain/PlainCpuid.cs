using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>CPUID of the plain machine: nothing of memory encryption.</summary>
internal static class PlainCpuid
{
    public static CpuidResult Answer(uint leaf, uint subleaf) => CommonCpuid.Answer(ProcessorIdentity.Amd, leaf, subleaf);
}
