namespace EfiEmu.Platforms;

/// <summary>What of OVMF's memory map changed between releases.</summary>
/// <param name="Name">The release that it is named after: 202502.</param>
/// <param name="MmconfigBase">Where PCI Express configuration space lies; it moved with edk2-stable202305.</param>
/// <param name="DxeVolumePages">The pages that the decompressed DXE firmware volume occupies from 0x900000 on.</param>
/// <param name="HasWorkAreas">Whether S3 keeps the SEC page tables and the work area, as later releases do.</param>
/// <param name="HasHypervisorPages">Whether KVM's four pages at 0xFEFFC000 show as Reserved on every platform.</param>
/// <remarks>OvmfPkg/OvmfPkgX64.fdf and OvmfPkg/PlatformPei.</remarks>
public sealed record OvmfGeneration(
    string Name, ulong MmconfigBase, ulong DxeVolumePages, bool HasWorkAreas, bool HasHypervisorPages)
{
    /// <summary>edk2-stable202211.</summary>
    public static OvmfGeneration Ovmf202211 { get; } = new("202211", 0xb0000000, 0xc00, false, false);

    /// <summary>edk2-stable202302.</summary>
    public static OvmfGeneration Ovmf202302 { get; } = new("202302", 0xb0000000, 0xd00, false, false);

    /// <summary>edk2-stable202502.</summary>
    public static OvmfGeneration Ovmf202502 { get; } = new("202502", 0xe0000000, 0xe80, true, true);

    /// <summary>All generations, oldest first.</summary>
    public static IReadOnlyList<OvmfGeneration> All { get; } = [Ovmf202211, Ovmf202302, Ovmf202502];
}

/// <summary>What differs between OVMF's build targets.</summary>
/// <param name="Name">The target: OvmfPkgX64.</param>
/// <param name="AcpiReclaimPages">The size of the ACPIReclaim bin.</param>
/// <param name="ReservesLaunchSecret">Whether the page of the SEV launch secret is Reserved.</param>
public sealed record OvmfBuild(string Name, ulong AcpiReclaimPages, bool ReservesLaunchSecret)
{
    /// <summary>OvmfPkgX64: runs plain, as SEV-SNP and as TDX guest, and boots from disks.</summary>
    public static OvmfBuild OvmfX64 { get; } = new("OvmfPkgX64", 0x12, false);

    /// <summary>AmdSevX64: measured direct boot of SEV guests.</summary>
    public static OvmfBuild AmdSev { get; } = new("AmdSevX64", 0x10, true);

    /// <summary>IntelTdxX64.</summary>
    public static OvmfBuild IntelTdx { get; } = new("IntelTdxX64", 0x10, false);
}

/// <summary>What OVMF does differently on a platform.</summary>
/// <param name="KeepsS3">Whether memory is kept for resume from S3; confidential guests cannot suspend.</param>
/// <param name="HasSnpPages">Whether the secrets, CPUID and calling-area pages and the GHCBs are Reserved.</param>
/// <param name="HasTdPages">Whether the SEC page tables and the mailbox are ACPI NVS.</param>
/// <param name="RunsOnKvm">Whether KVM's four pages show as Reserved whatever the release.</param>
internal sealed record OvmfTraits(bool KeepsS3, bool HasSnpPages, bool HasTdPages, bool RunsOnKvm)
{
    public static OvmfTraits Plain { get; } = new(KeepsS3: true, HasSnpPages: false, HasTdPages: false, RunsOnKvm: false);

    public static OvmfTraits SevSnp { get; } = new(KeepsS3: false, HasSnpPages: true, HasTdPages: false, RunsOnKvm: true);

    public static OvmfTraits Tdx { get; } = new(KeepsS3: false, HasSnpPages: false, HasTdPages: true, RunsOnKvm: true);
}
