using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>A machine without memory encryption: all RAM is accepted at power-on.</summary>
internal sealed class PlainPlatform : IPlatform
{
    public string Name => "plain";

    public string Description => "x86-64 machine without memory encryption";

    public bool RequiresAcceptance => false;

    public string? NativeAcceptance => null;

    public bool EndsGuestOnSecondAcceptance => false;

    public ReadOnlyMemory<byte> ConfidentialBlob => default;

    public MemoryRange LaunchRange => default;

    IReadOnlyList<(ulong Address, ReadOnlyMemory<byte> Contents)> IPlatform.LaunchPagesFor(ProcessorModel processor) => [];

    OvmfTraits IPlatform.Ovmf => OvmfTraits.Plain;

    AcceptanceCosts IPlatform.AcceptanceCosts => AcceptanceCosts.None;

    IPlatformInstructions IPlatform.PowerOn(IPlatformHost host) => new PlainInstructions();
}
