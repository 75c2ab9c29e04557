using System.Globalization;

namespace EfiEmu.Firmware.Reports;

/// <summary>ExitBootServices attempts that only repeat the one before: the same key, the same answer for the same cause, and nothing done in between.</summary>
/// <param name="First">The number of the first repetition.</param>
/// <param name="Last">The number of the last one.</param>
/// <param name="FromEvent">The index of the first event of the repetitions.</param>
/// <param name="ToEvent">The index of the last attempt's event.</param>
/// <remarks>A guest that retries for ever tells nothing new with each attempt. Views for people fold them; JSON and trace have them all.</remarks>
internal readonly record struct RepeatedAttempts(int First, int Last, int FromEvent, int ToEvent)
{
    private const string StagePrefix = "exit-boot-services-";

    // Fewer are shown as they are.
    private const int Fewest = 3;

    /// <summary>How many.</summary>
    public int Count => Last - First + 1;

    /// <summary>The runs of a boot, in order.</summary>
    public static IReadOnlyList<RepeatedAttempts> In(BootReport report)
    {
        List<RepeatedAttempts> runs = [];
        ExitBootServicesAttempt? before = null;
        int fromEvent = 0;
        bool quiet = true;
        for (int i = 0; i < report.Events.Count; i++)
        {
            if (report.Events[i] is not ExitBootServicesCalled { Attempt: var attempt })
            {
                quiet &= report.Events[i] is EventGroupSignalled or ServiceCalled { Function.Name: "ExitBootServices" };
                continue;
            }

            bool repeats = quiet && before is not null && attempt with { Attempt = before.Attempt } == before;
            if (repeats && runs.Count > 0 && runs[^1].Last == attempt.Attempt - 1)
            {
                runs[^1] = runs[^1] with { Last = attempt.Attempt, ToEvent = i };
            }
            else if (repeats)
            {
                runs.Add(new RepeatedAttempts(attempt.Attempt, attempt.Attempt, fromEvent, i));
            }

            (before, fromEvent, quiet) = (attempt, i + 1, true);
        }

        return [.. runs.Where(r => r.Count >= Fewest)];
    }

    /// <summary>Whether a stage of the memory map belongs to one of the repetitions.</summary>
    public bool Covers(StagedMemoryMap stage) =>
        stage.Stage.StartsWith(StagePrefix, StringComparison.Ordinal)
        && int.TryParse(stage.Stage.AsSpan(StagePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int attempt)
        && attempt >= First && attempt <= Last;
}
