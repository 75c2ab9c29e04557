using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>
/// MOVS, STOS, LODS, SCAS and CMPS with every prefix. RSI, RDI and RCX stand after each page or element, so that a fault in
/// the middle can be resumed, and long repetitions draw on the budget.
/// </summary>
internal sealed unsafe class StringOperations(Core core)
{
    // Repetitions that cost the budget nothing, and elements for one instruction's worth of budget after them.
    private const long FreeElements = 1 << 16;
    private const long ElementsPerCharge = 16;

    private const ulong PageSize = 0x1000;

    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Movsb or Mnemonic.Movsw or Mnemonic.Movsq => Move,
        Mnemonic.Movsd when instruction.Code == Code.Movsd_m32_m32 => Move,
        Mnemonic.Stosb or Mnemonic.Stosw or Mnemonic.Stosd or Mnemonic.Stosq => Store,
        Mnemonic.Lodsb or Mnemonic.Lodsw or Mnemonic.Lodsd or Mnemonic.Lodsq => Load,
        Mnemonic.Scasb or Mnemonic.Scasw or Mnemonic.Scasd or Mnemonic.Scasq => Scan,
        Mnemonic.Cmpsb or Mnemonic.Cmpsw or Mnemonic.Cmpsq => Compare,
        Mnemonic.Cmpsd when instruction.Code == Code.Cmpsd_m32_m32 => Compare,
        _ => null,
    };

    /// <summary>MOVS with 64-bit addresses and no segment base.</summary>
    public void Move(MicroOp* operation)
    {
        byte* r = core.State;
        *(MicroOp**)(r + Slot.Operation) = operation;
        bool repeated = operation->A != 0;
        ulong size = operation->Extra;
        ulong count = repeated ? *(ulong*)(r + Slot.Rcx) : 1;
        bool down = (*(ulong*)(r + Slot.Rflags) & Flags.Direction) != 0;
        long left = FreeElements;
        while (count != 0)
        {
            ulong from = *(ulong*)(r + Slot.Rsi);
            ulong to = *(ulong*)(r + Slot.Rdi);
            ulong elements = Math.Min(count, Math.Min(InPage(from, size, down), InPage(to, size, down)));
            if (elements == 0)
            {
                // The element itself crosses a page.
                elements = 1;
                core.Memory.Write(to, core.Memory.Read(from, (int)size), (int)size);
            }
            else
            {
                byte* source = core.Memory.HostForRead(from);
                byte* target = core.Memory.HostForWrite(to);
                ulong bytes = elements * size;
                if (down)
                {
                    CopyDown(source, target, (int)size, (int)elements);
                    core.Memory.WroteTo(to - (bytes - size), bytes);
                }
                else
                {
                    CopyUp(source, target, from, to, (int)size, (int)bytes);
                    core.Memory.WroteTo(to, bytes);
                }
            }

            ulong step = down ? 0 - (elements * size) : elements * size;
            *(ulong*)(r + Slot.Rsi) += step;
            *(ulong*)(r + Slot.Rdi) += step;
            count -= elements;
            if (repeated)
            {
                *(ulong*)(r + Slot.Rcx) = count;
                Charge(core, ref left, (long)elements, count);
            }
        }
    }

    /// <summary>STOS with 64-bit addresses.</summary>
    public void Store(MicroOp* operation)
    {
        byte* r = core.State;
        *(MicroOp**)(r + Slot.Operation) = operation;
        bool repeated = operation->A != 0;
        ulong size = operation->Extra;
        ulong value = *(ulong*)r;
        ulong count = repeated ? *(ulong*)(r + Slot.Rcx) : 1;
        bool down = (*(ulong*)(r + Slot.Rflags) & Flags.Direction) != 0;
        long left = FreeElements;
        while (count != 0)
        {
            ulong to = *(ulong*)(r + Slot.Rdi);
            ulong elements = Math.Min(count, InPage(to, size, down));
            if (elements == 0)
            {
                elements = 1;
                core.Memory.Write(to, value, (int)size);
            }
            else
            {
                byte* target = core.Memory.HostForWrite(to);
                ulong bytes = elements * size;
                ulong back = down ? bytes - size : 0;
                Fill(target - back, value, (int)size, (int)elements);
                core.Memory.WroteTo(to - back, bytes);
            }

            *(ulong*)(r + Slot.Rdi) += down ? 0 - (elements * size) : elements * size;
            count -= elements;
            if (repeated)
            {
                *(ulong*)(r + Slot.Rcx) = count;
                Charge(core, ref left, (long)elements, count);
            }
        }
    }

    /// <summary>Whole elements from here to the end (or the start) of the page.</summary>
    private static ulong InPage(ulong address, ulong size, bool down)
    {
        ulong offset = address & (PageSize - 1);
        if (!down)
        {
            return (PageSize - offset) / size;
        }

        return offset + size > PageSize ? 0 : (offset / size) + 1;
    }

    private static void CopyUp(byte* source, byte* target, ulong from, ulong to, int size, int bytes)
    {
        ulong ahead = to - from;
        if (ahead >= (ulong)bytes)
        {
            Buffer.MemoryCopy(source, target, bytes, bytes);
            return;
        }

        if (ahead == 0)
        {
            return;
        }

        if (ahead < (ulong)size)
        {
            for (int at = 0; at < bytes; at += size)
            {
                CopyElement(source + at, target + at, size);
            }

            return;
        }

        // The target runs into the source: what was written repeats with the distance as its period.
        int period = (int)ahead;
        for (int at = 0; at < bytes; at += period)
        {
            int part = Math.Min(period, bytes - at);
            Buffer.MemoryCopy(source + at, target + at, part, part);
        }
    }

    private static void CopyDown(byte* source, byte* target, int size, int elements)
    {
        for (int at = 0; at > -size * elements; at -= size)
        {
            CopyElement(source + at, target + at, size);
        }
    }

    private static void CopyElement(byte* source, byte* target, int size)
    {
        switch (size)
        {
            case 8:
                *(ulong*)target = *(ulong*)source;
                break;
            case 4:
                *(uint*)target = *(uint*)source;
                break;
            case 2:
                *(ushort*)target = *(ushort*)source;
                break;
            default:
                *target = *source;
                break;
        }
    }

    private static void Fill(byte* target, ulong value, int size, int elements)
    {
        switch (size)
        {
            case 8:
                new Span<ulong>(target, elements).Fill(value);
                break;
            case 4:
                new Span<uint>(target, elements).Fill((uint)value);
                break;
            case 2:
                new Span<ushort>(target, elements).Fill((ushort)value);
                break;
            default:
                new Span<byte>(target, elements).Fill((byte)value);
                break;
        }
    }

    private static void Charge(Core core, ref long left, long elements, ulong remaining)
    {
        left -= elements;
        if (left < 0 && remaining != 0)
        {
            core.Charge(Math.Max(1, -left / ElementsPerCharge));
            left = 0;
        }
    }

    private static void Move(Core core, in Instruction i) => Repeat(core, in i, static (core, element) =>
    {
        core.Memory.Write(element.To, core.Memory.Read(element.From, element.Size), element.Size);
        return true;
    });

    private static void Store(Core core, in Instruction i) => Repeat(core, in i, static (core, element) =>
    {
        core.Memory.Write(element.To, core.Gpr(Slot.Rax), element.Size);
        return true;
    });

    private static void Load(Core core, in Instruction i) => Repeat(core, in i, static (core, element) =>
    {
        core.WriteRegister(element.Accumulator, core.Memory.Read(element.From, element.Size));
        return true;
    });

    private static void Scan(Core core, in Instruction i) => Repeat(core, in i, static (core, element) =>
    {
        ulong value = core.Memory.Read(element.To, element.Size);
        ulong accumulator = core.ReadRegister(element.Accumulator);
        core.KeepSubtraction(accumulator, value, element.Size * 8);
        return accumulator == value != element.WhileDifferent;
    });

    private static void Compare(Core core, in Instruction i) => Repeat(core, in i, static (core, element) =>
    {
        // Where both fault, processors say so of the second operand.
        ulong second = core.Memory.Read(element.To, element.Size);
        ulong first = core.Memory.Read(element.From, element.Size);
        core.KeepSubtraction(first, second, element.Size * 8);
        return first == second != element.WhileDifferent;
    });

    /// <summary>Runs an element body once, or while the count and the body's answer last.</summary>
    private static void Repeat(Core core, in Instruction i, Func<Core, Element, bool> body)
    {
        bool usesSource = HasOperand(in i, OpKind.MemorySegRSI) || HasOperand(in i, OpKind.MemorySegESI) || HasOperand(in i, OpKind.MemorySegSI);
        bool usesTarget = HasOperand(in i, OpKind.MemoryESRDI) || HasOperand(in i, OpKind.MemoryESEDI) || HasOperand(in i, OpKind.MemoryESDI);
        int width = WidthOf(in i);
        ulong mask = Core.Mask(width);
        int size = i.MemorySize.GetSize();
        ulong step = (core.Gpr(Slot.Rflags) & Flags.Direction) != 0 ? 0 - (ulong)size : (ulong)size;
        bool repeated = i.HasRepPrefix || i.HasRepnePrefix;
        ulong count = repeated ? core.Gpr(Slot.Rcx) & mask : 1;
        bool writes = i.Mnemonic is not (Mnemonic.Scasb or Mnemonic.Scasw or Mnemonic.Scasd or Mnemonic.Cmpsb or Mnemonic.Cmpsw or Mnemonic.Cmpsd);
        long left = FreeElements;
        bool going = true;
        while (count != 0 && going)
        {
            Element element = new(
                usesSource ? Linear(core, i.MemorySegment, core.Gpr(Slot.Rsi) & mask, size, isWrite: false) : 0,
                usesTarget ? Linear(core, Iced.Intel.Register.ES, core.Gpr(Slot.Rdi) & mask, size, writes) : 0,
                size,
                i.HasRepnePrefix,
                size switch
                {
                    8 => Iced.Intel.Register.RAX,
                    4 => Iced.Intel.Register.EAX,
                    2 => Iced.Intel.Register.AX,
                    _ => Iced.Intel.Register.AL,
                });
            going = body(core, element);
            if (usesSource)
            {
                Put(core, Slot.Rsi, core.Gpr(Slot.Rsi) + step, width);
            }

            if (usesTarget)
            {
                Put(core, Slot.Rdi, core.Gpr(Slot.Rdi) + step, width);
            }

            count--;
            if (repeated)
            {
                Put(core, Slot.Rcx, count, width);
                if (going)
                {
                    Charge(core, ref left, 1, count);
                }
            }
        }
    }

    // The width of the addresses, and so of the count.
    private static int WidthOf(in Instruction i)
    {
        if (HasOperand(in i, OpKind.MemorySegSI) || HasOperand(in i, OpKind.MemoryESDI))
        {
            return 16;
        }

        return HasOperand(in i, OpKind.MemorySegESI) || HasOperand(in i, OpKind.MemoryESEDI) ? 32 : 64;
    }

    private static void Put(Core core, int slot, ulong value, int width) => core.Gpr(slot) = width == 16
        ? (core.Gpr(slot) & ~0xFFFFul) | (ushort)value
        : value & Core.Mask(width);

    private static ulong Linear(Core core, Iced.Intel.Register segment, ulong offset, int bytes, bool isWrite) => core.Mode == CodeMode.Long
        ? offset + core.SegmentBase(segment)
        : Segmentation.Linear(core, segment - Iced.Intel.Register.ES, (uint)offset, bytes, isWrite);

    private static bool HasOperand(in Instruction i, OpKind kind) => i.Op0Kind == kind || i.Op1Kind == kind;

    /// <param name="From">The source address.</param>
    /// <param name="To">The target address.</param>
    /// <param name="Size">The element in bytes.</param>
    /// <param name="WhileDifferent">REPNE.</param>
    /// <param name="Accumulator">The part of RAX that has this size.</param>
    private readonly record struct Element(ulong From, ulong To, int Size, bool WhileDifferent, Iced.Intel.Register Accumulator);
}
