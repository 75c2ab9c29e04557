using System.Buffers.Binary;
using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>The pages that SEV-SNP's launch puts below OVMF, and the blob that tells the guest where they are.</summary>
/// <remarks>
/// OvmfPkg/AmdSevDxe, CONFIDENTIAL_COMPUTING_SNP_BLOB_LOCATION: Header 'AMDE' u32@0, Version u16@4, SecretsPhysicalAddress
/// u64@8, SecretsSize u32@16, CpuidPhysicalAddress u64@24, CpuidLSize u32@32. The addresses are OVMF's fixed ones.
/// </remarks>
internal static class LaunchPages
{
    /// <summary>Where OVMF keeps the CPUID page.</summary>
    public const ulong CpuidPage = 0x80e000;

    /// <summary>The secrets page, the CPUID page, and the page of an SVSM.</summary>
    public static MemoryRange Range => new(SecretsPage, 3 * PageBytes);

    private const int BlobBytes = 40;
    private const uint Header = 0x45444d41;
    private const ushort Version = 1;
    private const ulong SecretsPage = 0x80d000;
    private const int CpuidHeaderBytes = 16;
    private const int CpuidEntryBytes = 48;
    private const uint PageBytes = 0x1000;

    /// <summary>The blob as it lies in memory.</summary>
    public static ReadOnlyMemory<byte> Blob { get; } = Build();

    private static ReadOnlySpan<uint> Leaves =>
    [
        0, 1, 2, 5, 6, 7, 0xb, 0xd,
        0x80000000, 0x80000001, 0x80000002, 0x80000003, 0x80000004, 0x80000005, 0x80000006, 0x80000007, 0x80000008, 0x8000001f,
    ];

    /// <summary>
    /// The CPUID page: count u32@0, then at 16 entries of EaxIn u32@0, EcxIn u32@4, XCR0 u64@8, XSS u64@16, EAX@24, EBX@28,
    /// ECX@32, EDX@36, 8 bytes reserved. What a guest may rely on, checked by the platform's processor at launch.
    /// </summary>
    /// <remarks>SEV Secure Nested Paging Firmware ABI, section 8.17.2.6.</remarks>
    public static ReadOnlyMemory<byte> Cpuid(ProcessorModel processor)
    {
        byte[] page = new byte[PageBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(page, (uint)Leaves.Length);
        for (int i = 0; i < Leaves.Length; i++)
        {
            Span<byte> entry = page.AsSpan(CpuidHeaderBytes + (i * CpuidEntryBytes), CpuidEntryBytes);
            CpuidResult result = processor.Masked(Leaves[i], 0, SevSnpCpuid.Answer(Leaves[i], 0));
            BinaryPrimitives.WriteUInt32LittleEndian(entry, Leaves[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[24..], result.Eax);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[28..], result.Ebx);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[32..], result.Ecx);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[36..], result.Edx);
        }

        return page;
    }

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
