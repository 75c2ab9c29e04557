namespace EfiEmu.Cpu.Tests.Native;

/// <summary>The ways in which our processor executes code: each is compared with the host. A new one is one more line.</summary>
internal static class ExecutionTiers
{
    public const string Interpreter = "interpreter";
    public const string Translator = "translator";
    public const string Concurrent = "concurrent translator";

    /// <summary>By name, how to make a processor that executes in this way from the first instruction on.</summary>
    public static IReadOnlyDictionary<string, Func<IProcessorBus, Processor>> All { get; } =
        new SortedDictionary<string, Func<IProcessorBus, Processor>>(StringComparer.Ordinal)
        {
            [Interpreter] = static bus => new Processor(bus, ProcessorTier.Interpreter),
            [Translator] = static bus => new Processor(bus, ProcessorTier.EagerTranslator),
        };

    /// <summary>The names, and that of the translator as it is used: host code is made beside the guest.</summary>
    public static TheoryData<string> Names => [Interpreter, Translator, Concurrent];

    /// <summary>A processor of a name.</summary>
    public static Processor Make(string name, IProcessorBus bus) => name == Concurrent ? new Processor(bus) : All[name](bus);

    public static Func<IProcessorBus, Processor> Default => All[Interpreter];
}
