using System.CommandLine;
using System.Reflection;
using System.Text;

namespace EfiEmu.Cli;

/// <summary>The efiemu command: reads the arguments, runs what they ask for, returns the exit code.</summary>
internal sealed class CommandLine
{
    private readonly IEmulator _emulator;
    private readonly Terminal _terminal;
    private readonly BootOptions _boot = new();
    private readonly CompareOptions _compare;
    private readonly LabOptions _lab = new();
    private readonly Option<bool> _help = new("--help", "-h", "-?") { Recursive = true };
    private readonly Option<bool> _version = new("--version") { Recursive = true };
    private readonly Command _root = new("efiemu");

    public CommandLine(IEmulator emulator, Terminal terminal)
    {
        _emulator = emulator;
        _terminal = terminal;
        _root.Add(_help);
        _root.Add(_version);
        _root.Add(_boot.ToCommand());
        _compare = new CompareOptions(_boot);
        _root.Add(_compare.ToCommand());
        _root.Add(_lab.ToCommand());
        foreach (string listing in Listings.Names)
        {
            _root.Add(new Command(listing));
        }
    }

    /// <summary>Runs the command. Load options are what follows the first "--".</summary>
    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        int separator = arguments.ToList().IndexOf("--");
        IReadOnlyList<string> own = separator < 0 ? arguments : [.. arguments.Take(separator)];
        string? loadOptions = separator < 0 ? null : string.Join(' ', arguments.Skip(separator + 1));
        ParseResult parsed = _root.Parse(own, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        return LastResort.Run(_terminal, parsed.GetValue(_boot.Verbose) || parsed.GetValue(_lab.Boot.Verbose), () => Dispatch(parsed, loadOptions, cancellation));
    }

    private int Dispatch(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        string command = parsed.CommandResult.Command.Name;
        if (parsed.GetValue(_help))
        {
            return Print(HelpText.Of(command));
        }

        if (parsed.GetValue(_version))
        {
            return Print($"efiemu {typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}\n");
        }

        if (command == _root.Name)
        {
            return Misused(parsed.UnmatchedTokens is [var word, ..] ? $"unknown command or option '{word}'" : "no command given");
        }

        if (parsed.Errors.Count > 0)
        {
            return Misused(parsed.Errors[0].Message);
        }

        return command switch
        {
            "boot" => new BootCommand(_emulator, _terminal, _boot).Run(parsed, loadOptions, cancellation),
            "compare" => new CompareCommand(_emulator, _terminal, _compare).Run(parsed, loadOptions, cancellation),
            LabOptions.Lab => Misused("lab: no measurement given; there is slack"),
            LabOptions.Slack => new LabCommand(_emulator, _terminal, _lab).Run(parsed, loadOptions, cancellation),
            _ => Print(Listings.Text(command, _emulator)),
        };
    }

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
