using System.Globalization;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Firmware;

/// <summary>The words of a slack report.</summary>
internal static class SlackWords
{
    /// <summary>What became of a loader.</summary>
    public static string Of(SlackCell cell, SlackLimits limits) => cell.Outcome switch
    {
        SlackOutcome.Leaves => string.Create(CultureInfo.InvariantCulture, $"leaves at attempt {cell.Attempts}"),
        SlackOutcome.GivesUp => string.Create(CultureInfo.InvariantCulture, $"gives up after attempt {cell.Attempts}")
            + (cell.LacksRoom ? ", its buffer too small for the map" : string.Empty)
            + (cell.Status is { } status ? $": {status}" : string.Empty),
        SlackOutcome.Faults => $"faults: {cell.Detail}",
        SlackOutcome.RunsOn when cell.Detail.Length > 0 => $"is stopped: {cell.Detail}",
        SlackOutcome.RunsOn => string.Create(
            CultureInfo.InvariantCulture,
            $"is stopped after attempt {cell.Attempts}: it still runs after {Quantities.Count(limits.CellInstructions)} instructions"),
        _ => $"does what is not modelled: {cell.Detail}",
    };

    /// <summary>The loader's buffer as a sum, line by line.</summary>
    public static IEnumerable<(string Sign, int Number, string Text)> Sum(SlackRoom room)
    {
        if (room.Probe is { } probe && room.Slack is { } slack)
        {
            yield return (string.Empty, probe.Required, $"what firmware answers when the loader asks for the size; the map has {Map(probe)}");
            yield return (slack < 0 ? "-" : "+", Math.Abs(slack), slack < 0 ? "that the loader leaves out" : "the loader's slack");
            yield return ("=", room.Fetch.Room, "room in its buffer");
            yield return Step(room.Fetch.Required - probe.Required, "used by the loader's own allocations until it fetches the map");
        }
        else
        {
            yield return (string.Empty, room.Fetch.Room, "room in its buffer, whose size the loader never asked for");
            yield return ("-", room.Fetch.Required, $"what firmware asks for when the loader fetches the map; the map has {Map(room.Fetch)}");
        }

        if (room.Retry is { } retry && room.Left is { } left)
        {
            yield return Step(retry.Required - room.Fetch.Required, "used until it fetches the map again, though nobody made it grow");
            yield return ("=", left, "left for the map to grow");
        }
    }

    /// <summary>What the sum means.</summary>
    public static string Explain(SlackRoom room)
    {
        if (room.Retry is not { } retry)
        {
            return "After a failed attempt the loader never fetches the map again.";
        }

        if (!room.KeepsBuffer)
        {
            return "After a failed attempt the loader asks again, and makes a buffer for the answer: the map may grow.";
        }

        int extra = retry.Required - retry.Descriptors;
        return extra == 0
            ? "After a failed attempt the loader fetches the map again into the same buffer, and firmware wants room for exactly the map."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"After a failed attempt the loader fetches the map again into the same buffer. Firmware then wants room for {retry.Required} descriptors though the map has {retry.Descriptors}: it compares the buffer with its estimate from before ranges are merged, so the {extra} descriptors that it asks for too many are no room for growth.");
    }

    private static (string Sign, int Number, string Text) Step(int used, string text) => (used < 0 ? "+" : "-", Math.Abs(used), text);

    private static string Map(MapRequest request) => string.Create(CultureInfo.InvariantCulture, $"{request.Descriptors}");
}
