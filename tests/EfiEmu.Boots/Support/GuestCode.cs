using System.Text;
using EfiEmu.Firmware;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Support;

/// <summary>Writes a small guest in assembly language.</summary>
/// <remarks>
/// From its first instruction R12 holds the boot services, R13 the image handle, R14 the system table and R15 the runtime services;
/// the stack is aligned, with room for the arguments of calls.
/// </remarks>
internal sealed class GuestCode
{
    private const int FrameBytes = 0x88;
    private const int ArgumentsInRegisters = 4;

    private static readonly AssemblerRegister64[] ArgumentRegisters = [rcx, rdx, r8, r9];

    private readonly List<(Label Label, byte[] Bytes)> _data = [];

    private GuestCode() => Assembler = new Assembler(64);

    /// <summary>The assembler, for everything that has no method here.</summary>
    public Assembler Assembler { get; }

    /// <summary>The image file of a guest.</summary>
    public static byte[] Image(Action<GuestCode> write, ushort subsystem = PeFile.Application)
    {
        var code = new GuestCode();
        Assembler a = code.Assembler;
        a.sub(rsp, FrameBytes);
        a.mov(r13, rcx);
        a.mov(r14, rdx);
        a.mov(r12, __[r14 + 96]);
        a.mov(r15, __[r14 + 88]);
        write(code);
        code.Return(0);
        foreach ((Label data, byte[] bytes) in code._data)
        {
            Label label = data;
            a.Label(ref label);
            a.db(bytes);
        }

        using var stream = new MemoryStream();
        a.Assemble(new StreamCodeWriter(stream), PeFile.SectionAddress);
        return PeFile.Build(stream.ToArray(), subsystem);
    }

    /// <summary>A guest, named as a report shows it.</summary>
    public static GuestFile Guest(Action<GuestCode> write) => Emulator.Guest("guest.efi", Image(write));

    /// <summary>Bytes that lie behind the code.</summary>
    public Label Data(params byte[] bytes)
    {
        Label label = Assembler.CreateLabel();
        _data.Add((label, bytes));
        return label;
    }

    /// <summary>Zeros behind the code.</summary>
    public Label Space(int bytes) => Data(new byte[bytes]);

    /// <summary>A NUL-terminated UTF-16 string.</summary>
    public Label Text(string text) => Data(Encoding.Unicode.GetBytes(text + '\0'));

    /// <summary>Calls a boot service.</summary>
    public void Boot(int service, params ReadOnlySpan<Operand> arguments) => Call(__qword_ptr[r12 + service], arguments);

    /// <summary>Calls a runtime service.</summary>
    public void Runtime(int service, params ReadOnlySpan<Operand> arguments) => Call(__qword_ptr[r15 + service], arguments);

    /// <summary>Prints a text on the console.</summary>
    public void Print(Operand text)
    {
        Assembler.mov(rbx, __[r14 + 64]);
        Call(__qword_ptr[rbx + 8], rbx, text);
    }

    /// <summary>Calls through a pointer in memory.</summary>
    public void Call(AssemblerMemoryOperand target, params ReadOnlySpan<Operand> arguments)
    {
        // Those on the stack first: they pass through RAX alone.
        for (int i = arguments.Length - 1; i >= 0; i--)
        {
            AssemblerRegister64 register = i < ArgumentsInRegisters ? ArgumentRegisters[i] : rax;
            arguments[i].Load(Assembler, register);
            if (i >= ArgumentsInRegisters)
            {
                Assembler.mov(__[rsp + (8 * i)], rax);
            }
        }

        Assembler.call(target);
    }

    /// <summary>Reads eight bytes.</summary>
    public void Load(AssemblerRegister64 register, Label from) => Assembler.mov(register, __[from]);

    /// <summary>Writes eight bytes.</summary>
    public void Store(Label to, Operand value)
    {
        value.Load(Assembler, rax);
        Assembler.mov(__[to], rax);
    }

    /// <summary>Returns a status.</summary>
    public void Return(Operand status)
    {
        status.Load(Assembler, rax);
        Assembler.add(rsp, FrameBytes);
        Assembler.ret();
    }

    /// <summary>Repeats for ever.</summary>
    public void Forever(Action body)
    {
        Label again = Assembler.CreateLabel();
        Assembler.Label(ref again);
        body();
        Assembler.jmp(again);
    }

    /// <summary>Repeats until RAX, a status, is an error.</summary>
    public void UntilError(Action body)
    {
        Label again = Assembler.CreateLabel();
        Assembler.Label(ref again);
        body();
        Assembler.test(rax, rax);
        Assembler.jns(again);
    }

    /// <summary>A function of its own that may be called back; the code around it goes on behind it.</summary>
    public Label Function(Action body)
    {
        Label function = Assembler.CreateLabel();
        Label behind = Assembler.CreateLabel();
        Assembler.jmp(behind);
        Assembler.Label(ref function);
        Assembler.sub(rsp, FrameBytes);
        body();
        Return(0);
        Assembler.Label(ref behind);
        return function;
    }
}

/// <summary>What an argument of a call may be: a number, a register, or the address of data.</summary>
internal readonly struct Operand
{
    private readonly Action<Assembler, AssemblerRegister64> _load;

    private Operand(Action<Assembler, AssemblerRegister64> load) => _load = load;

    public static implicit operator Operand(ulong value) => new((a, register) => a.mov(register, value));

    public static implicit operator Operand(AssemblerRegister64 source) => new((a, register) => a.mov(register, source));

    public static implicit operator Operand(Label address) => new((a, register) => a.lea(register, __[address]));

    public void Load(Assembler assembler, AssemblerRegister64 register) => _load(assembler, register);
}
