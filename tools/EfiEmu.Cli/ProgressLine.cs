using System.Diagnostics;
using System.Globalization;

namespace EfiEmu.Cli;

/// <summary>A line on standard error that says how far a long boot is, for as long as it runs. Only on a terminal.</summary>
/// <remarks>Plain characters and carriage returns: nothing that NO_COLOR or a simple terminal would have to be asked about.</remarks>
internal sealed class ProgressLine : IProgress<BootProgress>, IDisposable
{
    // A line that would wrap could not be taken back.
    private const int Columns = 79;

    // Most boots are over before anyone could read a line.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly TextWriter _error;
    private readonly TimeProvider _time;
    private readonly long _start;
    private int _shown;

    public ProgressLine(TextWriter error, TimeProvider time)
    {
        _error = error;
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>The line of a command that boots; null where nobody watches.</summary>
    public static ProgressLine? On(Terminal terminal) => terminal.IsLive ? new ProgressLine(terminal.Error, TimeProvider.System) : null;

    /// <inheritdoc/>
    public void Report(BootProgress value)
    {
        TimeSpan elapsed = _time.GetElapsedTime(_start);
        if (elapsed < Patience)
        {
            return;
        }

        string line = Describe(value, elapsed);
        Show(line.Length > Columns ? line[..Columns] : line);
    }

    /// <summary>Takes the line back.</summary>
    public void Dispose()
    {
        if (_shown > 0)
        {
            Show(string.Empty);
            _error.Write('\r');
        }
    }

    private static string Describe(BootProgress progress, TimeSpan elapsed)
    {
        string stage = progress.Stage switch
        {
            BootStage.Queued => "waiting",
            BootStage.Firmware => "firmware",
            BootStage.Guest when progress.Attempts > 0 => $"guest, {progress.Attempts} x ExitBootServices",
            BootStage.Guest => "guest",
            BootStage.OutOfBootServices => "out of boot services",
            BootStage.Ended => "report",
            _ => throw new UnreachableException(),
        };
        double millions = progress.Instructions / 1e6;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"efiemu: {stage}, {millions:N0} M instructions, {millions / elapsed.TotalSeconds:N0} MIPS, {elapsed.TotalSeconds:F1} s");
    }

    private void Show(string line)
    {
        _error.Write($"\r{line.PadRight(_shown)}");
        _shown = line.Length;
    }
}
