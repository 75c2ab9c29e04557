using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>
/// Decides where a loader ends and its kernel begins. Between the images that firmware loaded and the kernel there may be code that belongs
/// to neither: a loader's relocator, and the part of a Linux image that unpacks the kernel, entered by its 32-bit or 64-bit protocol, which
/// moves itself out of the way, and changes modes in a page of low memory.
/// </summary>
/// <remarks>
/// Documentation/arch/x86/boot.rst: syssize u32 @0x1f4 (units of 16 bytes), code32_start u32 @0x214, kernel_alignment u32 @0x230,
/// pref_address u64 @0x258, init_size u32 @0x260. The unpacking code works in the init_size bytes from its load address on, aligned, or
/// from pref_address where that is higher (arch/x86/boot/compressed/head_64.S), and copies itself to the end of them.
/// </remarks>
internal sealed class HandOffWatch(Machine machine, Func<IReadOnlyList<MemoryRange>> images)
{
    private const uint SizeOffset = 0x1f4;
    private const uint StartOffset = 0x214;
    private const uint AlignmentOffset = 0x230;
    private const uint PreferredOffset = 0x258;
    private const uint WorkOffset = 0x260;
    private const ulong LowMemory = 1 << 20;

    // The unpacked kernel starts in the first 2 MiB of where it lies; the code that unpacks it never runs there once it has moved.
    private const ulong FirstPages = 2 << 20;

    private readonly List<MemoryRange> _passed = [];
    private GuestAddress _parameters;

    /// <summary>From now on code outside of images is looked at when it is about to run.</summary>
    public void Start() => machine.ConfineExecution(images());

    /// <summary>Lets code run that is not the kernel yet.</summary>
    /// <returns>False where it is: the machine stands in front of its first instruction.</returns>
    public bool PassesOn(GuestAddress address)
    {
        GuestAddress candidate = new(machine[GuestRegister.Rsi]);
        bool hasParameters = BootParametersReader.Read(machine.Memory, candidate) is not null;
        _parameters = hasParameters ? candidate : _parameters;
        if (!machine.IsCodeLong || _parameters.IsNull || address.Value < LowMemory)
        {
            return Pass(PageOf(address));
        }

        (MemoryRange loaded, MemoryRange moved) = Unpacker();
        if (moved.Contains(address.Value) && !loaded.Contains(address.Value))
        {
            _passed.Clear();
            return Pass(moved);
        }

        bool isUnpacker = loaded.Contains(address.Value) && !_passed.Contains(moved);
        return (isUnpacker || !hasParameters) && Pass(PageOf(address));
    }

    private static MemoryRange PageOf(GuestAddress address) => new(address.Value & ~(GuestAddress.PageSize - 1), GuestAddress.PageSize);

    private bool Pass(MemoryRange range)
    {
        _passed.Add(range);
        machine.ConfineExecution([.. images(), .. _passed]);
        return true;
    }

    // Where the unpacking code was loaded, and where it may run once it has moved; both empty where a stub has unpacked the kernel.
    private (MemoryRange Loaded, MemoryRange Moved) Unpacker()
    {
        ulong start = machine.Memory.ReadUInt32(_parameters + StartOffset);
        ulong alignment = machine.Memory.ReadUInt32(_parameters + AlignmentOffset);
        ulong work = machine.Memory.ReadUInt32(_parameters + WorkOffset);
        var loaded = new MemoryRange(start, 16UL * machine.Memory.ReadUInt32(_parameters + SizeOffset));
        ulong aligned = alignment == 0 ? start : (start + alignment - 1) / alignment * alignment;
        ulong origin = Math.Max(aligned, machine.Memory.ReadUInt64(_parameters + PreferredOffset));
        return work <= FirstPages || origin > ulong.MaxValue - work
            ? (loaded, default)
            : (loaded, new MemoryRange(origin + FirstPages, work - FirstPages));
    }
}
