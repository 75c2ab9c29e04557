namespace EfiEmu.Platforms;

/// <summary>How guest code is executed. Reports do not depend on it: results, faults, instruction counts and times are the same.</summary>
public enum ExecutionTier
{
    /// <summary>Step by step. The reference, and the quickest to start.</summary>
    Interpreter,

    /// <summary>As the interpreter, until code has run often: then as host code that is made of it meanwhile.</summary>
    Translator,

    /// <summary>Host code is made of all code before it first runs. Slow; to test the translator with.</summary>
    EagerTranslator,
}

/// <summary>The names of the tiers.</summary>
public static class ExecutionTiers
{
    /// <summary>By name, in the order in which they are listed.</summary>
    public static IReadOnlyList<(string Name, ExecutionTier Tier)> All { get; } =
    [
        ("interpreter", ExecutionTier.Interpreter),
        ("translator", ExecutionTier.Translator),
        ("eager-translator", ExecutionTier.EagerTranslator),
    ];

    /// <summary>What is used where none is named.</summary>
    public static string Default => "translator";

    /// <summary>The names alone.</summary>
    public static IEnumerable<string> Names => All.Select(known => known.Name);
}
