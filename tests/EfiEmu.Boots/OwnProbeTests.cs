using System.Text.RegularExpressions;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Protocols;
using Xunit;

namespace EfiEmu.Boots;

/// <summary>The probes under tests/probes/ours must print what they printed on real OVMF 2022.11.</summary>
public sealed partial class OwnProbeTests
{
    private const ulong Gigabyte = 1UL << 30;

    public static TheoryData<string> Probes =>
        [.. Directory.EnumerateFiles(Path.Combine(Folder, "golden-edk2-202211"), "*.txt")
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(Root(), "tests", "probes", "ours");

    [Theory]
    [MemberData(nameof(Probes))]
    public void Firmware_Probe_AnswersAsRealFirmwareDid(string probe)
    {
        HashSet<string> excepted = Exceptions();
        string[] expected = Lines(File.ReadAllText(Path.Combine(Folder, "golden-edk2-202211", probe + ".txt")));

        string[] actual = Lines(Boot(probe).Console);

        Assert.NotEmpty(expected);
        Assert.Equal(expected.Where(line => !excepted.Contains(Name(line))), actual.Where(line => !excepted.Contains(Name(line))));
    }

    private static BootReport Boot(string probe)
    {
        byte[] image = File.ReadAllBytes(Path.Combine(Folder, "images", probe + ".efi"));
        var request = new BootRequest
        {
            Guest = new GuestFile(probe + ".efi", image, "probe", IsKernel: false),
            Platform = "plain",
            MemoryBytes = Gigabyte,
            Firmware = "edk2-202211",
        };
        return new BootRunner(new PeImageLoader(), _ => BuiltInProtocols.Create()).Boot(request, CancellationToken.None);
    }

    // One check a line, then the reason why real firmware's answer is not followed.
    private static HashSet<string> Exceptions() =>
        [.. File.ReadLines(Path.Combine(Folder, "exceptions.txt"))
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 2)[0])];

    private static string[] Lines(string text) => [.. ProbeLine().Matches(text).Select(match => match.Value.TrimEnd())];

    private static string Name(string line) => line.Split(' ', 3)[1].TrimEnd(':');

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EfiEmu.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("EfiEmu.sln: not found above the tests");
    }

    [GeneratedRegex("PROBE [^\\r\\n]*")]
    private static partial Regex ProbeLine();
}
