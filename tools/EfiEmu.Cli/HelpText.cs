using System.Text;

namespace EfiEmu.Cli;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    // Where the overview's second column starts, as long as the usage before it leaves room.
    private const int SummaryColumn = 50;

    /// <summary>The help of a command; the overview for those without options.</summary>
    public static string Of(ICommand? command, IReadOnlyList<ICommand> commands) =>
        command?.Help is { } own ? own.ReplaceLineEndings("\n") : Overview(commands);

    private static string Overview(IReadOnlyList<ICommand> commands)
    {
        var text = new StringBuilder("efiemu - boots UEFI images on an emulated machine and shows what becomes of its memory\n\nUsage:\n");
        foreach (ICommand command in commands)
        {
            string summary = command.Help is null ? command.Summary : $"{command.Summary}; see efiemu {command.Syntax.Name} --help";
            text.Append($"  efiemu {command.Usage}".PadRight(SummaryColumn - 2)).Append("  ").Append(summary).Append('\n');
        }

        return text.Append("  efiemu --help, --version\n\nStandard output carries data, standard error messages.\n").ToString();
    }
}
