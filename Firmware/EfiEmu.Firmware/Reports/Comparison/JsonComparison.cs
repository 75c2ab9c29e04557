using System.Globalization;
using System.Text.Json;

namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>A comparison for programs: schema efiemu.comparison/1, described in docs/comparison-schema.md.</summary>
public static class JsonComparison
{
    /// <summary>The schema that comparisons name.</summary>
    public const string Schema = "efiemu.comparison/1";

    private const long FirstUnsafeInteger = 1L << 53;

    /// <summary>Writes a comparison in UTF-8, ending with a line feed. Equal comparisons give equal bytes.</summary>
    public static void Write(BootComparison comparison, Stream output)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentNullException.ThrowIfNull(output);
        using (var json = new Utf8JsonWriter(output, JsonReport.Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            WriteBoot(json, "a", comparison.A);
            WriteBoot(json, "b", comparison.B);
            WriteSettings(json, comparison.Settings);
            WriteStory(json, comparison.Story);
            json.WriteString("firstDifference", comparison.FirstDifference is { } sentence ? JsonReport.Valid(sentence) : null);
            WriteAmounts(json, "ram", comparison.Ram);
            WriteAmounts(json, "measures", comparison.Measures);
            json.WriteString("answer", JsonReport.Valid(comparison.Answer));
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteBoot(Utf8JsonWriter json, string name, ComparedBoot boot)
    {
        BootReport report = boot.Report;
        json.WriteStartObject(name);
        json.WriteString("label", JsonReport.Valid(boot.Label));
        json.WriteString("platform", report.Platform);
        json.WriteSize("memoryBytes", report.MemoryBytes);
        json.WriteString("firmware", report.Firmware);
        json.WriteString("acceptance", report.Acceptance);
        json.WriteString("guest", JsonReport.Valid(report.Guest.Name));
        json.WriteString("sha256", report.Guest.Sha256);
        json.WriteString("end", JsonReport.EndName(report.Outcome.End));
        json.WriteNumber("exitCode", report.Outcome.ExitCode);
        json.WriteString("verdict", JsonReport.Valid(report.Outcome.Verdict));
        json.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter json, IReadOnlyList<ComparedSetting> settings)
    {
        json.WriteStartArray("settings");
        foreach (ComparedSetting setting in settings)
        {
            json.WriteStartObject();
            json.WriteString("name", setting.Name);
            json.WriteBoolean("same", setting.Same);
            json.WriteString("a", JsonReport.Valid(setting.A));
            json.WriteString("b", JsonReport.Valid(setting.B));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteStory(Utf8JsonWriter json, IReadOnlyList<StoryRow> story)
    {
        json.WriteStartArray("story");
        foreach (StoryRow row in story)
        {
            json.WriteStartObject();
            json.WriteString("actor", row.Actor);
            json.WriteBoolean("same", row.Same);
            json.WriteBoolean("concernsMemory", row.ConcernsMemory);
            WriteCell(json, "a", row.A);
            WriteCell(json, "b", row.B);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCell(Utf8JsonWriter json, string name, StoryCell? cell)
    {
        if (cell is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("text", JsonReport.Valid(cell.Text));
        if (cell.Detail.Length > 0)
        {
            json.WriteString("detail", JsonReport.Valid(cell.Detail));
        }

        json.WriteSize("virtualNanoseconds", cell.Nanoseconds);
        json.WriteEndObject();
    }

    private static void WriteAmounts(Utf8JsonWriter json, string name, IReadOnlyList<ComparedAmount> amounts)
    {
        json.WriteStartObject(name);
        foreach (ComparedAmount amount in amounts)
        {
            json.WriteStartObject(amount.Key);
            json.WriteSize("a", amount.A);
            json.WriteSize("b", amount.B);
            WriteDifference(json, amount.Difference);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // Beyond what every reader keeps exact it is a string, as sizes are; it has a sign, so that string is decimal.
    private static void WriteDifference(Utf8JsonWriter json, Int128 difference)
    {
        if (Int128.Abs(difference) < FirstUnsafeInteger)
        {
            json.WriteNumber("difference", (long)difference);
        }
        else
        {
            json.WriteString("difference", difference.ToString(CultureInfo.InvariantCulture));
        }
    }
}
