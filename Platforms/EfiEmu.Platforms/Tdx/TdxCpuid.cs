using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>CPUID of a TDX guest.</summary>
internal static class TdxCpuid
{
    private const uint TdxLeaf = 0x21;

    public static CpuidResult Answer(uint leaf, uint subleaf) => leaf switch
    {
        TdxLeaf when subleaf == 0 => CommonCpuid.Named(0, "IntelTDX    ", ebx: 0, edx: 4, ecx: 8),
        _ => CommonCpuid.Answer(ProcessorIdentity.Intel, leaf, subleaf),
    };
}
