using System.Text;
using System.Text.RegularExpressions;
using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Boots.Snapshots;

/// <summary>Whole text reports of whole boots, on a machine small enough to read.</summary>
public sealed partial class BootReportTests
{
    /// <summary>The map of a machine small enough to read.</summary>
    internal const string SmallMachine = """
        efi: mem00: [Conventional|   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000000001000-0x000000000009ffff] (0MB)
        efi: mem01: [Conventional|   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000000100000-0x000000003effffff] (1007MB)
        efi: mem02: [Boot Code   |   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000003f000000-0x000000003f0fffff] (1MB)
        efi: mem03: [Boot Data   |   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000003f100000-0x000000003fcfffff] (12MB)
        efi: mem04: [Runtime Data|RUN|  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000003fd00000-0x000000003fdfffff] (1MB)
        efi: mem05: [Runtime Code|RUN|  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000003fe00000-0x000000003fefffff] (1MB)
        efi: mem06: [ACPI Reclaim|   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000003ff00000-0x000000003fffffff] (1MB)
        efi: mem07: [Conventional|   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000100000000-0x000000017fffffff] (2048MB)

        """;

    [Fact]
    public async Task Report_OfAnOldKernelOnSevSnp_ShowsTheAcceptanceInsideExitBootServices() =>
        await Verifier.Verify(Report("sev-snp", LinuxLikeGuest.Old));

    [Fact]
    public async Task Report_OfANewKernelOnSevSnp_ShowsTheNegotiation() =>
        await Verifier.Verify(Report("sev-snp", LinuxLikeGuest.New));

    [Fact]
    public async Task Report_OfAnOldKernelOnTdx_ShowsWhatIsLost() =>
        await Verifier.Verify(Report("tdx", LinuxLikeGuest.Old));

    [Fact]
    public async Task Report_OfANewKernelOnTdx_ShowsWhatIsTakenOver() =>
        await Verifier.Verify(Report("tdx", LinuxLikeGuest.New));

    [Fact]
    public async Task Report_OfAGuestThatTouchesUnacceptedMemory_ShowsTheFault() => await Verifier.Verify(Report("sev-snp", code =>
    {
        code.Boot(BootService.Stall, 1);
        code.Assembler.mov(Iced.Intel.AssemblerRegisters.rbx, 4 * Emulator.GiB);
        code.Assembler.mov(Iced.Intel.AssemblerRegisters.__[Iced.Intel.AssemblerRegisters.rbx], Iced.Intel.AssemblerRegisters.rax);
    }));

    private static string Report(string platform, Action<GuestCode> guest)
    {
        BootReport report = Emulator.Boot(new BootRequest
        {
            Guest = GuestCode.Guest(guest),
            Platform = platform,
            MemoryBytes = 0,
            MemoryMap = new MemoryMapFile("small.txt", Encoding.ASCII.GetBytes(SmallMachine)),
            Firmware = FirmwareProfiles.Default,
            Until = BootUntil.ExitBootServices,
        });
        return Hash().Replace(Emulator.Text(report), "sha256 {of the guest}");
    }

    [GeneratedRegex("sha256 [0-9a-f]{64}")]
    private static partial Regex Hash();
}
