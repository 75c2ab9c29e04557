using System.Text;

namespace EfiEmu.Cli;

/// <summary>Where the command reads nothing from and writes to: data on one side, messages on the other.</summary>
/// <param name="Output">Standard output, as bytes: reports are UTF-8 whatever the locale says.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Colours">Whether a text report on standard output may use colours.</param>
/// <param name="IsLive">Whether somebody watches standard error: a line on it may be written over.</param>
internal sealed record Terminal(Stream Output, TextWriter Error, bool Colours, bool IsLive = false) : IDisposable
{
    /// <summary>The process's own streams; colours on a terminal, unless NO_COLOR or TERM=dumb ask for none.</summary>
    public static Terminal OfProcess()
    {
        bool isDumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        bool colours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && !isDumb;
        var error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        return new Terminal(new BufferedStream(Console.OpenStandardOutput(), 1 << 16), error, colours, IsLive: !Console.IsErrorRedirected && !isDumb);
    }

    /// <summary>One message: a single line, whatever the text holds.</summary>
    public void Say(string message) => Error.Write($"efiemu: {OneLine(message)}\n");

    /// <inheritdoc/>
    public void Dispose() => Error.Dispose();

    private static string OneLine(string text) =>
        string.Concat(text.Trim().Select(c => char.IsControl(c) ? ' ' : c));
}
