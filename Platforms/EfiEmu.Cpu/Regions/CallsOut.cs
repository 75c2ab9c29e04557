using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Regions;

/// <summary>What the host code of a region calls for instructions that run through their operations.</summary>
internal static unsafe class CallsOut
{
    public static void Run(Interpreter self, MicroOp* operation) => self.Operations.Run(operation);

    public static void Move(Interpreter self, MicroOp* operation) => self.Strings.Move(operation);

    public static void Store(Interpreter self, MicroOp* operation) => self.Strings.Store(operation);
}
