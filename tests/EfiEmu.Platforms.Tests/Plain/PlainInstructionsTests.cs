using EfiEmu.Cpu;

namespace EfiEmu.Platforms.Tests.Plain;

public sealed class PlainInstructionsTests
{
    private readonly PlainInstructions _plain = new();

    [Theory]
    [InlineData(PlatformInstruction.Pvalidate)]
    [InlineData(PlatformInstruction.Rmpadjust)]
    [InlineData(PlatformInstruction.Tdcall)]
    public void Execute_OfConfidentialInstructions_IsAnInvalidOpcode(PlatformInstruction instruction)
    {
        PlatformOutcome outcome = _plain.Execute(instruction);

        Assert.Equal(PlatformOutcomeKind.Fault, outcome.Kind);
        Assert.StartsWith("#UD ", outcome.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PlatformInstruction.Hypercall)]
    [InlineData(PlatformInstruction.Vmgexit)]
    public void Execute_OfAHypercall_IsNotModelled(PlatformInstruction instruction) =>
        Assert.Equal(PlatformOutcomeKind.NotModelled, _plain.Execute(instruction).Kind);

    [Fact]
    public void Msrs_OfMemoryEncryption_AreNotThere()
    {
        Assert.False(_plain.TryReadMsr(SevSnpInstructions.SevStatusMsr, out _));
        Assert.False(_plain.TryWriteMsr(SevSnpInstructions.GhcbMsr, 1));
    }
}
