using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Services;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The memory services as guests call them.</summary>
/// <remarks>UEFI 2.10 section 7.2; MdeModulePkg/Core/Dxe/Mem.</remarks>
internal sealed class MemoryAbi(MemoryServices services, IGuestMemory memory, BootRecorder recorder)
{
    private const int TrailingBytes = 8;

    /// <summary>The rows of the boot services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(40, new("bs", "AllocatePages", new("Type"), new("MemoryType", EfiMemoryType), new("Pages"), new("Memory", Out)), AllocatePages),
        new(48, new("bs", "FreePages", new("Memory"), new("Pages")), FreePages),
        new(56, new("bs", "GetMemoryMap", new("MemoryMapSize", Out), new("MemoryMap", Pointer), new("MapKey", Out), new("DescriptorSize", Out), new("DescriptorVersion", Out)), GetMemoryMap),
        new(64, new("bs", "AllocatePool", new("PoolType", EfiMemoryType), new("Size"), new("Buffer", Out)), AllocatePool),
        new(72, new("bs", "FreePool", new Parameter("Buffer", Pointer)), FreePool),
    ];

    /// <summary>EFI_BOOT_SERVICES.AllocatePages().</summary>
    /// <remarks>*Memory is written on success only.</remarks>
    private ulong AllocatePages(IGuestCall call)
    {
        var pointer = new GuestAddress(call[3]);
        var type = new MemoryType((uint)call[1]);
        if (pointer.IsNull)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<GuestAddress> result = services.AllocatePages((uint)call[0], type, call[2], memory.ReadPointer(pointer));
        if (result.TryGet(out GuestAddress pages))
        {
            memory.WritePointer(pointer, pages);
        }

        return result.Status.Value;
    }

    private ulong FreePages(IGuestCall call) => services.FreePages(new GuestAddress(call[0]), call[1]).Value;

    /// <summary>EFI_BOOT_SERVICES.GetMemoryMap().</summary>
    /// <remarks>
    /// Differs from the specification: DescriptorSize and DescriptorVersion are written on failure too, the map key also when
    /// the buffer is missing or too small, and a NULL buffer that is said to be large enough is INVALID_PARAMETER with the
    /// size updated (CoreGetMemoryMap).
    /// </remarks>
    private ulong GetMemoryMap(IGuestCall call)
    {
        var sizePointer = new GuestAddress(call[0]);
        if (sizePointer.IsNull)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        MemoryMap map = services.GetMemoryMap();
        WriteIfAsked(call[3], map.DescriptorSize, 8);
        WriteIfAsked(call[4], MemoryDescriptor.Version, 4);
        WriteIfAsked(call[2], map.MapKey, 8);
        ulong given = memory.ReadUInt64(sizePointer);
        var buffer = new GuestAddress(call[1]);
        EfiStatus status = given < map.RequiredSize ? EfiStatus.BufferTooSmall
            : buffer.IsNull ? EfiStatus.InvalidParameter
            : EfiStatus.Success;
        if (status.IsError)
        {
            memory.WriteUInt64(sizePointer, map.RequiredSize);
        }
        else
        {
            WriteDescriptors(buffer, map);
            memory.WriteUInt64(sizePointer, (ulong)map.Descriptors.Count * map.DescriptorSize);
        }

        recorder.Add(new MemoryMapFetched(map.MapKey, map.Descriptors.Count, given, map.DescriptorSize, status)
        {
            RequiredBytes = map.RequiredSize,
        });
        return status.Value;
    }

    private void WriteDescriptors(GuestAddress buffer, MemoryMap map)
    {
        byte[] bytes = new byte[map.Descriptors.Count * (int)map.DescriptorSize];
        for (int i = 0; i < map.Descriptors.Count; i++)
        {
            DescriptorLayout.Write(bytes.AsSpan(i * (int)map.DescriptorSize, MemoryDescriptor.Size + TrailingBytes), map.Descriptors[i]);
        }

        memory.Write(buffer, bytes);
    }

    private void WriteIfAsked(ulong pointer, ulong value, int bytes)
    {
        if (pointer == 0)
        {
            return;
        }

        if (bytes == 4)
        {
            memory.WriteUInt32(new GuestAddress(pointer), (uint)value);
        }
        else
        {
            memory.WriteUInt64(new GuestAddress(pointer), value);
        }
    }

    private ulong AllocatePool(IGuestCall call)
    {
        var pointer = new GuestAddress(call[2]);
        var type = new MemoryType((uint)call[0]);
        if (pointer.IsNull || !services.CanBePooled(type))
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<GuestAddress> result = services.AllocatePool(type, call[1]);

        // The out parameter is NULL after a failure: firmware clears it before it looks for memory.
        memory.WritePointer(pointer, result.Succeeded ? result.Value : GuestAddress.Null);
        return result.Status.Value;
    }

    private ulong FreePool(IGuestCall call) => services.FreePool(new GuestAddress(call[0])).Value;
}
