using System.Buffers.Binary;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Abi;

/// <summary>EFI_MEMORY_DESCRIPTOR in memory: Type@0, PhysicalStart@8, VirtualStart@16, NumberOfPages@24, Attribute@32.</summary>
/// <remarks>UEFI 2.10 section 7.2.3.</remarks>
internal static class DescriptorLayout
{
    /// <summary>Writes a descriptor; what the structure does not have stays as it is in <paramref name="target"/>.</summary>
    public static void Write(Span<byte> target, MemoryDescriptor descriptor)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, descriptor.Type.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], descriptor.PhysicalStart.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], descriptor.NumberOfPages);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], (ulong)descriptor.Attributes);
    }
}
