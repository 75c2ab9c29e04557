using EfiEmu.Firmware;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>The services as a guest in C# sees them: each call follows the pointers in guest memory.</summary>
internal sealed class GuestContext(IGuestCaller caller, EfiHandle image, GuestAddress systemTable) : IGuestContext
{
    private const ulong ConsoleOutOffset = 64;
    private const ulong BootServicesOffset = 96;
    private const ulong OutputStringOffset = 8;
    private const ulong GetMemoryMapOffset = 56;
    private const ulong AllocatePoolOffset = 64;
    private const ulong InstallConfigurationTableOffset = 192;
    private const ulong ExitBootServicesOffset = 232;
    private const ulong LocateProtocolOffset = 320;

    // Out parameters of the calls below: four pointers' worth, then a GUID.
    private readonly GuestAddress _out = caller.ReserveStack(48);

    public EfiHandle ImageHandle => image;

    public GuestAddress SystemTable => systemTable;

    public IGuestMemory Memory => caller.Memory;

    public GuestAddress ReserveStack(ulong bytes) => caller.ReserveStack(bytes);

    public ulong Call(GuestAddress function, params ReadOnlySpan<ulong> arguments) => caller.Call(function, arguments);

    public void Print(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        GuestAddress buffer = ReserveStack(((ulong)text.Length + 1) * 2);
        Memory.WriteUtf16(buffer, text);
        GuestAddress output = Memory.ReadPointer(systemTable + ConsoleOutOffset);
        Call(Memory.ReadPointer(output + OutputStringOffset), output.Value, buffer.Value);
    }

    public EfiResult<GuestAddress> AllocatePool(MemoryType type, ulong bytes)
    {
        EfiStatus status = CallBootService(AllocatePoolOffset, type.Value, bytes, _out.Value);
        return new EfiResult<GuestAddress>(status, Memory.ReadPointer(_out));
    }

    public EfiStatus GetMemoryMap(ref ulong size, GuestAddress buffer, out ulong key, out ulong stride)
    {
        Memory.WriteUInt64(_out, size);
        EfiStatus status = CallBootService(
            GetMemoryMapOffset, _out.Value, buffer.Value, _out.Value + 8, _out.Value + 16, _out.Value + 24);
        size = Memory.ReadUInt64(_out);
        key = Memory.ReadUInt64(_out + 8);
        stride = Memory.ReadUInt64(_out + 16);
        return status;
    }

    public EfiStatus ExitBootServices(ulong key) => CallBootService(ExitBootServicesOffset, image.Value, key);

    public EfiResult<GuestAddress> LocateProtocol(Guid protocol)
    {
        Memory.WriteGuid(_out + 32, protocol);
        EfiStatus status = CallBootService(LocateProtocolOffset, _out.Value + 32, 0, _out.Value);
        return new EfiResult<GuestAddress>(status, Memory.ReadPointer(_out));
    }

    public EfiStatus InstallConfigurationTable(Guid guid, GuestAddress table)
    {
        Memory.WriteGuid(_out + 32, guid);
        return CallBootService(InstallConfigurationTableOffset, _out.Value + 32, table.Value);
    }

    private EfiStatus CallBootService(ulong offset, params ReadOnlySpan<ulong> arguments)
    {
        GuestAddress services = Memory.ReadPointer(systemTable + BootServicesOffset);
        return new EfiStatus(Call(Memory.ReadPointer(services + offset), arguments));
    }
}
