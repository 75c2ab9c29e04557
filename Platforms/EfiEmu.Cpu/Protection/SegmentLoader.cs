using EfiEmu.Cpu.Execution;

namespace EfiEmu.Cpu.Protection;

/// <summary>Loads segment registers from descriptor tables, with the checks of code at level 0 (Intel SDM Vol. 3A 5.4 to 5.8).</summary>
internal static class SegmentLoader
{
    // Where a selector says that it means the local table.
    private const ushort InLocalTable = 4;

    // The byte of a descriptor that has its type, and the types of what a far transfer may name beside code.
    private const int TypeByte = 5;
    private const int Task16 = 1;
    private const int CallGate16 = 4;
    private const int TaskGate = 5;
    private const int CallGate = 12;

    /// <summary>Loads ES, SS, DS, FS or GS.</summary>
    /// <exception cref="GuestStopException">#GP, #NP or #SS with the selector.</exception>
    public static void LoadData(Core core, int number, ushort selector)
    {
        bool isStack = number == SegmentRegisters.Stack;
        SegmentRegister loaded = new(selector, 0, 0, default);
        if (!loaded.IsNull)
        {
            Descriptor descriptor = Find(core, selector);
            bool fits = isStack ? descriptor.IsWritableData && (selector & 3) == 0 && descriptor.Level == 0 : descriptor.IsReadable;
            if (!fits || (!isStack && descriptor.Level < (selector & 3) && !(descriptor.IsCode && descriptor.IsConforming)))
            {
                throw Fault(ExceptionVector.GeneralProtection, selector);
            }

            if (!descriptor.IsPresent)
            {
                throw Fault(isStack ? ExceptionVector.StackFault : ExceptionVector.SegmentNotPresent, selector);
            }

            loaded = new SegmentRegister(selector, descriptor.Base, descriptor.Limit, Accessed(core, selector, descriptor));
        }
        else if (isStack && ((selector & 3) != 0 || core.Mode != CodeMode.Long))
        {
            throw Fault(ExceptionVector.GeneralProtection, 0);
        }

        core.System.Segments[number] = loaded;
        if (number >= SegmentRegisters.Fs)
        {
            core.Gpr(number == SegmentRegisters.Fs ? Slot.FsBase : Slot.GsBase) = loaded.Base;
        }

        core.UpdateMode();
    }

    /// <summary>The code segment that a far transfer goes to; the caller puts it into CS when nothing else can fault.</summary>
    /// <param name="core">The processor.</param>
    /// <param name="selector">The selector, with the level in its low bits.</param>
    /// <param name="transfer">What transfers, to be named where that is not modelled; null for a gate, which finds code of its own width.</param>
    /// <param name="isReturn">Whether it may go to another level, and may not go through a gate.</param>
    /// <exception cref="GuestStopException">
    /// #GP or #NP with the selector; not modelled: another level, a gate, 16-bit code, 32-bit code that does not reach 4 GiB.
    /// </exception>
    public static SegmentRegister FindCode(Core core, ushort selector, string? transfer, bool isReturn = false)
    {
        if ((selector & ~3) == 0)
        {
            throw Fault(ExceptionVector.GeneralProtection, 0);
        }

        if (isReturn && (selector & 3) != 0)
        {
            throw GuestStopException.NotModelled($"{transfer} to level {selector & 3}");
        }

        Descriptor descriptor = Find(core, selector);
        if (!descriptor.IsMemory && transfer is not null && !isReturn && IsGateOrTask(core, descriptor))
        {
            throw GuestStopException.NotModelled($"{transfer} through a gate or task");
        }

        bool isAllowed = descriptor.IsConforming ? descriptor.Level == 0 : descriptor.Level == 0 && (selector & 3) == 0;
        if (!descriptor.IsCode || !isAllowed)
        {
            throw Fault(ExceptionVector.GeneralProtection, selector);
        }

        bool isLong = core.System.IsLongActive && descriptor.IsLong;
        if ((isLong && descriptor.IsWide) || (!isLong && transfer is null && core.System.IsLongActive))
        {
            throw Fault(ExceptionVector.GeneralProtection, selector);
        }

        if (!descriptor.IsPresent)
        {
            throw Fault(ExceptionVector.SegmentNotPresent, selector);
        }

        if (!isLong)
        {
            CheckWidth(descriptor, transfer ?? "interrupt gate");
        }

        // The level that it runs at, which is 0.
        ushort plain = (ushort)(selector & ~3);
        return new SegmentRegister(plain, descriptor.Base, descriptor.Limit, Accessed(core, selector, descriptor));
    }

    /// <summary>The task register: an available TSS of the global table, which becomes busy.</summary>
    public static void LoadTask(Core core, ushort selector)
    {
        SegmentRegister task = FindSystem(core, selector, Descriptor.AvailableTask);
        ulong at = core.System.Segments.TableBase + (ulong)(selector & ~7) + TypeByte;
        core.Memory.Write(at, core.Memory.Read(at, 1) | (Descriptor.AvailableTask ^ Descriptor.BusyTask), 1);
        core.System.Segments.Task = task;
    }

    /// <summary>The local table; a null selector leaves none.</summary>
    public static void LoadLocalTable(Core core, ushort selector) =>
        core.System.Segments.LocalTable = (selector & ~3) == 0
            ? new SegmentRegister(selector, 0, 0, default)
            : FindSystem(core, selector, Descriptor.LocalTable);

    /// <summary>The descriptor that a selector names.</summary>
    /// <exception cref="GuestStopException">#GP with the selector: it lies beyond its table.</exception>
    public static Descriptor Find(Core core, ushort selector)
    {
        SegmentRegisters segments = core.System.Segments;
        int offset = selector & ~7;
        bool isLocal = (selector & InLocalTable) != 0;
        uint limit = isLocal ? segments.LocalTable.Limit : segments.TableLimit;
        if ((isLocal && segments.LocalTable.IsNull) || offset + 7 > limit)
        {
            throw Fault(ExceptionVector.GeneralProtection, selector);
        }

        if (!isLocal && !segments.HasGuestTable)
        {
            return SegmentRegisters.Firmware(offset >> 3);
        }

        return new Descriptor(core.Memory.Read((isLocal ? segments.LocalTable.Base : segments.TableBase) + (ulong)offset, 8));
    }

    // Data segments keep their base in 64-bit mode; of code outside of it, what a decoded block stands for depends on none.
    private static void CheckWidth(Descriptor descriptor, string transfer)
    {
        if (!descriptor.IsWide)
        {
            throw GuestStopException.NotModelled($"{transfer} to 16-bit code");
        }

        if (descriptor.Base != 0 || descriptor.Limit != uint.MaxValue)
        {
            throw GuestStopException.NotModelled($"{transfer} to 32-bit code of less than 4 GiB");
        }
    }

    private static bool IsGateOrTask(Core core, Descriptor descriptor) => core.System.IsLongActive
        ? descriptor.Type == CallGate
        : descriptor.Type is CallGate or CallGate16 or TaskGate or Descriptor.AvailableTask or Task16;

    // What the processor has loaded, its descriptor says in the table.
    private static Descriptor Accessed(Core core, ushort selector, Descriptor descriptor)
    {
        SegmentRegisters segments = core.System.Segments;
        bool isLocal = (selector & InLocalTable) != 0;
        if (descriptor.IsAccessed || (!isLocal && !segments.HasGuestTable))
        {
            return descriptor;
        }

        ulong at = (isLocal ? segments.LocalTable.Base : segments.TableBase) + (ulong)(selector & ~7) + TypeByte;
        core.Memory.Write(at, core.Memory.Read(at, 1) | 1, 1);
        return new Descriptor(descriptor.Value | (1ul << (8 * TypeByte)));
    }

    private static SegmentRegister FindSystem(Core core, ushort selector, int type)
    {
        SegmentRegisters segments = core.System.Segments;
        int offset = selector & ~7;
        bool isWide = core.Mode == CodeMode.Long;
        if ((selector & ~3) == 0 || (selector & InLocalTable) != 0 || offset + (isWide ? 15 : 7) > segments.TableLimit)
        {
            throw Fault(ExceptionVector.GeneralProtection, selector);
        }

        Descriptor descriptor = Find(core, selector);
        if (!descriptor.IsMemory && descriptor.Type == Task16 && type == Descriptor.AvailableTask && !core.System.IsLongActive)
        {
            throw GuestStopException.NotModelled("a task-state segment of 16 bits");
        }

        if (descriptor.IsMemory || descriptor.Type != type)
        {
            throw Fault(ExceptionVector.GeneralProtection, selector);
        }

        if (!descriptor.IsPresent)
        {
            throw Fault(ExceptionVector.SegmentNotPresent, selector);
        }

        // In 64-bit mode a second entry has the upper half of the base.
        ulong upper = isWide ? core.Memory.Read(segments.TableBase + (ulong)offset + 8, 4) : 0;
        ulong address = descriptor.Base | (upper << 32);
        return GuestMemory.IsCanonical(address)
            ? new SegmentRegister(selector, address, descriptor.Limit, descriptor)
            : throw Fault(ExceptionVector.GeneralProtection, selector);
    }

    private static GuestStopException Fault(ExceptionVector vector, ushort selector) =>
        GuestStopException.Fault(vector, $"selector 0x{selector:X}", (uint)(selector & ~3));
}
