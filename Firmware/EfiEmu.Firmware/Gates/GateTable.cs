using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Gates;

/// <summary>The gates of one boot: guest addresses that run C# when the processor reaches them.</summary>
/// <remarks>
/// Gates lie 16 bytes apart in pages of firmware's own code, boot-services and runtime code apart, so that a guest which
/// looks its function pointers up in the memory map finds the types that it finds on real firmware.
/// </remarks>
/// <param name="machine">Where the gates are.</param>
/// <param name="morePages">Gives the next pages of a type when an area is full.</param>
internal sealed class GateTable(Machine machine, Func<MemoryType, GuestAddress> morePages)
{
    /// <summary>Bytes between two gates.</summary>
    public const ulong Spacing = 16;

    /// <summary>Pages that one area has.</summary>
    public const ulong AreaPages = 4;

    private readonly Dictionary<ulong, Gate> _gates = [];
    private readonly Dictionary<MemoryType, (ulong Next, ulong End)> _areas = [];

    /// <summary>Puts a function behind a new address in boot-services code, or in runtime code.</summary>
    public GuestAddress Add(FunctionSignature signature, GuestFunction body, bool runtime = false)
    {
        MemoryType type = runtime ? MemoryType.RuntimeServicesCode : MemoryType.BootServicesCode;
        (ulong next, ulong end) = _areas.GetValueOrDefault(type);
        if (next == end)
        {
            next = morePages(type).Value;
            end = next + (AreaPages * GuestAddress.PageSize);
            machine.AddGates(new MemoryRange(next, end - next));
        }

        _areas[type] = (next + Spacing, end);
        var address = new GuestAddress(next);
        _gates.Add(next, new Gate(address, signature, body));
        return address;
    }

    /// <summary>The gate at an address.</summary>
    public bool TryGet(GuestAddress address, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Gate? gate) =>
        _gates.TryGetValue(address.Value, out gate);
}
