using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>What a machine depends on beside its platform and its memory.</summary>
/// <param name="Seed">Seeds everything that is random to the guest.</param>
/// <param name="TouchedMemoryBudgetBytes">The guest memory that the host may hold, in bytes.</param>
public sealed record MachineOptions(ulong Seed = 0, ulong TouchedMemoryBudgetBytes = 4UL << 30)
{
    /// <summary>The processor's features.</summary>
    public ProcessorModel Processor { get; init; } = ProcessorModel.Default;

    /// <summary>How guest code is executed; nothing that a guest sees depends on it.</summary>
    public ExecutionTier Tier { get; init; } = ExecutionTier.Translator;
}

/// <summary>The control registers as firmware leaves them; for reports.</summary>
/// <param name="Cr0">CR0.</param>
/// <param name="Cr3">CR3: where firmware's page tables are, which map memory one to one.</param>
/// <param name="Cr4">CR4.</param>
public readonly record struct ControlRegisters(ulong Cr0, ulong Cr3, ulong Cr4);

/// <summary>An instruction in guest memory, for reports.</summary>
/// <param name="Address">Where.</param>
/// <param name="Text">Intel syntax; says so where no instruction can be read.</param>
/// <param name="Bytes">Its bytes; where it is not an instruction, those that could be read, at most 15.</param>
public sealed record InstructionExcerpt(GuestAddress Address, string Text, IReadOnlyList<byte> Bytes);
