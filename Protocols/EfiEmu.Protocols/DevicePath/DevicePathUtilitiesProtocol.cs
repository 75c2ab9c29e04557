using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>DevicePathUtilities: measures, copies and joins device paths; results come from BootServicesData pool.</summary>
/// <remarks>
/// UEFI 2.10 section 10.5; MdePkg/Library/UefiDevicePathLib. Each function that returns a path returns NULL for a path
/// that is none and when there is no memory.
/// </remarks>
internal sealed class DevicePathUtilitiesProtocol : IEfiProtocol
{
    internal const uint GetDevicePathSize = 0;
    internal const uint DuplicateDevicePath = 8;
    internal const uint AppendDevicePath = 16;
    internal const uint AppendDeviceNode = 24;
    internal const uint AppendDevicePathInstance = 32;
    internal const uint GetNextDevicePathInstance = 40;
    internal const uint IsDevicePathMultiInstance = 48;
    internal const uint CreateDeviceNode = 56;
    internal const uint Size = 64;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("0379be4e-d706-437d-b037-edb82fb772a4");

    /// <inheritdoc/>
    public static string ProtocolName => "DevicePathUtilities";

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        var functions = new Functions(firmware);
        var path = new Parameter("DevicePath", ParameterKind.Pointer);
        EfiResult<GuestAddress> utilities = new InterfaceBuilder(firmware, ProtocolName, Size)
            .ValueFunction(GetDevicePathSize, "GetDevicePathSize", functions.Measure, path)
            .ValueFunction(DuplicateDevicePath, "DuplicateDevicePath", functions.Duplicate, path)
            .ValueFunction(
                AppendDevicePath, "AppendDevicePath", functions.Append, new("Src1", ParameterKind.Pointer), new("Src2", ParameterKind.Pointer))
            .ValueFunction(AppendDeviceNode, "AppendDeviceNode", functions.AppendNode, path, new("DeviceNode", ParameterKind.Pointer))
            .ValueFunction(
                AppendDevicePathInstance, "AppendDevicePathInstance", functions.AppendInstance,
                path, new("DevicePathInstance", ParameterKind.Pointer))
            .ValueFunction(
                GetNextDevicePathInstance, "GetNextDevicePathInstance", functions.NextInstance,
                new("DevicePathInstance", ParameterKind.Out), new("DevicePathInstanceSize", ParameterKind.Out))
            .ValueFunction(IsDevicePathMultiInstance, "IsDevicePathMultiInstance", functions.IsMultiInstance, path)
            .ValueFunction(CreateDeviceNode, "CreateDeviceNode", functions.CreateNode, new("NodeType"), new("NodeSubType"), new("NodeLength"))
            .Build();
        if (utilities.TryGet(out GuestAddress address))
        {
            firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (ProtocolGuid, address));
        }
    }

    private sealed class Functions(IFirmwareContext firmware)
    {
        private const ulong Null = 0;

        public ulong Measure(IGuestCall call) =>
            TryRead(call.Pointer(0), out IReadOnlyList<DevicePathNode> path) ? (ulong)DevicePathMemory.ToBytes(path).Length : 0;

        public ulong Duplicate(IGuestCall call) =>
            TryRead(call.Pointer(0), out IReadOnlyList<DevicePathNode> path) ? Return(path) : Null;

        public ulong Append(IGuestCall call)
        {
            IReadOnlyList<DevicePathNode> first = [DevicePathNode.EndEntire];
            IReadOnlyList<DevicePathNode> second = [DevicePathNode.EndEntire];
            bool sound = (call[0] == Null || TryRead(call.Pointer(0), out first))
                && (call[1] == Null || TryRead(call.Pointer(1), out second));
            return sound ? Return(first.SkipLast(1).Concat(second)) : Null;
        }

        public ulong AppendNode(IGuestCall call)
        {
            IReadOnlyList<DevicePathNode> path = [DevicePathNode.EndEntire];
            if (call[0] != Null && !TryRead(call.Pointer(0), out path))
            {
                return Null;
            }

            if (call[1] == Null)
            {
                return Return(path);
            }

            return DevicePathMemory.TryReadNode(firmware.Memory, call.Pointer(1), out DevicePathNode node)
                ? Return([.. path.SkipLast(1), node, DevicePathNode.EndEntire])
                : Null;
        }

        public ulong AppendInstance(IGuestCall call)
        {
            if (!TryRead(call.Pointer(1), out IReadOnlyList<DevicePathNode> instance))
            {
                return Null;
            }

            if (call[0] == Null)
            {
                return Return(instance);
            }

            return TryRead(call.Pointer(0), out IReadOnlyList<DevicePathNode> path)
                ? Return([.. path.SkipLast(1), DevicePathNode.EndInstance, .. instance])
                : Null;
        }

        public ulong NextInstance(IGuestCall call)
        {
            GuestAddress position = call.Pointer(0);
            GuestAddress size = call.Pointer(1);
            GuestAddress start = position.IsNull ? GuestAddress.Null : firmware.Memory.ReadPointer(position);
            if (!TryRead(start, out IReadOnlyList<DevicePathNode> path))
            {
                WriteUnlessNull(size, 0);
                return Null;
            }

            DevicePathNode[] nodes = [.. path.TakeWhile(node => !node.IsEndInstance && !node.IsEndEntire)];
            byte[] instance = DevicePathMemory.ToBytes([.. nodes, DevicePathNode.EndEntire]);
            ulong result = DevicePathMemory.AllocateOrNull(firmware, instance);
            WriteUnlessNull(size, (ulong)instance.Length);
            bool isLast = path[nodes.Length].IsEndEntire;
            firmware.Memory.WritePointer(position, isLast ? GuestAddress.Null : start + (ulong)instance.Length);
            return result;
        }

        public ulong IsMultiInstance(IGuestCall call) =>
            TryRead(call.Pointer(0), out IReadOnlyList<DevicePathNode> path) && path.Any(node => node.IsEndInstance) ? 1UL : 0;

        public ulong CreateNode(IGuestCall call)
        {
            ushort length = call.UInt16(2);
            if (length < DevicePathNode.HeaderSize)
            {
                return Null;
            }

            var node = new DevicePathNode(call.Byte(0), call.Byte(1), new byte[length - DevicePathNode.HeaderSize]);
            return DevicePathMemory.AllocateOrNull(firmware, node.ToBytes());
        }

        private bool TryRead(GuestAddress address, out IReadOnlyList<DevicePathNode> path) =>
            DevicePathMemory.TryRead(firmware.Memory, address, out path);

        private ulong Return(IEnumerable<DevicePathNode> path) =>
            DevicePathMemory.AllocateOrNull(firmware, DevicePathMemory.ToBytes(path));

        private void WriteUnlessNull(GuestAddress address, ulong value)
        {
            if (!address.IsNull)
            {
                firmware.Memory.WriteUInt64(address, value);
            }
        }
    }
}
