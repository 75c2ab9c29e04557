using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>The state of the floating-point units. The x87 registers themselves are not modelled: they are always empty.</summary>
internal static class FloatStateOperations
{
    private const uint MxcsrMask = 0xFFFF;

    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Fninit => static (Core core, in Instruction _) => (core.System.FpuControl, core.System.FpuStatus) = (0x37F, 0),
        Mnemonic.Fnclex => static (Core core, in Instruction _) => core.System.FpuStatus &= 0x7F00,
        Mnemonic.Fnstsw => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.FpuStatus),
        Mnemonic.Fnstcw => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.FpuControl),
        Mnemonic.Fldcw => static (Core core, in Instruction i) => core.System.FpuControl = (ushort)((core.Read(in i, 0) & 0x1F3F) | 0x40),
        Mnemonic.Emms or Mnemonic.Wait => static (Core _, in Instruction _) => { },
        Mnemonic.Stmxcsr => static (Core core, in Instruction i) => core.Memory.Write(core.EffectiveAddress(in i), core.System.Mxcsr, 4),
        Mnemonic.Ldmxcsr => LoadMxcsr,
        Mnemonic.Fxsave or Mnemonic.Fxsave64 => Save,
        Mnemonic.Fxrstor or Mnemonic.Fxrstor64 => Restore,
        _ => null,
    };

    private static void LoadMxcsr(Core core, in Instruction i)
    {
        uint value = (uint)core.Memory.Read(core.EffectiveAddress(in i), 4);
        core.System.Mxcsr = Checked(value);
    }

    private static uint Checked(uint value) => (value & ~MxcsrMask) == 0
        ? value
        : throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "reserved bit of MXCSR");

    private static unsafe void Save(Core core, in Instruction i)
    {
        ulong address = Aligned(core, in i);
        Span<byte> image = stackalloc byte[416];
        image.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(image, core.System.FpuControl);
        BinaryPrimitives.WriteUInt16LittleEndian(image[2..], core.System.FpuStatus);
        BinaryPrimitives.WriteUInt32LittleEndian(image[24..], core.System.Mxcsr);
        BinaryPrimitives.WriteUInt32LittleEndian(image[28..], MxcsrMask);
        new ReadOnlySpan<byte>(core.State + Slot.Xmm, 256).CopyTo(image[160..]);
        core.Memory.WriteBytes(address, image);
    }

    private static unsafe void Restore(Core core, in Instruction i)
    {
        ulong address = Aligned(core, in i);
        Span<byte> image = stackalloc byte[416];
        core.Memory.ReadBytes(address, image);
        core.System.Mxcsr = Checked(BinaryPrimitives.ReadUInt32LittleEndian(image[24..]));
        core.System.FpuControl = BinaryPrimitives.ReadUInt16LittleEndian(image);
        core.System.FpuStatus = BinaryPrimitives.ReadUInt16LittleEndian(image[2..]);
        image[160..].CopyTo(new Span<byte>(core.State + Slot.Xmm, 256));
    }

    private static ulong Aligned(Core core, in Instruction i)
    {
        ulong address = core.EffectiveAddress(in i);
        return (address & 15) == 0
            ? address
            : throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "address is not a multiple of 16");
    }
}
