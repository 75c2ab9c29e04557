using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>The state of the floating-point units, whole: control, status, environment, FXSAVE.</summary>
/// <remarks>Intel SDM volume 1, sections 8.1.10 and 10.5. The pointers to the last instruction and operand are always 0.</remarks>
internal static class FloatStateOperations
{
    private const uint MxcsrMask = 0xFFFF;
    private const int EnvironmentBytes = 28;
    private const int NarrowEnvironmentBytes = 14;
    private const int RegisterBytes = 10;
    private const int ExtendedBytes = 512;
    private const int ExtendedBytesWritten = 416;

    public static Operation? Find(in Instruction instruction) => instruction.Code switch
    {
        Code.Fnstenv_m28byte => static (Core core, in Instruction i) =>
        {
            SaveEnvironment(core, core.EffectiveAddress(in i), narrow: false);
            core.System.Float.SetControl((ushort)(core.System.Float.Control | 0x3F));
        },
        Code.Fnstenv_m14byte => static (Core core, in Instruction i) =>
        {
            SaveEnvironment(core, core.EffectiveAddress(in i), narrow: true);
            core.System.Float.SetControl((ushort)(core.System.Float.Control | 0x3F));
        },
        Code.Fldenv_m28byte => X87Access.Waiting(static (Core core, in Instruction i) => LoadEnvironment(core, core.EffectiveAddress(in i), narrow: false)),
        Code.Fldenv_m14byte => X87Access.Waiting(static (Core core, in Instruction i) => LoadEnvironment(core, core.EffectiveAddress(in i), narrow: true)),
        Code.Fnsave_m108byte => static (Core core, in Instruction i) => Save(core, in i, narrow: false),
        Code.Fnsave_m94byte => static (Core core, in Instruction i) => Save(core, in i, narrow: true),
        Code.Frstor_m108byte => X87Access.Waiting(static (Core core, in Instruction i) => Restore(core, in i, narrow: false)),
        Code.Frstor_m94byte => X87Access.Waiting(static (Core core, in Instruction i) => Restore(core, in i, narrow: true)),
        _ => instruction.Mnemonic switch
        {
            Mnemonic.Fninit => static (Core core, in Instruction _) => core.System.Float.Initialize(),
            Mnemonic.Fnclex => static (Core core, in Instruction _) => core.System.Float.Status &= 0x7F00,
            Mnemonic.Fnstsw => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.Float.Status),
            Mnemonic.Fnstcw => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.Float.Control),
            Mnemonic.Fldcw => X87Access.Waiting(static (Core core, in Instruction i) => core.System.Float.SetControl((ushort)core.Read(in i, 0))),
            Mnemonic.Emms => X87Access.Waiting(static (Core core, in Instruction _) =>
            {
                core.System.Float.EnterMmx();
                core.System.Float.Full = 0;
            }),
            Mnemonic.Wait => X87Access.Waiting(static (Core _, in Instruction _) => { }),

            // They meant something to the 8087 and the 80287, and nothing to any processor since.
            Mnemonic.Fneni or Mnemonic.Fndisi or Mnemonic.Fnsetpm => static (Core _, in Instruction _) => { },
            Mnemonic.Stmxcsr => static (Core core, in Instruction i) => core.Memory.Write(core.EffectiveAddress(in i), core.System.Mxcsr, 4),
            Mnemonic.Ldmxcsr => LoadMxcsr,
            Mnemonic.Fxsave or Mnemonic.Fxsave64 => SaveExtended,
            Mnemonic.Fxrstor or Mnemonic.Fxrstor64 => RestoreExtended,
            _ => null,
        },
    };

    private static void LoadMxcsr(Core core, in Instruction i)
    {
        uint value = (uint)core.Memory.Read(core.EffectiveAddress(in i), 4);
        core.System.Mxcsr = Checked(value);
    }

    private static uint Checked(uint value) => (value & ~MxcsrMask) == 0
        ? value
        : throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "reserved bit of MXCSR");

    /// <summary>Control, status and tags at the start of an image, in words or in doublewords whose upper halves are ones.</summary>
    private static void SaveEnvironment(Core core, ulong address, bool narrow)
    {
        FloatUnit unit = core.System.Float;
        Span<byte> image = stackalloc byte[narrow ? NarrowEnvironmentBytes : EnvironmentBytes];
        image.Clear();
        int step = narrow ? 2 : 4;
        foreach ((int at, ushort value) in (ReadOnlySpan<(int, ushort)>)[(0, unit.Control), (1, unit.Status), (2, unit.TagWord)])
        {
            BinaryPrimitives.WriteUInt16LittleEndian(image[(at * step)..], value);
            if (!narrow)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(image[((at * step) + 2)..], 0xFFFF);
            }
        }

        if (!narrow)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(image[24..], 0xFFFF0000u);
        }

        core.Memory.WriteBytes(address, image);
    }

    private static void LoadEnvironment(Core core, ulong address, bool narrow)
    {
        Span<byte> image = stackalloc byte[narrow ? NarrowEnvironmentBytes : EnvironmentBytes];
        core.Memory.ReadBytes(address, image);
        ApplyEnvironment(core, image, narrow);
    }

    private static void ApplyEnvironment(Core core, ReadOnlySpan<byte> image, bool narrow)
    {
        FloatUnit unit = core.System.Float;
        int step = narrow ? 2 : 4;
        unit.SetControl(BinaryPrimitives.ReadUInt16LittleEndian(image));
        unit.Status = BinaryPrimitives.ReadUInt16LittleEndian(image[step..]);
        ushort tags = BinaryPrimitives.ReadUInt16LittleEndian(image[(2 * step)..]);
        int full = 0;
        for (int physical = 0; physical < 8; physical++)
        {
            full |= ((tags >> (2 * physical)) & 3) == 3 ? 0 : 1 << physical;
        }

        unit.Full = (byte)full;
    }

    private static void Save(Core core, in Instruction i, bool narrow)
    {
        FloatUnit unit = core.System.Float;
        ulong address = core.EffectiveAddress(in i);
        int environment = narrow ? NarrowEnvironmentBytes : EnvironmentBytes;
        Span<byte> registers = stackalloc byte[8 * RegisterBytes];
        for (int index = 0; index < 8; index++)
        {
            Put(registers[(index * RegisterBytes)..], unit[index]);
        }

        core.Memory.CheckWrite(address, environment + registers.Length);
        SaveEnvironment(core, address, narrow);
        core.Memory.WriteBytes(address + (ulong)environment, registers);
        unit.Initialize();
    }

    private static void Restore(Core core, in Instruction i, bool narrow)
    {
        FloatUnit unit = core.System.Float;
        ulong address = core.EffectiveAddress(in i);
        int environment = narrow ? NarrowEnvironmentBytes : EnvironmentBytes;
        Span<byte> image = stackalloc byte[environment + (8 * RegisterBytes)];
        core.Memory.ReadBytes(address, image);
        ApplyEnvironment(core, image, narrow);
        for (int index = 0; index < 8; index++)
        {
            unit.Restore(index, Take(image[(environment + (index * RegisterBytes))..]));
        }
    }

    private static unsafe void SaveExtended(Core core, in Instruction i)
    {
        FloatUnit unit = core.System.Float;
        ulong address = Aligned(core, in i);
        Span<byte> image = stackalloc byte[ExtendedBytesWritten];
        image.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(image, unit.Control);
        BinaryPrimitives.WriteUInt16LittleEndian(image[2..], unit.Status);
        image[4] = unit.Full;
        BinaryPrimitives.WriteUInt32LittleEndian(image[24..], core.System.Mxcsr);
        BinaryPrimitives.WriteUInt32LittleEndian(image[28..], MxcsrMask);
        for (int index = 0; index < 8; index++)
        {
            Put(image[(32 + (16 * index))..], unit[index]);
        }

        new ReadOnlySpan<byte>(core.State + Slot.Xmm, 256).CopyTo(image[160..]);
        core.Memory.CheckWrite(address, ExtendedBytes);
        core.Memory.WriteBytes(address, image);
    }

    private static unsafe void RestoreExtended(Core core, in Instruction i)
    {
        FloatUnit unit = core.System.Float;
        ulong address = Aligned(core, in i);
        Span<byte> image = stackalloc byte[ExtendedBytes];
        core.Memory.ReadBytes(address, image);
        core.System.Mxcsr = Checked(BinaryPrimitives.ReadUInt32LittleEndian(image[24..]));
        unit.SetControl(BinaryPrimitives.ReadUInt16LittleEndian(image));
        unit.Status = BinaryPrimitives.ReadUInt16LittleEndian(image[2..]);
        for (int index = 0; index < 8; index++)
        {
            unit.Restore(index, Take(image[(32 + (16 * index))..]));
        }

        unit.Full = image[4];
        image.Slice(160, 256).CopyTo(new Span<byte>(core.State + Slot.Xmm, 256));
    }

    private static void Put(Span<byte> destination, ExtendedFloat value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, value.Significand);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[8..], value.Head);
    }

    private static ExtendedFloat Take(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt16LittleEndian(source[8..]));

    private static ulong Aligned(Core core, in Instruction i)
    {
        ulong address = core.EffectiveAddress(in i);
        if (!GuestMemory.IsCanonical(address))
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, GuestMemory.NotCanonical);
        }

        SseAccess.RequireAligned(address);
        return address;
    }
}
