using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>Rng: random numbers that depend on the boot's seed alone.</summary>
/// <remarks>
/// UEFI 2.10 section 37.5; OvmfPkg/VirtioRngDxe. One algorithm, RAW.
/// GetInfo: SUCCESS; INVALID_PARAMETER for a NULL size, or a NULL list of sufficient size; BUFFER_TOO_SMALL with the size.
/// GetRNG: SUCCESS; INVALID_PARAMETER for length 0 or a NULL buffer; UNSUPPORTED for another algorithm than RAW;
/// DEVICE_ERROR for more bytes than the driver's own buffer can be (16 MiB here; edk2 asks the pool for as many).
/// </remarks>
internal sealed class RngProtocol : IEfiProtocol
{
    internal const uint GetInfo = 0;
    internal const uint GetRng = 8;
    internal const uint Size = 16;

    private const ulong AlgorithmSize = 16;
    private const ulong MaximumRequest = 16 << 20;
    private const int ChunkSize = 4096;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("3152bca5-eade-433d-862e-c01cdc291f44");

    /// <inheritdoc/>
    public static string ProtocolName => "Rng";

    /// <summary>EFI_RNG_ALGORITHM_RAW.</summary>
    internal static Guid RawAlgorithm { get; } = new("e43176d7-b6e8-4827-b784-7ffdc4b68561");

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        EfiResult<GuestAddress> rng = new InterfaceBuilder(firmware, ProtocolName, Size)
            .Function(
                GetInfo, "GetInfo", call => ReturnInfo(firmware.Memory, call.Pointer(0), call.Pointer(1), call.Pointer(2)),
                InterfaceBuilder.This, new("RNGAlgorithmListSize", ParameterKind.Out), new("RNGAlgorithmList", ParameterKind.Pointer))
            .Function(
                GetRng, "GetRNG", call => ReturnNumbers(firmware, call),
                InterfaceBuilder.This, new("RNGAlgorithm", ParameterKind.Guid), new("RNGValueLength"), new("RNGValue", ParameterKind.Pointer))
            .Build();
        if (rng.TryGet(out GuestAddress address))
        {
            firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (ProtocolGuid, address));
        }
    }

    private static EfiStatus ReturnInfo(IGuestMemory memory, GuestAddress self, GuestAddress size, GuestAddress list)
    {
        if (self.IsNull || size.IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        if (memory.ReadUInt64(size) < AlgorithmSize)
        {
            memory.WriteUInt64(size, AlgorithmSize);
            return EfiStatus.BufferTooSmall;
        }

        if (list.IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        memory.WriteUInt64(size, AlgorithmSize);
        memory.WriteGuid(list, RawAlgorithm);
        return EfiStatus.Success;
    }

    private static EfiStatus ReturnNumbers(IFirmwareContext firmware, IGuestCall call)
    {
        GuestAddress algorithm = call.Pointer(1);
        ulong length = call[2];
        GuestAddress value = call.Pointer(3);
        if (call.Pointer(0).IsNull || length == 0 || value.IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        if (!algorithm.IsNull && firmware.Memory.ReadGuid(algorithm) != RawAlgorithm)
        {
            return EfiStatus.Unsupported;
        }

        if (length > MaximumRequest)
        {
            return EfiStatus.DeviceError;
        }

        byte[] chunk = new byte[Math.Min(ChunkSize, length)];
        for (ulong done = 0; done < length; done += (ulong)chunk.Length)
        {
            Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min((ulong)chunk.Length, length - done));
            firmware.Entropy.Fill(bytes);
            firmware.Memory.Write(value + done, bytes);
        }

        return EfiStatus.Success;
    }
}
