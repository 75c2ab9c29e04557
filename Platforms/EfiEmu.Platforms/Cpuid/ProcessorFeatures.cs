namespace EfiEmu.Platforms;

/// <summary>The features that CPUID reports on every platform: what the processor executes, and nothing else.</summary>
/// <remarks>
/// No 5-level paging: a guest that sees it leaves 64-bit mode to switch it on. No AVX and no XSAVE: no guest of a boot needs
/// them before it runs its own kernel.
/// </remarks>
internal static class ProcessorFeatures
{
    /// <summary>Physical address width in bits, the widest of the architecture.</summary>
    public const int PhysicalAddressBits = 52;

    /// <summary>Linear address width in bits: 4-level paging.</summary>
    public const int LinearAddressBits = 48;

    /// <summary>CPUID.1:EDX: FPU, TSC, MSR, PAE, CX8, APIC, MTRR, PGE, CMOV, PAT, CLFSH, FXSR, SSE, SSE2 and what 64-bit mode implies.</summary>
    public const uint Leaf1Edx =
        Bit0 | (1u << 1) | (1u << 2) | (1u << 3) | (1u << 4) | (1u << 5) | (1u << 6) | (1u << 7) | (1u << 8) | (1u << 9)
        | (1u << 11) | (1u << 12) | (1u << 13) | (1u << 14) | (1u << 15) | (1u << 16) | (1u << 17) | (1u << 19)
        | (1u << 24) | (1u << 25) | (1u << 26);

    /// <summary>CPUID.1:ECX: SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, MOVBE, POPCNT, RDRAND, and the bit that says there is a hypervisor.</summary>
    public const uint Leaf1Ecx = Bit0 | (1u << 9) | (1u << 13) | (1u << 19) | (1u << 20) | (1u << 22) | (1u << 23) | (1u << 30) | (1u << 31);

    /// <summary>CPUID.7.0:EBX: BMI1, BMI2, ERMS, RDSEED.</summary>
    public const uint Leaf7Ebx = (1u << 3) | (1u << 8) | (1u << 9) | (1u << 18);

    /// <summary>CPUID.80000001:EDX beside what leaf 1 has: SYSCALL, NX, 1 GiB pages, RDTSCP, long mode.</summary>
    public const uint ExtendedEdx = (1u << 11) | (1u << 20) | (1u << 26) | (1u << 27) | (1u << 29);

    /// <summary>CPUID.80000001:ECX: LAHF in 64-bit mode, LZCNT, PREFETCHW.</summary>
    public const uint ExtendedEcx = Bit0 | (1u << 5) | (1u << 8);

    /// <summary>The bits of leaf 1 EDX that an AMD processor repeats in leaf 80000001 EDX.</summary>
    public const uint AmdRepeatedEdx = 0x0103f3ff;

    private const uint Bit0 = 1u << 0;
}
