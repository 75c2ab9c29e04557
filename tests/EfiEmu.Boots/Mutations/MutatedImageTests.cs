using System.Globalization;
using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Mutations;

/// <summary>Ten thousand damaged images, booted to their end. Whatever they do, the host stays whole.</summary>
public sealed class MutatedImageTests
{
    private const string RoundsVariable = "EFIEMU_MUTATION_ROUNDS";
    private const int UsualRounds = 10;
    private const int ImagesPerRound = 1000;
    private const int HeaderBytes = 0x200;

    private static readonly BootEnd[] Ends = [BootEnd.Returned, BootEnd.Fault, BootEnd.NotModelled, BootEnd.Budget, BootEnd.GaveUp];

    private static readonly byte[][] Originals =
    [
        .. Directory.GetFiles(Repository.Beside("probes", "bin"), "*.efi").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        GuestCode.Image(Talker),
        GuestCode.Image(Allocator),
        GuestCode.Image(Leaver),
    ];

    private static readonly string[] Platforms = ["plain", "plain", "sev-snp", "tdx", "plain"];

    /// <summary>One seed a round; the environment may ask for more rounds.</summary>
    public static TheoryData<int> Seeds => new(Enumerable.Range(
        0,
        int.TryParse(Environment.GetEnvironmentVariable(RoundsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int rounds)
            ? rounds
            : UsualRounds));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Boot_OfDamagedImages_AlwaysEndsInAReport(int seed)
    {
        var random = new Random(seed);
        var ends = new Dictionary<BootEnd, int>();
        int started = 0;
        for (int i = 0; i < ImagesPerRound; i++)
        {
            byte[] image = Mutate(random, Originals[i % Originals.Length]);
            BootReport report = Emulator.Boot(new BootRequest
            {
                Guest = Emulator.Guest("damaged.efi", image),
                Platform = Platforms[i % Platforms.Length],
                MemoryBytes = 128 * Emulator.MiB,
                Firmware = FirmwareProfiles.Default,
                Budget = new BootBudget(
                    Instructions: 200_000, GuestBytesTouched: 32 * Emulator.MiB, Events: 2_000, ConsoleCharacters: 50_000),
                Seed = (ulong)seed,
            });

            Assert.Contains(report.Outcome.End, Ends);
            ends[report.Outcome.End] = ends.GetValueOrDefault(report.Outcome.End) + 1;
            started += report.Instructions > 0 ? 1 : 0;
            if (i % 50 == 0)
            {
                Assert.NotEmpty(Emulator.Json(report));
                Assert.NotEmpty(Emulator.Text(report));
            }
        }

        // The damage is neither so slight that nothing happens nor so heavy that nothing starts.
        Assert.InRange(started, ImagesPerRound / 2, ImagesPerRound - 1);
        Assert.True(ends[BootEnd.Fault] > ImagesPerRound / 20 && ends[BootEnd.Returned] > ImagesPerRound / 20);
        Assert.True(ends.ContainsKey(BootEnd.NotModelled) && ends.ContainsKey(BootEnd.Budget));
    }

    // Every fourth image has damaged headers: few of those start. In the others it is code and data.
    private static byte[] Mutate(Random random, byte[] original)
    {
        byte[] image = [.. original];
        bool headers = random.Next(4) == 0;
        int changes = 1 + random.Next(headers ? 4 : 40);
        for (int i = 0; i < changes; i++)
        {
            int place = headers || image.Length <= HeaderBytes
                ? random.Next(Math.Min(HeaderBytes, image.Length))
                : random.Next(HeaderBytes, image.Length);
            switch (random.Next(6))
            {
                case 0:
                    image[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    image[place] = (byte)random.Next(256);
                    break;
                case 2:
                    Fill(image, place, random, byte.MaxValue);
                    break;
                case 3:
                    Fill(image, place, random, byte.MinValue);
                    break;
                case 4:
                    Span<byte> piece = image.AsSpan(random.Next(image.Length));
                    piece[..Math.Min(piece.Length, Math.Min(16, image.Length - place))].CopyTo(image.AsSpan(place));
                    break;
                default:
                    Array.Resize(ref image, headers ? Math.Max(1, random.Next(image.Length)) : image.Length);
                    break;
            }
        }

        return image;
    }

    private static void Fill(byte[] image, int place, Random random, byte value) =>
        image.AsSpan(place, Math.Min(1 << random.Next(4), image.Length - place)).Fill(value);

    private static void Talker(GuestCode code)
    {
        Label text = code.Text("a line\r\n");
        code.Assembler.mov(esi, 100);
        Label again = code.Assembler.CreateLabel();
        code.Assembler.Label(ref again);
        code.Print(text);
        code.Assembler.dec(esi);
        code.Assembler.jne(again);
    }

    private static void Allocator(GuestCode code)
    {
        Label address = code.Space(8);
        for (ulong pages = 1; pages < 20; pages++)
        {
            code.Boot(BootService.AllocatePages, 0, 2, pages, address);
            code.Boot(BootService.AllocatePool, 4, pages * 100, address);
            code.Load(rbx, address);
            code.Boot(BootService.FreePool, rbx);
        }
    }

    private static void Leaver(GuestCode code)
    {
        const ulong MapBytes = 48 * 300;
        Label size = code.Data(BitConverter.GetBytes(MapBytes));
        Label key = code.Space(8);
        Label handle = code.Space(8);
        Label notify = code.Function(() => code.Boot(BootService.Stall, 10));
        code.Boot(BootService.CreateEvent, 0x201, 8, notify, 0, handle);
        code.Boot(BootService.GetMemoryMap, size, code.Space((int)MapBytes), key, 0, 0);
        code.Load(rdx, key);
        code.Boot(BootService.ExitBootServices, r13, rdx);
        code.Runtime(RuntimeService.ResetSystem, 2, 0, 0, 0);
    }
}
