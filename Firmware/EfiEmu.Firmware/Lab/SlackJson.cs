using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Firmware;

/// <summary>A slack report for programs: schema efiemu.slack-report/1, described in docs/slack-schema.md.</summary>
public static class SlackJson
{
    /// <summary>The schema that reports name.</summary>
    public const string Schema = "efiemu.slack-report/1";

    /// <summary>Writes a report in UTF-8, ending with a line feed. Equal reports give equal bytes.</summary>
    public static void Write(SlackReport report, Stream output)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(output, options))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            WriteMachine(json, report.Undisturbed);
            WriteLimits(json, report);
            WriteRoom(json, report.Room);
            WriteRows(json, report);
            json.WriteString("answer", JsonReport.Valid(report.Answer));
            json.WriteNumber("exitCode", report.ExitCode);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteMachine(Utf8JsonWriter json, BootReport boot)
    {
        json.WriteString("platform", boot.Platform);
        json.WriteSize("memoryBytes", boot.MemoryBytes);
        json.WriteString("firmware", boot.Firmware);
        json.WriteString("acceptance", boot.Acceptance);
        json.WriteStartObject("loader");
        json.WriteString("name", JsonReport.Valid(boot.Guest.Name));
        json.WriteString("description", JsonReport.Valid(boot.Guest.Description));
        json.WriteString("sha256", boot.Guest.Sha256);
        json.WriteSize("bytes", boot.Guest.Bytes);
        json.WriteEndObject();
        json.WriteStartObject("undisturbed");
        json.WriteString("end", JsonReport.EndName(boot.Outcome.End));
        json.WriteString("verdict", JsonReport.Valid(boot.Outcome.Verdict));
        json.WriteEndObject();
    }

    private static void WriteLimits(Utf8JsonWriter json, SlackReport report)
    {
        json.WriteStartObject("tried");
        json.WriteNumber("changes", report.Limits.Changes);
        json.WriteNumber("growth", report.Limits.Growth);
        json.WriteSize("cellInstructions", report.Limits.CellInstructions);
        json.WriteBoolean("fromCheckpoint", report.IsForked);
        json.WriteEndObject();
    }

    private static void WriteRoom(Utf8JsonWriter json, SlackRoom? room)
    {
        if (room is null)
        {
            json.WriteNull("room");
            return;
        }

        json.WriteStartObject("room");
        WriteRequest(json, "probe", room.Probe);
        WriteRequest(json, "fetch", room.Fetch);
        WriteRequest(json, "retry", room.Retry);
        WriteNumber(json, "slack", room.Slack);
        WriteNumber(json, "left", room.Left);
        json.WriteEndObject();
    }

    private static void WriteRequest(Utf8JsonWriter json, string name, MapRequest? request)
    {
        if (request is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteSize("bufferBytes", request.BufferBytes);
        json.WriteSize("requiredBytes", request.RequiredBytes);
        json.WriteNumber("descriptors", request.Descriptors);
        json.WriteNumber("descriptorSize", request.DescriptorSize);
        json.WriteString("status", request.Status.ToString());
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteRows(Utf8JsonWriter json, SlackReport report)
    {
        json.WriteStartArray("rows");
        foreach (IGrouping<int, SlackCell> row in report.Cells.GroupBy(c => c.Changes))
        {
            json.WriteStartObject();
            json.WriteNumber("changes", row.Key);
            WriteNumber(json, "survivesGrowth", report.Survives(row.Key));
            json.WriteStartArray("cells");
            foreach (SlackCell cell in row)
            {
                json.WriteRawValue(Row(cell, json.CurrentDepth), skipInputValidation: true);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // A cell is small: one to a line.
    private static ReadOnlySpan<byte> Row(SlackCell cell, int depth)
    {
        // The indenting writer does not break lines before raw values.
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(Encoding.UTF8.GetBytes("\n" + new string(' ', 2 * depth)));
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("growth", cell.Growth);
            json.WriteString("outcome", OutcomeName(cell.Outcome));
            json.WriteNumber("attempts", cell.Attempts);
            json.WriteString("status", cell.Status?.ToString());
            json.WriteBoolean("lacksRoom", cell.LacksRoom);
            json.WriteString("detail", JsonReport.Valid(cell.Detail));
            json.WriteEndObject();
        }

        return bytes.WrittenSpan;
    }

    private static string OutcomeName(SlackOutcome outcome) => outcome switch
    {
        SlackOutcome.Leaves => "leaves",
        SlackOutcome.GivesUp => "gives-up",
        SlackOutcome.Faults => "faults",
        SlackOutcome.RunsOn => "runs-on",
        SlackOutcome.NotModelled => "not-modelled",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "not an outcome"),
    };
}
