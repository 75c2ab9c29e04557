using System.Runtime.InteropServices;

namespace EfiEmu.Cpu.Translation;

/// <summary>One pre-decoded step of the interpreter: 32 bytes, operands as offsets into the processor state.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MicroOp
{
    // Found by the code when the operation is put into a block.
    public Handler Handler;

    public MicroCode Code;

    // Destination and source (Slot offsets).
    public byte A;
    public byte B;

    // The address: base + (index << scale) + displacement.
    public byte Base;
    public byte Index;
    public byte Scale;

    // A condition, or an operand size in bytes.
    public byte Extra;

    public ulong Displacement;
    public ulong Immediate;
}
