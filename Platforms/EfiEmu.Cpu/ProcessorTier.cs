namespace EfiEmu.Cpu;

/// <summary>How a processor executes. What a guest can see is the same in each: results, faults, instruction counts, time.</summary>
public enum ProcessorTier
{
    /// <summary>Micro-operations, one after the other. The reference.</summary>
    Interpreter,

    /// <summary>As the interpreter, until code has run often: then as host code that is made of it meanwhile.</summary>
    Translator,

    /// <summary>As the translator, but host code is made of all code before it runs first. Slow to start; for tests.</summary>
    EagerTranslator,
}
