using EfiEmu.Cpu.Execution;

namespace EfiEmu.Cpu.Protection;

/// <summary>Loads segment registers from descriptor tables, with the checks of 64-bit mode at level 0.</summary>
internal static class SegmentLoader
{
    // Where a selector says that it means the local table.
    private const ushort InLocalTable = 4;

    /// <summary>Loads ES, SS, DS, FS or GS.</summary>
    /// <exception cref="GuestStopException">#GP, #NP or #SS with the selector; a level other than 0 is not modelled.</exception>
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

            loaded = new SegmentRegister(selector, descriptor.Base, descriptor.Limit, descriptor);
        }
        else if (isStack && (selector & 3) != 0)
        {
            throw Fault(ExceptionVector.GeneralProtection, 0);
        }

        core.System.Segments[number] = loaded;
        if (number >= SegmentRegisters.Fs)
        {
            core.Gpr(number == SegmentRegisters.Fs ? Slot.FsBase : Slot.GsBase) = loaded.Base;
        }
    }

    /// <summary>The code segment that a far transfer goes to; the caller puts it into CS when nothing else can fault.</summary>
    /// <param name="core">The processor.</param>
    /// <param name="selector">The selector, with the level in its low bits.</param>
    /// <param name="transfer">What transfers, to be named where it leaves 64-bit code or level 0; null for a gate, which may not.</param>
    /// <exception cref="GuestStopException">#GP or #NP with the selector; not modelled: 32-bit code, another level.</exception>
    public static SegmentRegister FindCode(Core core, ushort selector, string? transfer)
    {
        if ((selector & ~3) == 0)
        {
            throw Fault(ExceptionVector.GeneralProtection, 0);
        }

        if ((selector & 3) != 0)
        {
            throw GuestStopException.NotModelled($"{transfer} to level {selector & 3}");
        }

        Descriptor descriptor = Find(core, selector);
        if (!descriptor.IsCode || (descriptor.IsConforming ? descriptor.Level > 0 : descriptor.Level != 0))
        {
            throw Fault(ExceptionVector.GeneralProtection, selector);
        }

        if (!descriptor.IsPresent)
        {
            throw Fault(ExceptionVector.SegmentNotPresent, selector);
        }

        if (!descriptor.IsLong || descriptor.IsWide)
        {
            throw descriptor.IsLong || transfer is null
                ? Fault(ExceptionVector.GeneralProtection, selector)
                : GuestStopException.NotModelled($"{transfer} to 32-bit code");
        }

        return new SegmentRegister(selector, descriptor.Base, descriptor.Limit, descriptor);
    }

    /// <summary>The task register: an available 64-bit TSS of the global table, which becomes busy.</summary>
    public static void LoadTask(Core core, ushort selector)
    {
        SegmentRegister task = FindSystem(core, selector, Descriptor.AvailableTask);
        ulong at = core.System.Segments.TableBase + (ulong)(selector & ~7) + 5;
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

    private static SegmentRegister FindSystem(Core core, ushort selector, int type)
    {
        SegmentRegisters segments = core.System.Segments;
        int offset = selector & ~7;
        if ((selector & ~3) == 0 || (selector & InLocalTable) != 0 || offset + 15 > segments.TableLimit)
        {
            throw Fault(ExceptionVector.GeneralProtection, selector);
        }

        Descriptor descriptor = Find(core, selector);
        if (descriptor.IsMemory || descriptor.Type != type)
        {
            throw Fault(ExceptionVector.GeneralProtection, selector);
        }

        if (!descriptor.IsPresent)
        {
            throw Fault(ExceptionVector.SegmentNotPresent, selector);
        }

        ulong upper = core.Memory.Read(segments.TableBase + (ulong)offset + 8, 4);
        ulong address = descriptor.Base | (upper << 32);
        return GuestMemory.IsCanonical(address)
            ? new SegmentRegister(selector, address, descriptor.Limit, descriptor)
            : throw Fault(ExceptionVector.GeneralProtection, selector);
    }

    private static GuestStopException Fault(ExceptionVector vector, ushort selector) =>
        GuestStopException.Fault(vector, $"selector 0x{selector:X}", (uint)(selector & ~3));
}
