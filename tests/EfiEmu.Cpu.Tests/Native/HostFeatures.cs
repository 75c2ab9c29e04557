using System.Globalization;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>What the host's processor can do, as the kernel says.</summary>
internal static class HostFeatures
{
    private static readonly HashSet<string> Flags = Read();

    /// <summary>Whether the host executes a form; the baseline of x86-64 always.</summary>
    public static bool Has(Code code) => code.CpuidFeatures().All(feature => NameOf(feature) is not { } name || Flags.Contains(name));

    private static string? NameOf(CpuidFeature feature) => feature switch
    {
        CpuidFeature.SSE3 => "pni",
        CpuidFeature.SSSE3 => "ssse3",
        CpuidFeature.SSE4_1 => "sse4_1",
        CpuidFeature.SSE4_2 => "sse4_2",
        CpuidFeature.MOVBE => "movbe",
        CpuidFeature.POPCNT => "popcnt",
        CpuidFeature.LZCNT => "abm",
        CpuidFeature.BMI1 => "bmi1",
        CpuidFeature.BMI2 => "bmi2",
        CpuidFeature.ADX => "adx",
        CpuidFeature.AES => "aes",
        CpuidFeature.PCLMULQDQ => "pclmulqdq",
        CpuidFeature.SHA => "sha_ni",
        CpuidFeature.CLFLUSHOPT => "clflushopt",
        CpuidFeature.CLWB => "clwb",
        CpuidFeature.FSGSBASE => "fsgsbase",
        _ => null,
    };

    private static HashSet<string> Read()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !OperatingSystem.IsLinux())
        {
            return [];
        }

        string line = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", true, CultureInfo.InvariantCulture));
        return [.. line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }
}
