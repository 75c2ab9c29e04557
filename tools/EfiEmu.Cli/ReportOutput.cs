namespace EfiEmu.Cli;

/// <summary>Writes a report to where the user wants it.</summary>
internal static class ReportOutput
{
    /// <summary>Writes to the file of --out, or to standard output where there is none; colours are for terminals alone.</summary>
    public static void Write(Terminal terminal, OutputFile? file, Action<Stream, bool> print)
    {
        if (file is null)
        {
            StandardOutput.Write(terminal.Output, stream => print(stream, terminal.Colours));
        }
        else
        {
            file.Write(stream => print(stream, false));
        }
    }
}
