using System.Buffers.Binary;

namespace EfiEmu.Platforms;

/// <summary>The pages that SEV-SNP's launch puts below OVMF, and the blob that tells the guest where they are.</summary>
/// <remarks>
/// OvmfPkg/AmdSevDxe, CONFIDENTIAL_COMPUTING_SNP_BLOB_LOCATION: Header 'AMDE' u32@0, Version u16@4, SecretsPhysicalAddress
/// u64@8, SecretsSize u32@16, CpuidPhysicalAddress u64@24, CpuidLSize u32@32. The addresses are OVMF's fixed ones.
/// </remarks>
internal static class LaunchPages
{
    private const int BlobBytes = 40;
    private const uint Header = 0x45444d41;
    private const ushort Version = 1;
    private const ulong SecretsPage = 0x80d000;
    private const ulong CpuidPage = 0x80e000;
    private const uint PageBytes = 0x1000;

    /// <summary>The blob as it lies in memory.</summary>
    public static ReadOnlyMemory<byte> Blob { get; } = Build();

    private static byte[] Build()
    {
        byte[] blob = new byte[BlobBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(blob, Header);
        BinaryPrimitives.WriteUInt16LittleEndian(blob.AsSpan(4), Version);
        BinaryPrimitives.WriteUInt64LittleEndian(blob.AsSpan(8), SecretsPage);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(16), PageBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(blob.AsSpan(24), CpuidPage);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(32), PageBytes);
        return blob;
    }
}
