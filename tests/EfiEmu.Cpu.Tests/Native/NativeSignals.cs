using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>
/// Catches what native instructions raise. The handler is machine code: where RIP lies in a page that ends with the mark, it
/// notes RIP, flags, vector, error code and address in the state page behind and sends the thread to the exit stub. All
/// other signals go on to the handler that was there before, which is the runtime's.
/// </summary>
internal static unsafe class NativeSignals
{
    public const ulong Mark = 0x6D61_726B_EF1E_3B75;
    public const int MarkOffset = 0xFF8;

    private const int ActionBytes = 152;
    private const int ActionFlagsOffset = 136;
    private const int SignalInformation = 4;
    private const int OnAlternateStack = 0x0800_0000;
    private const int HandlerBytes = 0x1000;

    // In ucontext_t of x86-64 Linux.
    private const int ContextRip = 168;
    private const int ContextFlags = 176;
    private const int ContextError = 192;
    private const int ContextTrap = 200;
    private const int ContextAddress = 216;

    // ID, AC and NT must not follow the thread out of the test; nor DF and TF.
    private const int FlagsNotKept = 0x24_4500;

    // SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV.
    private static readonly int[] Signals = [4, 5, 7, 8, 11];

    private static readonly Lazy<bool> Installed = new(Install);

    /// <summary>Puts the handlers in place, once in a process.</summary>
    public static void Require() => Assert.True(Installed.Value);

    private static bool Install()
    {
        byte* code = (byte*)NativeMemoryMap.Map(0, HandlerBytes, NativeMemoryMap.All);
        int used = 0;
        byte* action = stackalloc byte[ActionBytes];
        foreach (int signal in Signals)
        {
            new Span<byte>(action, ActionBytes).Clear();
            Assert.Equal(0, SignalAction(signal, null, action));
            ulong before = *(ulong*)action;
            byte[] handler = Assemble((ulong)(code + used), before);
            handler.CopyTo(new Span<byte>(code + used, handler.Length));
            *(ulong*)action = (ulong)(code + used);
            *(int*)(action + ActionFlagsOffset) |= SignalInformation | OnAlternateStack;
            Assert.Equal(0, SignalAction(signal, action, null));
            used += (handler.Length + 15) & ~15;
        }

        return true;
    }

    private static byte[] Assemble(ulong address, ulong before)
    {
        Assembler c = new(64);
        Label other = c.CreateLabel();
        c.mov(rax, __qword_ptr[rdx + ContextRip]);
        c.and(rax, -0x1000);
        c.mov(rcx, Mark);
        c.cmp(__qword_ptr[rax + MarkOffset], rcx);
        c.jne(other);
        (int From, int To)[] notes =
        [
            (ContextRip, NativeState.RipOffset), (ContextFlags, NativeState.FlagsOffset), (ContextError, NativeState.ErrorOffset),
            (ContextTrap, NativeState.TrapOffset), (ContextAddress, NativeState.AddressOffset),
        ];
        foreach ((int from, int to) in notes)
        {
            c.mov(rcx, __qword_ptr[rdx + from]);
            c.mov(__qword_ptr[rax + (NativeProcessor.CodeBytes + to)], rcx);
        }

        c.and(__dword_ptr[rdx + ContextFlags], ~FlagsNotKept);
        c.mov(rcx, __qword_ptr[rax + (NativeProcessor.CodeBytes + NativeState.ExitOffset)]);
        c.mov(__qword_ptr[rdx + ContextRip], rcx);
        c.ret();
        c.Label(ref other);
        if (before > 1)
        {
            c.mov(rax, before);
            c.jmp(rax);
        }
        else
        {
            c.ud2();
        }

        using MemoryStream stream = new();
        c.Assemble(new StreamCodeWriter(stream), address);
        return stream.ToArray();
    }

    [DllImport("libc", EntryPoint = "sigaction")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SignalAction(int signal, byte* action, byte* before);
}
