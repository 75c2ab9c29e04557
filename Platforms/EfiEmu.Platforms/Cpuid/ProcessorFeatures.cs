using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>One bit of CPUID.</summary>
/// <param name="Name">As /proc/cpuinfo spells it.</param>
/// <param name="Leaf">The leaf; its subleaf is 0.</param>
/// <param name="Register">The register.</param>
/// <param name="Bit">The bit.</param>
/// <param name="Instructions">The instructions that come with it, if any.</param>
internal sealed record ProcessorFeature(
    string Name, uint Leaf, CpuidRegister Register, int Bit, InstructionFeatures Instructions = InstructionFeatures.None);

/// <summary>Where a feature bit stands.</summary>
internal enum CpuidRegister
{
    /// <summary>EBX.</summary>
    Ebx,

    /// <summary>ECX.</summary>
    Ecx,

    /// <summary>EDX.</summary>
    Edx,
}

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

    /// <summary>The bits of leaf 1 EDX that an AMD processor repeats in leaf 80000001 EDX.</summary>
    public const uint AmdRepeatedEdx = 0x0183f3ff;

    /// <summary>The extended leaf of feature bits.</summary>
    public const uint ExtendedLeaf = 0x80000001;

    /// <summary>All of them, by leaf, register and bit.</summary>
    public static IReadOnlyList<ProcessorFeature> All { get; } =
    [
        new("pni", 1, CpuidRegister.Ecx, 0, InstructionFeatures.Sse3),
        new("ssse3", 1, CpuidRegister.Ecx, 9, InstructionFeatures.Ssse3),
        new("cx16", 1, CpuidRegister.Ecx, 13, InstructionFeatures.Cx16),
        new("sse4_1", 1, CpuidRegister.Ecx, 19, InstructionFeatures.Sse41),
        new("sse4_2", 1, CpuidRegister.Ecx, 20, InstructionFeatures.Sse42),
        new("movbe", 1, CpuidRegister.Ecx, 22, InstructionFeatures.Movbe),
        new("popcnt", 1, CpuidRegister.Ecx, 23, InstructionFeatures.Popcnt),
        new("rdrand", 1, CpuidRegister.Ecx, 30, InstructionFeatures.Rdrand),
        new("hypervisor", 1, CpuidRegister.Ecx, 31),
        new("fpu", 1, CpuidRegister.Edx, 0, InstructionFeatures.Fpu),
        new("vme", 1, CpuidRegister.Edx, 1),
        new("de", 1, CpuidRegister.Edx, 2),
        new("pse", 1, CpuidRegister.Edx, 3),
        new("tsc", 1, CpuidRegister.Edx, 4, InstructionFeatures.Tsc),
        new("msr", 1, CpuidRegister.Edx, 5, InstructionFeatures.Msr),
        new("pae", 1, CpuidRegister.Edx, 6),
        new("mce", 1, CpuidRegister.Edx, 7),
        new("cx8", 1, CpuidRegister.Edx, 8, InstructionFeatures.Cx8),
        new("apic", 1, CpuidRegister.Edx, 9),
        new("sep", 1, CpuidRegister.Edx, 11),
        new("mtrr", 1, CpuidRegister.Edx, 12),
        new("pge", 1, CpuidRegister.Edx, 13),
        new("mca", 1, CpuidRegister.Edx, 14),
        new("cmov", 1, CpuidRegister.Edx, 15, InstructionFeatures.Cmov),
        new("pat", 1, CpuidRegister.Edx, 16),
        new("pse36", 1, CpuidRegister.Edx, 17),
        new("clflush", 1, CpuidRegister.Edx, 19, InstructionFeatures.ClFlush),
        new("mmx", 1, CpuidRegister.Edx, 23, InstructionFeatures.Mmx),
        new("fxsr", 1, CpuidRegister.Edx, 24, InstructionFeatures.Fxsr),
        new("sse", 1, CpuidRegister.Edx, 25, InstructionFeatures.Sse),
        new("sse2", 1, CpuidRegister.Edx, 26, InstructionFeatures.Sse2),
        new("fsgsbase", 7, CpuidRegister.Ebx, 0, InstructionFeatures.FsGsBase),
        new("bmi1", 7, CpuidRegister.Ebx, 3, InstructionFeatures.Bmi1),
        new("bmi2", 7, CpuidRegister.Ebx, 8, InstructionFeatures.Bmi2),
        new("erms", 7, CpuidRegister.Ebx, 9),
        new("rdseed", 7, CpuidRegister.Ebx, 18, InstructionFeatures.Rdseed),
        new("adx", 7, CpuidRegister.Ebx, 19, InstructionFeatures.Adx),
        new("clflushopt", 7, CpuidRegister.Ebx, 23, InstructionFeatures.ClFlushOpt),
        new("clwb", 7, CpuidRegister.Ebx, 24, InstructionFeatures.Clwb),
        new("rdpid", 7, CpuidRegister.Ecx, 22, InstructionFeatures.Rdpid),
        new("lahf_lm", ExtendedLeaf, CpuidRegister.Ecx, 0, InstructionFeatures.LahfLm),
        new("abm", ExtendedLeaf, CpuidRegister.Ecx, 5, InstructionFeatures.Lzcnt),
        new("3dnowprefetch", ExtendedLeaf, CpuidRegister.Ecx, 8),
        new("syscall", ExtendedLeaf, CpuidRegister.Edx, 11, InstructionFeatures.Syscall),
        new("nx", ExtendedLeaf, CpuidRegister.Edx, 20),
        new("pdpe1gb", ExtendedLeaf, CpuidRegister.Edx, 26),
        new("rdtscp", ExtendedLeaf, CpuidRegister.Edx, 27, InstructionFeatures.Rdtscp),
        new("lm", ExtendedLeaf, CpuidRegister.Edx, 29),
    ];

    /// <summary>The feature bits of one register.</summary>
    public static uint Bits(uint leaf, CpuidRegister register, Func<ProcessorFeature, bool>? which = null) => All
        .Where(feature => feature.Leaf == leaf && feature.Register == register && (which is null || which(feature)))
        .Aggregate(0u, (bits, feature) => bits | (1u << feature.Bit));
}
