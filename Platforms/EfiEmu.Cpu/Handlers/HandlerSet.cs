using System.Reflection;
using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>
/// Finds the handler of a micro-operation and compiles it when it is first asked for; joins the micro-operations of a block that
/// turned out to run often, so that one handler does some of them.
/// </summary>
internal sealed unsafe class HandlerSet
{
    private readonly Handler[] _handlers = new Handler[(int)MicroCode.Stop + 1];

    public Handler Of(MicroCode code)
    {
        ref Handler known = ref _handlers[(int)code];
        if (known == null)
        {
            Type meaning = Meanings.Of(code);
            known = IsA(meaning, typeof(IHandler)) ? Compiled(meaning.GetMethod("Run")!) : Joined([meaning]);
        }

        return known;
    }

    /// <summary>The handler that stands in front of a block that host code was made of.</summary>
    public Handler Entrance { get; } = Compiled(typeof(EnterRegion).GetMethod("Run")!);

    /// <summary>Compiles handlers that nobody has asked for yet, so that nobody waits for them later.</summary>
    public static void Prepare(CancellationToken cancellation)
    {
        var handlers = new HandlerSet();
        for (MicroCode code = 0; code <= MicroCode.Stop && !cancellation.IsCancellationRequested; code++)
        {
            _ = handlers.Of(code);
        }
    }

    /// <summary>Joins micro-operations of a block; what each of them does on its own stays where it is.</summary>
    public void Join(Block* block)
    {
        MicroOp* first = Chain.First(block);
        List<Type> run = [];
        int end = block->OperationCount;
        for (int at = 0; at < end; at += Math.Max(1, run.Count))
        {
            run.Clear();
            while (run.Count < Runs.Longest && at + run.Count < end && Meanings.Of(first[at + run.Count].Code) is var meaning && !IsA(meaning, typeof(IHandler)))
            {
                run.Add(meaning);
            }

            if (run.Count > 1)
            {
                first[at].Handler = Joined([.. run]);
            }
        }
    }

    private static bool IsA(Type meaning, Type role) => meaning.IsAssignableTo(role);

    private static Handler Joined(Type[] run)
    {
        string name = IsA(run[^1], typeof(IDecision)) ? nameof(Runs.End) : nameof(Runs.Do);
        MethodInfo open = typeof(Runs).GetMethod(name, run.Length, [typeof(byte*), typeof(MicroOp*), typeof(Block*), typeof(Execution.Interpreter)])!;
        return Compiled(open.MakeGenericMethod(run));
    }

    private static Handler Compiled(MethodInfo method)
    {
        // Compiled first: then the pointer leads to the code itself.
        RuntimeHelpers.PrepareMethod(method.MethodHandle, method.IsGenericMethod ? [.. method.GetGenericArguments().Select(argument => argument.TypeHandle)] : null);
        return (Handler)method.MethodHandle.GetFunctionPointer();
    }
}
