using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Gates;

/// <summary>A call that guest code made: arguments in RCX, RDX, R8, R9, then on the stack above the shadow space.</summary>
/// <remarks>UEFI 2.10 section 2.3.4.2. The registers are read when the call is made: the callee may run guest code.</remarks>
internal sealed class RegisterCall : IGuestCall
{
    private readonly ulong[] _registers;
    private readonly GuestAddress _stack;
    private readonly IGuestMemory _memory;

    public RegisterCall(Machine machine)
    {
        _registers =
        [
            machine[GuestRegister.Rcx], machine[GuestRegister.Rdx], machine[GuestRegister.R8], machine[GuestRegister.R9],
        ];
        _stack = new GuestAddress(machine[GuestRegister.Rsp]);
        _memory = machine.Memory;
        ReturnAddress = _memory.ReadPointer(_stack);
    }

    public GuestAddress ReturnAddress { get; }

    // Above the return address lie 32 bytes of shadow space for the four register arguments, then the fifth argument.
    public ulong this[int index] =>
        index < _registers.Length ? _registers[index] : _memory.ReadUInt64(_stack + 8 + (8UL * (ulong)index));
}

/// <summary>A call that C# made.</summary>
internal sealed class DirectCall(ulong[] arguments) : IGuestCall
{
    public GuestAddress ReturnAddress => GuestAddress.Null;

    public ulong this[int index] => index < arguments.Length ? arguments[index] : 0;
}
