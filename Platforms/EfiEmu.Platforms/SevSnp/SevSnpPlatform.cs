using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>An AMD SEV-SNP guest.</summary>
internal sealed class SevSnpPlatform : IPlatform
{
    public string Name => "sev-snp";

    public string Description => "AMD SEV-SNP guest: RAM is validated with PVALIDATE before use";

    public bool RequiresAcceptance => true;

    public string? NativeAcceptance => "negotiated";

    public bool EndsGuestOnSecondAcceptance => true;

    public ReadOnlyMemory<byte> ConfidentialBlob => LaunchPages.Blob;

    public MemoryRange LaunchRange => LaunchPages.Range;

    IReadOnlyList<(ulong Address, ReadOnlyMemory<byte> Contents)> IPlatform.LaunchPagesFor(ProcessorModel processor) =>
        [(LaunchPages.CpuidPage, LaunchPages.Cpuid(processor))];

    ulong IPlatform.PageAttributes => 1UL << SevSnpCpuid.EncryptionBit;

    OvmfTraits IPlatform.Ovmf => OvmfTraits.SevSnp;

    AcceptanceCosts IPlatform.AcceptanceCosts => AcceptanceCosts.SevSnp;

    IPlatformInstructions IPlatform.PowerOn(IPlatformHost host) => new SevSnpInstructions(host);
}
