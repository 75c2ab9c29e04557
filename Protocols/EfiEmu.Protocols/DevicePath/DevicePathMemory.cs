using System.Buffers.Binary;
using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>Device paths in guest memory.</summary>
internal static class DevicePathMemory
{
    /// <summary>The most bytes and nodes that a path may have: a guest's pointer to garbage must not be read for ever.</summary>
    public const int MaximumSize = 65536;

    /// <summary>EFI_DEVICE_PATH_PROTOCOL_GUID.</summary>
    public static Guid ProtocolGuid { get; } = new("09576e91-6d3f-11d2-8e39-00a0c969723b");

    /// <summary>Reads a whole path, every instance of it, up to and with the node that ends it.</summary>
    /// <returns>False for NULL, a node shorter than its header, an end node with data, or a path without end.</returns>
    public static bool TryRead(IGuestMemory memory, GuestAddress address, out IReadOnlyList<DevicePathNode> nodes)
    {
        var read = new List<DevicePathNode>();
        nodes = read;
        int size = 0;
        while (!address.IsNull && size < MaximumSize)
        {
            if (!TryReadNode(memory, address + (ulong)size, out DevicePathNode node))
            {
                return false;
            }

            size += DevicePathNode.HeaderSize + node.Data.Length;
            read.Add(node);
            if (node.IsEndEntire)
            {
                return node.Data.IsEmpty;
            }
        }

        return false;
    }

    /// <summary>Reads one node.</summary>
    /// <returns>False for a length shorter than the header.</returns>
    public static bool TryReadNode(IGuestMemory memory, GuestAddress address, out DevicePathNode node)
    {
        Span<byte> header = stackalloc byte[DevicePathNode.HeaderSize];
        memory.Read(address, header);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        if (length < DevicePathNode.HeaderSize)
        {
            node = default;
            return false;
        }

        byte[] data = memory.ReadBytes(address + DevicePathNode.HeaderSize, length - DevicePathNode.HeaderSize);
        node = new DevicePathNode(header[0], header[1], data);
        return true;
    }

    public static byte[] ToBytes(IEnumerable<DevicePathNode> nodes) => [.. nodes.SelectMany(node => node.ToBytes())];

    /// <summary>Puts bytes into BootServicesData pool.</summary>
    public static EfiResult<GuestAddress> Allocate(IFirmwareContext firmware, byte[] bytes)
    {
        EfiResult<GuestAddress> buffer = firmware.BootServices.AllocatePool(MemoryType.BootServicesData, (ulong)bytes.Length);
        if (buffer.TryGet(out GuestAddress address))
        {
            firmware.Memory.Write(address, bytes);
        }

        return buffer;
    }

    /// <summary>Puts bytes into pool for a function that returns a pointer, NULL when there is no memory.</summary>
    public static ulong AllocateOrNull(IFirmwareContext firmware, byte[] bytes) =>
        Allocate(firmware, bytes).TryGet(out GuestAddress address) ? address.Value : 0;
}
