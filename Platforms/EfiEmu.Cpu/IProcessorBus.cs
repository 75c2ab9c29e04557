namespace EfiEmu.Cpu;

/// <summary>What the processor wants to do with memory.</summary>
public enum MemoryAccess
{
    /// <summary>Read data.</summary>
    Read,

    /// <summary>Write data.</summary>
    Write,

    /// <summary>Fetch instructions.</summary>
    Execute,
}

/// <summary>The four registers that CPUID returns.</summary>
public readonly record struct CpuidResult(uint Eax, uint Ebx, uint Ecx, uint Edx);

/// <summary>The processor's only door out: memory, gates, ports, model-specific registers, time and randomness.</summary>
public interface IProcessorBus
{
    /// <summary>
    /// The host address of the 4 KiB page of physical memory that starts at <paramref name="pageAddress"/>, or 0 when the page may not
    /// be touched this way. The processor keeps the answer until <see cref="Processor.FlushTranslations"/>; a 0 is asked again.
    /// </summary>
    nint TranslatePage(ulong pageAddress, MemoryAccess access);

    /// <summary>
    /// The bits among 51 to 12 of a page-table entry, and of CR3, that are no part of an address but an attribute of the page, as the
    /// C-bit of SEV-SNP is. They change nothing in the way a page is found.
    /// </summary>
    ulong AddressAttributes => 0;

    /// <summary>True when an instruction fetch at this physical address leaves guest code for the host (a gate).</summary>
    /// <remarks>Asked when code is decoded, not when it runs, so the answer for an address must not change.</remarks>
    bool IsGate(ulong address);

    /// <summary>CPUID.</summary>
    CpuidResult Cpuid(uint leaf, uint subleaf);

    /// <summary>RDMSR; false stops the run as not modelled.</summary>
    bool TryReadMsr(uint index, out ulong value);

    /// <summary>WRMSR; false stops the run as not modelled.</summary>
    bool TryWriteMsr(uint index, ulong value);

    /// <summary>IN of 1, 2 or 4 bytes, after so many retired instructions; false stops the run as not modelled.</summary>
    bool TryReadPort(ushort port, int bytes, ulong instructionsRetired, out uint value);

    /// <summary>OUT of 1, 2 or 4 bytes, after so many retired instructions; false stops the run as not modelled.</summary>
    bool TryWritePort(ushort port, int bytes, ulong instructionsRetired, uint value);

    /// <summary>RDTSC: the time-stamp counter after so many retired instructions.</summary>
    ulong ReadTimestampCounter(ulong instructionsRetired);

    /// <summary>RDRAND and RDSEED: the next 64 random bits.</summary>
    ulong NextRandom();
}
