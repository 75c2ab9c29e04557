using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>Which of the features that EfiEmu executes a machine's processor has.</summary>
/// <remarks>
/// What it lacks is gone from CPUID, and its instructions do what they do on processors without it: #UD, or what their bytes
/// meant before. Nothing is added silently: a guest that needs what is missing fails as it fails on such a processor.
/// </remarks>
public sealed class ProcessorModel
{
    private const string DefaultName = "default";

    // The levels of the x86-64 psABI, section 3.1.1; what is no instruction set stays.
    private static readonly string[] Level2 = ["cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"];
    private static readonly string[] Level1 = ["cmov", "cx8", "fpu", "fxsr", "mmx", "syscall", "sse", "sse2", "tsc", "msr", "clflush"];

    private readonly FrozenSet<string> _lacks;

    private ProcessorModel(string name, IEnumerable<string> lacks)
    {
        Name = name;
        _lacks = lacks.ToFrozenSet(StringComparer.Ordinal);
        Instructions = ProcessorFeatures.All
            .Where(feature => !_lacks.Contains(feature.Name))
            .Aggregate(InstructionFeatures.None, (has, feature) => has | feature.Instructions);
    }

    /// <summary>All that EfiEmu executes.</summary>
    public static ProcessorModel Default { get; } = new(DefaultName, []);

    /// <summary>The names that a model may start from.</summary>
    public static IReadOnlyList<string> Names { get; } = [DefaultName, "x86-64", "x86-64-v2"];

    /// <summary>The names of features that may be added or taken away, as /proc/cpuinfo spells them, in the order of CPUID.</summary>
    public static IReadOnlyList<string> FeatureNames { get; } = [.. ProcessorFeatures.All.Select(feature => feature.Name)];

    /// <summary>What it was made from, in the shortest form: default, or default,-bmi2,-rdrand.</summary>
    public string Name { get; }

    /// <summary>Whether it has all that EfiEmu executes.</summary>
    public bool IsDefault => _lacks.Count == 0;

    /// <summary>The sets of instructions that it has.</summary>
    internal InstructionFeatures Instructions { get; }

    /// <summary>Reads NAME[,+feature,-feature].</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="model">The model, where true is returned.</param>
    /// <param name="fault">What is wrong, where false is returned.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ProcessorModel? model, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.Split(',');
        model = null;
        fault = null;
        if (!Names.Contains(words[0]))
        {
            fault = $"unknown '{words[0]}'; there are {string.Join(", ", Names)}";
            return false;
        }

        HashSet<string> lacks = LacksOf(words[0]);
        foreach (string word in words.Skip(1))
        {
            string name = word.Length > 1 ? word[1..] : string.Empty;
            if (word.Length < 2 || word[0] is not ('+' or '-') || !FeatureNames.Contains(name))
            {
                fault = $"unknown '{word}'; after the name come + or - and one of {string.Join(", ", FeatureNames)}";
                return false;
            }

            _ = word[0] == '-' ? lacks.Add(name) : lacks.Remove(name);
        }

        HashSet<string> before = LacksOf(words[0]);
        IEnumerable<string> changes = FeatureNames
            .Where(name => lacks.Contains(name) != before.Contains(name))
            .Select(name => (lacks.Contains(name) ? "-" : "+") + name);
        model = lacks.Count == 0 ? Default : new ProcessorModel(string.Join(',', changes.Prepend(words[0])), lacks);
        return true;
    }

    /// <summary>A leaf as this model reports it.</summary>
    internal CpuidResult Masked(uint leaf, uint subleaf, CpuidResult result)
    {
        if (IsDefault || (leaf == 7 && subleaf != 0))
        {
            return result;
        }

        uint lacking = Lacking(leaf, CpuidRegister.Edx);
        if (leaf == ProcessorFeatures.ExtendedLeaf)
        {
            lacking |= Lacking(1, CpuidRegister.Edx) & ProcessorFeatures.AmdRepeatedEdx;
        }

        return result with
        {
            Ebx = result.Ebx & ~Lacking(leaf, CpuidRegister.Ebx),
            Ecx = result.Ecx & ~Lacking(leaf, CpuidRegister.Ecx),
            Edx = result.Edx & ~lacking,
        };
    }

    private static HashSet<string> LacksOf(string name)
    {
        string[]? kept = name switch
        {
            "x86-64" => Level1,
            "x86-64-v2" => [.. Level1, .. Level2],
            _ => null,
        };
        return kept is null ? [] : [.. ProcessorFeatures.All
            .Where(feature => feature.Instructions != InstructionFeatures.None && !kept.Contains(feature.Name))
            .Select(feature => feature.Name)];
    }

    private uint Lacking(uint leaf, CpuidRegister register) => ProcessorFeatures.Bits(leaf, register, feature => _lacks.Contains(feature.Name));
}
