using EfiEmu.Boots.Support;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Boots.Scripts;

/// <summary>The scripts that EfiEmu brings along, with everything that they print.</summary>
public sealed class SampleTests
{
    private static string Folder => Path.Combine(Repository.Root(), "Loaders", "EfiEmu.Guests", "samples");

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Folder, "*.lua").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Sample_Run_PrintsWhatItSays(string sample)
    {
        ScriptRun run = Run(sample);

        Assert.Null(run.Result.Message);
        await Verifier.Verify($"{run.Output}exit code {run.Result.ExitCode}\n").UseParameters(sample);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sample_RunAgain_PrintsTheSame(string sample) => Assert.Equal(Run(sample).Output, Run(sample).Output);

    [Fact]
    public async Task Samples_InParallel_DoNotTouchEachOther()
    {
        string[] names = [.. Enumerable.Repeat((string[])["retry-right", "retry-wrong", "before-exit-boot-services"], 4).SelectMany(n => n)];
        string[] alone = [.. names.Select(name => Run(name).Output)];

        string[] together = await Task.WhenAll(names.Select(name => Task.Run(() => Run(name).Output)));

        Assert.Equal(alone, together);
    }

    [Fact]
    public void MutatedSamples_EndInOneLineOrNone()
    {
        var random = new Random(20);
        byte[][] samples = [.. Directory.GetFiles(Folder, "*.lua").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        for (int round = 0; round < 300; round++)
        {
            byte[] source = Mutated(samples[random.Next(samples.Length)], random);

            ScriptRun run = ScriptRun.Of(source, "mutated.lua", budget: new(200_000, 16 << 20, TimeSpan.FromMinutes(1), 1 << 16));

            Assert.Equal(run.Result.End == EfiEmu.Loaders.ScriptEnd.Finished, run.Result.Message is null);
            Assert.StartsWith("mutated.lua:", run.Result.Message ?? "mutated.lua:", StringComparison.Ordinal);
        }
    }

    // Bytes changed, pieces taken away, doubled, or swapped for what the language is made of.
    private static byte[] Mutated(byte[] sample, Random random)
    {
        string[] words = ["end", "(", ")", "{", "nil", "function()", "return ", "=", "..", "\"", "-1", "bs.", "while true do ", "\0", "1e308"];
        List<byte> bytes = [.. sample];
        for (int change = random.Next(1, 5); change > 0; change--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1 when bytes.Count > 40:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length), length));
                    break;
                default:
                    bytes.InsertRange(at, System.Text.Encoding.ASCII.GetBytes(words[random.Next(words.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }

    private static ScriptRun Run(string sample) => ScriptRun.Of(File.ReadAllBytes(Path.Combine(Folder, sample + ".lua")), sample + ".lua");
}
