using System.CommandLine;
using System.Reflection;
using System.Text;

namespace EfiEmu.Cli;

/// <summary>The efiemu command: reads the arguments, runs what they ask for, returns the exit code.</summary>
internal sealed class CommandLine
{
    private readonly Terminal _terminal;
    private readonly IReadOnlyList<ICommand> _commands;
    private readonly Option<bool> _help = new("--help", "-h", "-?") { Recursive = true };
    private readonly Option<bool> _version = new("--version") { Recursive = true };
    private readonly Command _root = new("efiemu");

    public CommandLine(IEmulator emulator, Terminal terminal)
    {
        _terminal = terminal;
        _commands = Commands.All(emulator, terminal);
        _root.Add(_help);
        _root.Add(_version);
        foreach (ICommand command in _commands)
        {
            _root.Add(command.Syntax);
        }
    }

    /// <summary>Runs the command. Load options are what follows the first "--".</summary>
    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        int separator = arguments.ToList().IndexOf("--");
        IReadOnlyList<string> own = separator < 0 ? arguments : [.. arguments.Take(separator)];
        string? loadOptions = separator < 0 ? null : string.Join(' ', arguments.Skip(separator + 1));
        ParseResult parsed = _root.Parse(own, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        return LastResort.Run(_terminal, IsVerbose(parsed), () => Dispatch(parsed, loadOptions, cancellation));
    }

    private int Dispatch(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        ICommand? command = _commands.FirstOrDefault(c => c.Syntax == parsed.CommandResult.Command);
        if (parsed.GetValue(_help))
        {
            return Print(HelpText.Of(command, _commands));
        }

        if (parsed.GetValue(_version))
        {
            return Print($"efiemu {typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}\n");
        }

        if (command is null)
        {
            return Misused(parsed.UnmatchedTokens is [var word, ..] ? $"unknown command or option '{word}'" : "no command given");
        }

        if (parsed.Errors.Count > 0)
        {
            return Misused(parsed.Errors[0].Message);
        }

        return command.Run(parsed, loadOptions, cancellation);
    }

    private static bool IsVerbose(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.OfType<Option<bool>>().FirstOrDefault(o => o.Name == "--verbose") is { } verbose && parsed.GetValue(verbose);

    private int Misused(string fault)
    {
        _terminal.Say($"{fault.TrimEnd('.')} (see efiemu --help)");
        return ExitCode.BadInput;
    }

    private int Print(string text)
    {
        StandardOutput.Write(_terminal.Output, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        return ExitCode.Success;
    }
}
