using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Segment registers, descriptor tables, and the bases of FS and GS.</summary>
internal static class SegmentOperations
{
    private const uint KernelGsBase = 0xC000_0102;

    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Mov => instruction.Code switch
        {
            Code.Mov_rm16_Sreg or Code.Mov_r32m16_Sreg or Code.Mov_r64m16_Sreg => Store,
            Code.Mov_Sreg_rm16 or Code.Mov_Sreg_r32m16 or Code.Mov_Sreg_r64m16 => Load,
            _ => null,
        },
        Mnemonic.Lgdt => LoadGlobalTable,
        Mnemonic.Lidt => LoadInterruptTable,
        Mnemonic.Sgdt => static (Core core, in Instruction i) =>
            StoreTable(core, in i, core.System.Segments.TableLimit, core.System.Segments.TableBase),
        Mnemonic.Sidt => static (Core core, in Instruction i) => StoreTable(core, in i, core.System.IdtLimit, core.System.IdtBase),
        Mnemonic.Str => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.Segments.Task.Selector),
        Mnemonic.Sldt => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.Segments.LocalTable.Selector),
        Mnemonic.Ltr => static (Core core, in Instruction i) => SegmentLoader.LoadTask(core, (ushort)core.Read(in i, 0)),
        Mnemonic.Lldt => static (Core core, in Instruction i) => SegmentLoader.LoadLocalTable(core, (ushort)core.Read(in i, 0)),
        Mnemonic.Swapgs => SwapBases,
        Mnemonic.Lds or Mnemonic.Les or Mnemonic.Lfs or Mnemonic.Lgs or Mnemonic.Lss => LoadPointer,
        Mnemonic.Rdfsbase => static (Core core, in Instruction i) => core.Write(in i, 0, core.Gpr(Slot.FsBase)),
        Mnemonic.Rdgsbase => static (Core core, in Instruction i) => core.Write(in i, 0, core.Gpr(Slot.GsBase)),
        Mnemonic.Wrfsbase => static (Core core, in Instruction i) => SetBase(core, Slot.FsBase, core.Read(in i, 0)),
        Mnemonic.Wrgsbase => static (Core core, in Instruction i) => SetBase(core, Slot.GsBase, core.Read(in i, 0)),
        _ => null,
    };

    /// <summary>Sets the base of FS or GS.</summary>
    /// <exception cref="GuestStopException">#GP: it is not canonical.</exception>
    public static void SetBase(Core core, int slot, ulong value)
    {
        if (!GuestMemory.IsCanonical(value))
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "segment base is not canonical");
        }

        core.Gpr(slot) = value;
    }

    private static void Store(Core core, in Instruction i)
    {
        ulong selector = core.System.Segments[i.Op1Register - Iced.Intel.Register.ES].Selector;
        if (i.Op0Kind == OpKind.Memory)
        {
            core.Memory.Write(core.EffectiveAddress(in i), selector, 2);
        }
        else
        {
            core.Write(in i, 0, selector);
        }
    }

    private static void Load(Core core, in Instruction i)
    {
        int number = i.Op0Register - Iced.Intel.Register.ES;
        ulong selector = i.Op1Kind == OpKind.Memory ? core.Memory.Read(core.EffectiveAddress(in i), 2) : core.Read(in i, 1);
        if (number == SegmentRegisters.Code)
        {
            throw GuestStopException.Fault(ExceptionVector.InvalidOpcode);
        }

        SegmentLoader.LoadData(core, number, (ushort)selector);
    }

    private static void LoadPointer(Core core, in Instruction i)
    {
        int number = i.Mnemonic switch
        {
            Mnemonic.Les => SegmentRegisters.Extra,
            Mnemonic.Lss => SegmentRegisters.Stack,
            Mnemonic.Lds => SegmentRegisters.Data,
            Mnemonic.Lfs => SegmentRegisters.Fs,
            _ => SegmentRegisters.Gs,
        };
        int bytes = RegisterMap.Bits(i.Op0Register) / 8;
        ulong address = core.EffectiveAddress(in i);
        ulong offset = core.Memory.Read(address, bytes);
        SegmentLoader.LoadData(core, number, (ushort)core.Memory.Read((address + (ulong)bytes) & core.Memory.AddressMask, 2));
        core.WriteRegister(i.Op0Register, offset);
    }

    private static void SwapBases(Core core, in Instruction i)
    {
        ulong old = core.Gpr(Slot.GsBase);
        if (!core.Bus.TryReadMsr(KernelGsBase, out ulong kernel) || !core.Bus.TryWriteMsr(KernelGsBase, old))
        {
            throw GuestStopException.NotModelled(InstructionText.Of(in i));
        }

        core.Gpr(Slot.GsBase) = kernel;
    }

    private static void LoadGlobalTable(Core core, in Instruction i)
    {
        (ushort limit, ulong address) = ReadTable(core, in i);
        (core.System.Segments.TableLimit, core.System.Segments.TableBase) = (limit, address);
    }

    private static void LoadInterruptTable(Core core, in Instruction i)
    {
        (ushort limit, ulong address) = ReadTable(core, in i);
        (core.System.IdtLimit, core.System.IdtBase) = (limit, address);
    }

    private static (ushort Limit, ulong Address) ReadTable(Core core, in Instruction i)
    {
        if (core.Mode != CodeMode.Long)
        {
            // With an operand size of 16 bits the base has 24.
            ulong narrow = core.EffectiveAddress(in i);
            ulong origin = core.Memory.Read((narrow + 2) & core.Memory.AddressMask, 4);
            bool isShort = i.Code is Code.Lgdt_m1632_16 or Code.Lidt_m1632_16;
            return ((ushort)core.Memory.Read(narrow, 2), isShort ? origin & 0xFF_FFFF : origin);
        }

        Span<byte> image = stackalloc byte[10];
        core.Memory.ReadBytes(core.EffectiveAddress(in i), image);
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(image[2..]);
        return GuestMemory.IsCanonical(address)
            ? (BinaryPrimitives.ReadUInt16LittleEndian(image), address)
            : throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "table base is not canonical");
    }

    private static void StoreTable(Core core, in Instruction i, ushort limit, ulong address)
    {
        Span<byte> image = stackalloc byte[10];
        BinaryPrimitives.WriteUInt16LittleEndian(image, limit);
        BinaryPrimitives.WriteUInt64LittleEndian(image[2..], address);
        core.Memory.WriteBytes(core.EffectiveAddress(in i), core.Mode == CodeMode.Long ? image : image[..6]);
    }
}
