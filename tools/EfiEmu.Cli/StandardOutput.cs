namespace EfiEmu.Cli;

/// <summary>Writes data to standard output.</summary>
internal static class StandardOutput
{
    // Linux's errno for a pipe whose reader has gone.
    private const int BrokenPipe = 32;

    /// <summary>Writes and flushes. A reader that has gone is no fault; a full disk is.</summary>
    public static void Write(Stream output, Action<Stream> write)
    {
        try
        {
            write(output);
            output.Flush();
        }
        catch (IOException fault) when (fault.HResult == BrokenPipe)
        {
            // head, less and the like have read what they wanted.
            return;
        }
        catch (IOException fault)
        {
            throw new InputException("standard output", $"cannot be written: {fault.Message}");
        }
    }
}
