using EfiEmu.Firmware;
using EfiEmu.Platforms;
using Microsoft.Extensions.Logging;

namespace EfiEmu.Hosting;

/// <summary>How EfiEmu is set up in a process.</summary>
/// <remarks>
/// Each value may come from configuration, under the section EfiEmu: {"EfiEmu": {"ParallelBoots": 4, "Memory": "16G",
/// "Budget": {"Instructions": 1000000}}} in appsettings.json, EFIEMU_PARALLELBOOTS=4 and EFIEMU_BUDGET__INSTRUCTIONS=1000000 in
/// the environment, --EfiEmu:ParallelBoots=4 on a host's command line. The later of these wins over the earlier, and all of
/// them over what the code sets. All values are checked when the host starts.
/// </remarks>
public sealed class EfiEmuOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "EfiEmu";

    /// <summary>Boots that run at a time, from 1 to 1024; one per processor unless set. No report depends on it.</summary>
    public int ParallelBoots { get; set; } = Environment.ProcessorCount;

    /// <summary>Boots that may wait, from 1 to 1,000,000; who asks for more waits until one begins.</summary>
    public int QueueLength { get; set; } = 64;

    /// <summary>The platform of <see cref="RequestFor"/>; see <see cref="PlatformCatalogue"/>.</summary>
    public string Platform { get; set; } = "plain";

    /// <summary>The RAM of <see cref="RequestFor"/> in bytes. Configuration calls it Memory and writes it as 512M, 8G, 2TiB.</summary>
    public ulong MemoryBytes { get; set; } = 8UL << 30;

    /// <summary>The firmware of <see cref="RequestFor"/>; see <see cref="FirmwareProfiles"/>.</summary>
    public string Firmware { get; set; } = FirmwareProfiles.Default;

    /// <summary>The acceptance policy of <see cref="RequestFor"/>, or null for what the firmware has on the platform.</summary>
    public string? Acceptance { get; set; }

    /// <summary>The budgets of <see cref="RequestFor"/>. Configuration calls GuestBytesTouched GuestMemory and writes it as a size.</summary>
    public BootBudget Budget { get; set; } = new();

    /// <summary>A folder whose assemblies are loaded as plugins when the host starts, or null.</summary>
    public string? PluginFolder { get; set; }

    /// <summary>The least level that <see cref="EfiEmuLogging"/> logs.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>A file that <see cref="EfiEmuLogging"/> appends to, or null for standard error.</summary>
    public string? LogFile { get; set; }

    /// <summary>Values of the configuration that could not be read, one line each.</summary>
    internal List<string> Unreadable { get; } = [];

    /// <summary>A request for a guest on the machine that these options describe.</summary>
    public BootRequest RequestFor(GuestFile guest) => new()
    {
        Guest = guest,
        Platform = Platform,
        MemoryBytes = MemoryBytes,
        Firmware = Firmware,
        Acceptance = Acceptance,
        Budget = Budget,
    };
}
