using System.Globalization;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>The memory of a q35 machine with OVMF, at the moment when OVMF starts a boot option.</summary>
/// <remarks>
/// OvmfPkg/PlatformPei, OvmfPkg/OvmfPkgX64.fdf, and maps that OVMF handed to real guests. RAM above 4 GiB is one block
/// from 4 GiB on. Differs from a machine whose QEMU keeps the HyperTransport range below 1 TiB free: there is no such hole here.
/// </remarks>
public static class OvmfLayout
{
    /// <summary>The least RAM in bytes that OVMF's own pieces fit in: 128 MiB.</summary>
    public const ulong MinimumRamBytes = 128UL << 20;

    /// <summary>The most RAM in bytes: 4 PiB.</summary>
    public const ulong MaximumRamBytes = 1UL << 52;

    private const ulong FourGiB = 1UL << 32;

    // QEMU's q35 keeps 2 GiB below 4 GiB once RAM reaches 2.75 GiB, so that configuration space and the PCI window fit.
    private const ulong SplitThreshold = 0xb0000000;
    private const ulong LowRamWhenSplit = 0x80000000;

    // Above the bins: page tables, the DXE core's first heap, modules of PEI.
    private const ulong BytesAboveBins = 0x77a000;
    private const ulong S3Pages = 0x88;
    private const ulong GhcbPages = 3;
    private const ulong GhcbBytesBelowTop = 0xfa000;

    /// <summary>Builds the layout.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="generation">Which OVMF.</param>
    /// <param name="ramBytes">RAM, a multiple of 4 KiB; the legacy video hole below 1 MiB is taken from it.</param>
    /// <param name="leaveUnaccepted">Whether RAM from 4 GiB on is left unaccepted; without effect where the platform has no acceptance.</param>
    /// <returns>The layout, or which of the bounds the size breaks.</returns>
    public static LayoutResult Build(IPlatform platform, OvmfGeneration generation, ulong ramBytes, bool leaveUnaccepted) =>
        Build(platform, generation, OvmfBuild.OvmfX64, ramBytes, leaveUnaccepted);

    /// <summary>Builds the layout of another build target.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="generation">Which OVMF.</param>
    /// <param name="build">Which of its build targets.</param>
    /// <param name="ramBytes">RAM, a multiple of 4 KiB; the legacy video hole below 1 MiB is taken from it.</param>
    /// <param name="leaveUnaccepted">Whether RAM from 4 GiB on is left unaccepted; without effect where the platform has no acceptance.</param>
    /// <returns>The layout, or which of the bounds the size breaks.</returns>
    public static LayoutResult Build(
        IPlatform platform, OvmfGeneration generation, OvmfBuild build, ulong ramBytes, bool leaveUnaccepted)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(build);
        if (FaultOf(ramBytes) is { } fault)
        {
            return LayoutResult.Failure(fault);
        }

        ulong lowTop = ramBytes >= SplitThreshold ? LowRamWhenSplit : ramBytes;
        ulong highBytes = ramBytes - lowTop;
        List<MemoryBin> bins = Bins(build, lowTop - S3Bytes(platform) - BytesAboveBins);
        return LayoutResult.Of(new MemoryLayout(
            [.. Spaces(platform, generation, lowTop, highBytes, leaveUnaccepted && platform.RequiresAcceptance)],
            [.. LowPieces(platform, generation, build), .. HighPieces(platform, lowTop, highBytes > 0, bins)],
            bins));
    }

    private static string? FaultOf(ulong ramBytes) => ramBytes switch
    {
        _ when ramBytes % GuestAddress.PageSize != 0 => Say(ramBytes, "is not a multiple of 4 KiB"),
        < MinimumRamBytes => Say(ramBytes, "is less than the 128 MiB that OVMF needs"),
        > MaximumRamBytes => Say(ramBytes, "is more than the 4 PiB that the processor addresses"),
        _ => null,
    };

    private static string Say(ulong ramBytes, string fault) =>
        string.Create(CultureInfo.InvariantCulture, $"memory: {ramBytes} bytes {fault}");

    private static ulong S3Bytes(IPlatform platform) => platform.Ovmf.KeepsS3 ? S3Pages * GuestAddress.PageSize : 0;

    private static IEnumerable<MemorySpace> Spaces(
        IPlatform platform, OvmfGeneration generation, ulong lowTop, ulong highBytes, bool leaveUnaccepted)
    {
        const ulong MmconfigBytes = 0x10000000;
        yield return Ram(GcdMemoryType.SystemMemory, 0, 0xa0000);
        yield return Ram(GcdMemoryType.SystemMemory, 0x100000, lowTop - 0x100000);
        yield return new MemorySpace(
            new MemoryRange(generation.MmconfigBase, MmconfigBytes),
            GcdMemoryType.Reserved,
            MemoryAttributes.Uncached,
            MemoryAttributes.Uncached);
        if (generation.HasHypervisorPages || platform.Ovmf.RunsOnKvm)
        {
            yield return new MemorySpace(
                new MemoryRange(0xfeffc000, 0x4000), GcdMemoryType.Reserved, MemoryAttributes.None, MemoryAttributes.None);
        }

        // The 4 MiB flash, whose variable store runtime services write.
        yield return new MemorySpace(
            new MemoryRange(0xffc00000, 0x400000),
            GcdMemoryType.MemoryMappedIo,
            MemoryAttributes.Uncached | MemoryAttributes.Runtime,
            MemoryAttributes.Uncached | MemoryAttributes.Runtime);
        if (highBytes > 0)
        {
            yield return Ram(leaveUnaccepted ? GcdMemoryType.Unaccepted : GcdMemoryType.SystemMemory, FourGiB, highBytes);
        }
    }

    private static MemorySpace Ram(GcdMemoryType type, ulong start, ulong bytes) => new(
        new MemoryRange(start, bytes),
        type,
        MemoryAttributes.SystemRam,
        type == GcdMemoryType.SystemMemory ? MemoryAttributes.WriteBack : MemoryAttributes.None);

    /// <summary>The fixed pieces below 16 MiB and the DXE volume above them.</summary>
    private static IEnumerable<MemoryDescriptor> LowPieces(IPlatform platform, OvmfGeneration generation, OvmfBuild build)
    {
        yield return Piece(MemoryType.BootServicesCode, 0, 1);
        foreach (MemoryDescriptor piece in platform.Ovmf.KeepsS3 ? S3Pieces(generation) : ConfidentialPieces(platform, build))
        {
            yield return piece;
        }

        yield return Piece(MemoryType.BootServicesData, 0x900000, generation.DxeVolumePages);
    }

    // What has to survive a resume from S3.
    private static IEnumerable<MemoryDescriptor> S3Pieces(OvmfGeneration generation) => generation.HasWorkAreas
        ?
        [
            Piece(MemoryType.AcpiNvs, 0x800000, 0x8),
            Piece(MemoryType.AcpiNvs, 0x80b000, 0x1),
            Piece(MemoryType.AcpiNvs, 0x811000, 0xef),
        ]
        :
        [
            Piece(MemoryType.AcpiNvs, 0x806000, 0x2),
            Piece(MemoryType.AcpiNvs, 0x810000, 0xf0),
        ];

    // Without S3 the same areas are firmware's until ExitBootServices, or free.
    private static IEnumerable<MemoryDescriptor> ConfidentialPieces(IPlatform platform, OvmfBuild build)
    {
        if (platform.Ovmf.HasTdPages)
        {
            yield return Piece(MemoryType.AcpiNvs, 0x800000, 0x6);
        }

        yield return Piece(MemoryType.BootServicesData, 0x806000, 0x1);
        yield return Piece(MemoryType.BootServicesData, 0x80b000, 0x1);
        if (platform.Ovmf.HasTdPages)
        {
            yield return Piece(MemoryType.AcpiNvs, 0x80c000, 0x1);
        }

        if (platform.Ovmf.HasSnpPages)
        {
            yield return Piece(MemoryType.Reserved, 0x80d000, 0x3);
        }

        if (build.ReservesLaunchSecret)
        {
            yield return Piece(MemoryType.Reserved, 0x810000, 0x1);
        }

        yield return Piece(MemoryType.BootServicesData, 0x820000, 0xe0);
    }

    /// <summary>What lies below the top of low RAM: drivers, the variable store, and what S3 keeps.</summary>
    private static IEnumerable<MemoryDescriptor> HighPieces(
        IPlatform platform, ulong lowTop, bool hasHighRam, List<MemoryBin> bins)
    {
        ulong top = lowTop - S3Bytes(platform);
        ulong binBase = bins[^1].Range.Start;
        const ulong CapturedBinPages = 0x312;
        ulong capturedBinBase = top - BytesAboveBins - (CapturedBinPages * GuestAddress.PageSize);
        bool ghcbsDone = !platform.Ovmf.HasSnpPages;
        foreach (OvmfOccupied.Piece piece in OvmfOccupied.Pieces(hasHighRam))
        {
            if (!ghcbsDone && piece.BytesBelowTop < GhcbBytesBelowTop)
            {
                ghcbsDone = true;
                yield return Piece(MemoryType.Reserved, top - GhcbBytesBelowTop, GhcbPages);
            }

            ulong start = top - piece.BytesBelowTop;

            // Smaller bins: what lies below them moves up.
            yield return Piece(piece.Type, start < capturedBinBase ? start + (binBase - capturedBinBase) : start, piece.Pages);
        }

        if (platform.Ovmf.KeepsS3)
        {
            yield return Piece(MemoryType.AcpiNvs, top, S3Pages);
        }
    }

    /// <summary>The bins, from their common top down.</summary>
    private static List<MemoryBin> Bins(OvmfBuild build, ulong top)
    {
        (MemoryType Type, ulong Pages)[] sizes =
        [
            (MemoryType.AcpiNvs, 0x80),
            (MemoryType.AcpiReclaim, build.AcpiReclaimPages),
            (MemoryType.Reserved, 0x80),
            (MemoryType.RuntimeServicesCode, 0x100),
            (MemoryType.RuntimeServicesData, 0x100),
        ];
        var bins = new List<MemoryBin>();
        foreach ((MemoryType type, ulong pages) in sizes)
        {
            ulong bytes = pages * GuestAddress.PageSize;
            top -= bytes;
            bins.Add(new MemoryBin(type, new MemoryRange(top, bytes)));
        }

        return bins;
    }

    private static MemoryDescriptor Piece(MemoryType type, ulong start, ulong pages) =>
        new(type, new GuestAddress(start), pages, LayoutAttributes.Of(type, MemoryAttributes.SystemRam));
}
