using System.Text;

namespace EfiEmu.Cli.Tests;

/// <summary>One run of the command inside the test's process.</summary>
/// <param name="ExitCode">What it returned.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static CommandRun Of(IEmulator emulator, params string[] arguments) => Of(emulator, colours: false, default, arguments);

    public static CommandRun Of(IEmulator emulator, bool colours, CancellationToken cancellation, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var terminal = new Terminal(output, error, colours);
        int exitCode = new CommandLine(emulator, terminal).Run(arguments, cancellation);
        return new(exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
