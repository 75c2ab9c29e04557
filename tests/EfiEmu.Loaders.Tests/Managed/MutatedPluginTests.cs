using System.Reflection.PortableExecutable;
using Xunit;

namespace EfiEmu.Loaders.Tests.Managed;

/// <summary>Damaged plugin files: whatever is in them, the metadata reader answers.</summary>
public sealed class MutatedPluginTests
{
    private const int Mutants = 6000;

    public static TheoryData<string> Seeds => ["HelloGuest", "GreeterProtocol", "OddPlugins"];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Read_MutatedPlugin_AnswersWithClassesOrOneLine(string name)
    {
        byte[] seed = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "plugins", name, name + ".dll"));
        (int start, int length) = MetadataOf(seed);
        var random = new Random(name.Length * 104729);
        int sound = 0;
        int faults = 0;
        for (int i = 0; i < Mutants; i++)
        {
            PluginClasses classes = PluginMetadata.Read(Mutate(seed, random, start, length), out string? fault, out string? note);
            string? line = fault ?? note;
            Assert.Equal(classes.Any, line is null);
            Assert.DoesNotContain('\n', line ?? "");
            Assert.InRange(line?.Length ?? 1, 1, 700);
            sound += classes.Any ? 1 : 0;
            faults += fault is null ? 0 : 1;
        }

        // Mutants that are all sound, or all damaged beyond their headers, would test little.
        Assert.InRange(sound, Mutants / 50, Mutants);
        Assert.InRange(faults, Mutants / 10, Mutants);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Read_PluginCutAtAnyLength_NeverTakesItForSound(string name)
    {
        byte[] seed = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "plugins", name, name + ".dll"));
        for (int length = 0; length < seed.Length; length += 61)
        {
            PluginClasses classes = PluginMetadata.Read(seed[..length], out string? fault, out string? note);

            Assert.False(classes.Any, $"cut at {length}");
            Assert.NotNull(fault ?? note);
        }
    }

    private static (int Start, int Length) MetadataOf(byte[] file)
    {
        using var image = new PEReader(new MemoryStream(file));
        return (image.PEHeaders.MetadataStartOffset, image.PEHeaders.MetadataSize);
    }

    private static byte[] Mutate(byte[] seed, Random random, int start, int length)
    {
        byte[] file = [.. seed];
        int rounds = random.Next(1, 6);
        for (int round = 0; round < rounds; round++)
        {
            switch (random.Next(5))
            {
                case 0:
                    file[random.Next(0x400)] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    Set(file, start + random.Next(Math.Min(length, 0x200)), random);
                    break;
                case 2 when round == 0:
                    return file[..random.Next(file.Length)];
                default:
                    Set(file, start + random.Next(length), random);
                    break;
            }
        }

        return file;
    }

    private static void Set(byte[] file, int at, Random random)
    {
        byte[] values = [0, 1, 0x7f, 0x80, 0xff, (byte)random.Next(256)];
        int count = random.Next(1, 5);
        for (int i = at; i < Math.Min(at + count, file.Length); i++)
        {
            file[i] = values[random.Next(values.Length)];
        }
    }
}
