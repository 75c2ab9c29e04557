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

    [Fact]
    public async Task Boot_WithPlugins_RunsThem()
    {
        (int exitCode, string output, string error) = await Run(
            "boot", "guest:hello", "--plugin", PluginOf("HelloGuest"), "--plugins", Path.GetDirectoryName(PluginOf("GreeterProtocol"))!);

        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.StartsWith("Hello, guest!\r\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listings_WithPlugins_ShowWhatTheyBring()
    {
        (_, string guests, _) = await Run("guests", "--plugin", PluginOf("HelloGuest"));
        (_, string protocols, _) = await Run("protocols", "--plugin", PluginOf("GreeterProtocol"));

        Assert.Matches(@"\nguest:hello +says hello.* \(HelloGuest\.dll\)\n$", guests);
        Assert.Matches(@"\nGreeter +6d0c2cf6-2ac5-4f0c-8f4e-5d1a2a4be0a1 \(GreeterProtocol\.dll\)\n$", protocols);
    }

    [Theory]
    [InlineData("boot")]
    [InlineData("guests")]
    public async Task Plugin_ThatIsNone_ExitsWith2AndOneLine(string command)
    {
        string[] image = command == "boot" ? ["guest:unenlightened-kernel"] : [];

        (int exitCode, string output, string error) = await Run([command, .. image, "--plugin", "/nonexistent/plugin.dll"]);

        Assert.Equal((2, string.Empty, "efiemu: --plugin: /nonexistent/plugin.dll: no such file\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task Boot_BadEnvironment_ExitsWith2AndALineForEachValue()
    {
        using Process process = StartIn(new() { ["EFIEMU_PLATFORM"] = "xen", ["EFIEMU_MEMORY"] = "lots" }, "boot", "guest:unenlightened-kernel");
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(2, process.ExitCode);
        Assert.Equal(
            "efiemu: EfiEmu:Memory: 'lots' is not a size; write 512M, 8G, 2TiB or a number of bytes\n"
                + "efiemu: EfiEmu:Platform: unknown 'xen'; there are plain, sev-snp, tdx\n",
            error);
    }

    [Fact]
    public async Task Boot_Environment_SetsDefaultsThatOptionsOverride()
    {
        using Process process = StartIn(
            new() { ["EFIEMU_PLATFORM"] = "tdx", ["EFIEMU_MEMORY"] = "2G" }, "boot", "guest:unenlightened-kernel", "--memory", "3G");

        string output = await process.StandardOutput.ReadToEndAsync();

        Assert.Contains("platform  tdx, 3 GiB\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boot_Verbose_LogsOnStandardError()
    {
        (_, _, string error) = await Run("boot", "guest:unenlightened-kernel", "--verbose");

        Assert.Contains(" INF boot started ", error, StringComparison.Ordinal);
        Assert.Contains(" INF boot ended: ", error, StringComparison.Ordinal);
    }

    private static string PluginOf(string name) => Path.Combine(AppContext.BaseDirectory, "plugins", name, name + ".dll");

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    private static Process Start(params string[] arguments) => StartIn([], arguments);

    private static Process StartIn(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("no process was started");
    }
}
