using EfiEmu.Sdk;

namespace EfiEmu.Protocols.Tests.Support;

internal sealed class FakeDxeServices(FakeFirmware firmware) : IDxeServices
{
    public List<MemorySpaceDescriptor> Map { get; } = [];

    public EfiStatus MapStatus { get; set; } = EfiStatus.Success;

    public EfiResult<IReadOnlyList<MemorySpaceDescriptor>> GetMemorySpaceMap(out GuestAddress buffer)
    {
        firmware.Log.Add("GetMemorySpaceMap");
        buffer = MapStatus.IsError ? GuestAddress.Null : firmware.Services.AllocatePool(MemoryType.BootServicesData, 64).Value;
        return new EfiResult<IReadOnlyList<MemorySpaceDescriptor>>(MapStatus, Map.ToArray());
    }

    public EfiResult<MemorySpaceDescriptor> GetMemorySpaceDescriptor(GuestAddress address) => throw new NotSupportedException();

    public EfiStatus AddMemorySpace(GcdMemoryType type, GuestAddress address, ulong length, MemoryAttributes capabilities)
    {
        firmware.Log.Add(FormattableString.Invariant($"add {type} {address}+0x{length:x} caps 0x{(ulong)capabilities:x}"));
        return EfiStatus.Success;
    }

    public EfiStatus RemoveMemorySpace(GuestAddress address, ulong length)
    {
        firmware.Log.Add(FormattableString.Invariant($"remove {address}+0x{length:x}"));
        return EfiStatus.Success;
    }

    public EfiStatus SetMemorySpaceAttributes(GuestAddress address, ulong length, MemoryAttributes attributes) =>
        throw new NotSupportedException();
}
