using System.Diagnostics;
using System.Globalization;

namespace EfiEmu.Cli;

/// <summary>What a run cost the host. Reports know nothing of it.</summary>
internal sealed class RunStatistics
{
    private readonly long _start = Stopwatch.GetTimestamp();

    private RunStatistics()
    {
    }

    /// <summary>Starts the clock.</summary>
    public static RunStatistics Start() => new();

    /// <summary>Speed, wall time and peak memory on one line.</summary>
    /// <param name="instructions">Guest instructions of all boots.</param>
    /// <param name="guestBytesTouched">How much of the peak is guest memory, where there was one boot.</param>
    public string Describe(ulong instructions, ulong? guestBytesTouched = null)
    {
        double seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        double millions = instructions / 1e6 / Math.Max(seconds, 1e-9);
        using Process self = Process.GetCurrentProcess();
        string ofGuest = guestBytesTouched is { } bytes ? string.Create(CultureInfo.InvariantCulture, $", guest memory {bytes >> 20} MiB") : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{instructions:N0} instructions in {seconds:F3} s, {millions:F0} MIPS, peak RSS {self.PeakWorkingSet64 >> 20} MiB{ofGuest}");
    }
}
