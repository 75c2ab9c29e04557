using System.Diagnostics;
using Xunit;

namespace EfiEmu.Cli.Tests;

/// <summary>The command as a process: what only the real streams, arguments and exit codes can show.</summary>
public sealed class ProcessTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "efiemu.dll");

    [Fact]
    public async Task Help_AsAProcess_ExitsWith0()
    {
        (int exitCode, string output, string error) = await Run("--help");

        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.StartsWith("efiemu - ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boot_MissingFile_ExitsWith2AndOneLine()
    {
        (int exitCode, string output, string error) = await Run("boot", "no such file.efi");

        Assert.Equal((2, string.Empty, "efiemu: no such file.efi: image: no such file\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task Output_WhoseReaderHasGone_IsNoFault()
    {
        using Process process = Start("--help");
        process.StandardOutput.Close();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal((0, string.Empty), (process.ExitCode, error));
    }

    [Fact]
    public async Task Output_ThatIsRedirected_HasNoColours()
    {
        (_, string output, _) = await Run("firmware");

        Assert.DoesNotContain('\e', output);
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("no process was started");
    }
}
