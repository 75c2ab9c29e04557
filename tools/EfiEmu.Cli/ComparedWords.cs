using System.CommandLine;

namespace EfiEmu.Cli;

/// <summary>The words for two boots, of which exactly one differs.</summary>
/// <param name="ImageA">The first IMAGE.</param>
/// <param name="MachineA">The first machine.</param>
/// <param name="ImageB">The second IMAGE, or the first again.</param>
/// <param name="MachineB">The second machine, or the first again.</param>
internal sealed record ComparedWords(string ImageA, MachineWords MachineA, string ImageB, MachineWords MachineB)
{
    private const string Command = "compare";

    /// <summary>Reads the words, or says what is wrong with them.</summary>
    public static ComparedWords Read(ParseResult parsed, CompareOptions options)
    {
        string[] images = parsed.GetValue(options.Images) ?? [];
        (Option Option, string? A, string? B)[] words =
        [
            Words(parsed, options.Platform), Words(parsed, options.Memory), Words(parsed, options.Firmware), Words(parsed, options.Acceptance),
        ];
        Check(images, [.. words.Where(w => w.A != w.B).Select(w => w.Option.Name)]);
        return new ComparedWords(
            images[0],
            new MachineWords(words[0].A, words[1].A, words[2].A, words[3].A),
            images[^1],
            new MachineWords(words[0].B, words[1].B, words[2].B, words[3].B));
    }

    /// <summary>Refuses two sizes that are written differently and mean the same.</summary>
    public void CheckMemory(ulong a, ulong b)
    {
        if (MachineA.Memory != MachineB.Memory && a == b)
        {
            throw new InputException("--memory", $"{MachineA.Memory} and {MachineB.Memory} are the same: nothing differs");
        }
    }

    private static void Check(string[] images, string[] pairs)
    {
        // What looks like an option and is none would be an image otherwise.
        if (images.FirstOrDefault(i => i.StartsWith('-')) is { } option)
        {
            throw new InputException(Command, $"unknown option '{option}' (see efiemu compare --help)");
        }

        string? fault = (images.Length, pairs.Length) switch
        {
            (0, _) => "IMAGE: none given (see efiemu compare --help)",
            ( > 2, _) => $"IMAGE: {images.Length} given; a comparison takes one or two",
            (2, > 0) => $"two images and {pairs[0]} differ; one thing at a time",
            (1, > 1) => $"{string.Join(" and ", pairs)} differ; one thing at a time",
            (1, 0) => "nothing differs; give a second image, or two values to one of --platform, --memory, --firmware, --acceptance",
            _ => null,
        };
        if (fault is not null)
        {
            throw new InputException(Command, fault);
        }
    }

    // A value for both, or one for each: with a comma between them, or in two options.
    private static (Option Option, string? A, string? B) Words(ParseResult parsed, Option<string[]> option)
    {
        string[] words = [.. (parsed.GetValue(option) ?? []).SelectMany(w => w.Split(','))];
        return words switch
        {
            [] => (option, null, null),
            [var both] => (option, both, both),
            [var a, var b] when a != b => (option, a, b),
            [var a, _] => throw new InputException(option.Name, $"{a} is given twice: nothing differs"),
            _ => throw new InputException(option.Name, $"{words.Length} values; a comparison takes one or two"),
        };
    }
}
