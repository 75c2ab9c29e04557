using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>An Intel TDX guest.</summary>
internal sealed class TdxPlatform : IPlatform
{
    public string Name => "tdx";

    public string Description => "Intel TDX guest: RAM is accepted with TDCALL before use";

    public bool RequiresAcceptance => true;

    public string? NativeAcceptance => "lazy";

    public bool EndsGuestOnSecondAcceptance => false;

    public ReadOnlyMemory<byte> ConfidentialBlob => default;

    public MemoryRange LaunchRange => default;

    IReadOnlyList<(ulong Address, ReadOnlyMemory<byte> Contents)> IPlatform.LaunchPagesFor(ProcessorModel processor) => [];

    OvmfTraits IPlatform.Ovmf => OvmfTraits.Tdx;

    AcceptanceCosts IPlatform.AcceptanceCosts => AcceptanceCosts.Tdx;

    IPlatformInstructions IPlatform.PowerOn(IPlatformHost host) => new TdxInstructions(host);
}
