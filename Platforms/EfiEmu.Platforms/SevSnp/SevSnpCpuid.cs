using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>CPUID of an SEV-SNP guest.</summary>
internal static class SevSnpCpuid
{
    /// <summary>The page-table bit that marks private memory.</summary>
    public const int EncryptionBit = 51;

    // SEV, SEV-ES, SEV-SNP. Bit 28 (SVSM) stays clear: with it, validation would be a call to a service module.
    private const uint SevFeatures = (1u << 1) | (1u << 3) | (1u << 4);

    public static CpuidResult Answer(uint leaf, uint subleaf) => leaf switch
    {
        // One bit of the physical address is gone to encryption.
        0x8000001f => new(SevFeatures, EncryptionBit | (1u << 6), 0, 0),
        _ => CommonCpuid.Answer(ProcessorIdentity.Amd, leaf, subleaf),
    };
}
