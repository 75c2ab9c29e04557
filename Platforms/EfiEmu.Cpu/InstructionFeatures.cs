namespace EfiEmu.Cpu;

/// <summary>The sets of instructions that a processor may have or lack; what every x86-64 processor has is not among them.</summary>
/// <remarks>The names of /proc/cpuinfo where they differ: SSE3 is pni, LZCNT is abm, PREFETCHW is 3dnowprefetch.</remarks>
[Flags]
public enum InstructionFeatures : ulong
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>x87.</summary>
    Fpu = 1ul << 0,

    /// <summary>RDTSC.</summary>
    Tsc = 1ul << 1,

    /// <summary>RDMSR and WRMSR.</summary>
    Msr = 1ul << 2,

    /// <summary>CMPXCHG8B.</summary>
    Cx8 = 1ul << 3,

    /// <summary>CMOVcc, FCMOVcc and FCOMI.</summary>
    Cmov = 1ul << 4,

    /// <summary>CLFLUSH.</summary>
    ClFlush = 1ul << 5,

    /// <summary>MMX.</summary>
    Mmx = 1ul << 6,

    /// <summary>FXSAVE and FXRSTOR.</summary>
    Fxsr = 1ul << 7,

    /// <summary>SSE.</summary>
    Sse = 1ul << 8,

    /// <summary>SSE2.</summary>
    Sse2 = 1ul << 9,

    /// <summary>SSE3.</summary>
    Sse3 = 1ul << 10,

    /// <summary>SSSE3.</summary>
    Ssse3 = 1ul << 11,

    /// <summary>CMPXCHG16B.</summary>
    Cx16 = 1ul << 12,

    /// <summary>SSE4.1.</summary>
    Sse41 = 1ul << 13,

    /// <summary>SSE4.2.</summary>
    Sse42 = 1ul << 14,

    /// <summary>MOVBE.</summary>
    Movbe = 1ul << 15,

    /// <summary>POPCNT.</summary>
    Popcnt = 1ul << 16,

    /// <summary>RDRAND.</summary>
    Rdrand = 1ul << 17,

    /// <summary>RDFSBASE and its like, which CR4 has to switch on.</summary>
    FsGsBase = 1ul << 18,

    /// <summary>BMI1. Without it TZCNT is BSF.</summary>
    Bmi1 = 1ul << 19,

    /// <summary>BMI2.</summary>
    Bmi2 = 1ul << 20,

    /// <summary>RDSEED.</summary>
    Rdseed = 1ul << 21,

    /// <summary>ADCX and ADOX.</summary>
    Adx = 1ul << 22,

    /// <summary>CLFLUSHOPT.</summary>
    ClFlushOpt = 1ul << 23,

    /// <summary>CLWB.</summary>
    Clwb = 1ul << 24,

    /// <summary>RDPID.</summary>
    Rdpid = 1ul << 25,

    /// <summary>SYSCALL and SYSRET.</summary>
    Syscall = 1ul << 26,

    /// <summary>RDTSCP.</summary>
    Rdtscp = 1ul << 27,

    /// <summary>LAHF and SAHF in 64-bit mode.</summary>
    LahfLm = 1ul << 28,

    /// <summary>LZCNT. Without it LZCNT is BSR.</summary>
    Lzcnt = 1ul << 29,

    /// <summary>CLAC and STAC.</summary>
    Smap = 1ul << 30,

    /// <summary>All of them: what this processor executes.</summary>
    All = (1ul << 31) - 1,
}
