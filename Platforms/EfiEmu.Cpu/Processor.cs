namespace EfiEmu.Cpu;

/// <summary>An x86-64 processor in 64-bit mode under an identity map, as boot services run.</summary>
public sealed class Processor(IProcessorBus bus)
{
    /// <summary>The bus that it was made with.</summary>
    public IProcessorBus Bus { get; } = bus;

    /// <summary>A general-purpose register.</summary>
    public ulong this[Register register]
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The instruction pointer.</summary>
    public ulong Rip { get; set; }

    /// <summary>RFLAGS, with the lazily kept arithmetic flags resolved.</summary>
    public ulong Rflags { get; set; }

    /// <summary>Instructions retired since the start; a repeated string instruction counts as one.</summary>
    public ulong InstructionsRetired { get; set; }

    /// <summary>Runs until something stops it, at most about <paramref name="maximumInstructions"/> instructions.</summary>
    /// <remarks>The budget is exact at block ends: a run may overshoot by less than one basic block, always by the same amount.</remarks>
    public ProcessorExit Run(ulong maximumInstructions) => throw new NotSupportedException();

    /// <summary>Forgets every kept page translation; called when a page may no longer be touched as before.</summary>
    public void FlushTranslations() => throw new NotSupportedException();

    /// <summary>Forgets code decoded from a range; called when the host writes guest memory.</summary>
    public void InvalidateCode(ulong address, ulong length) => throw new NotSupportedException();
}
