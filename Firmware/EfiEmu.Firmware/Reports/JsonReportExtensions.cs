using System.Text.Json;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>The schema's ways to write a number.</summary>
internal static class JsonReportExtensions
{
    // From here on a JSON number no longer survives a reader that keeps numbers as doubles.
    private const ulong FirstUnsafeInteger = 1UL << 53;

    /// <summary>Writes an address, a key or a mask: always a string.</summary>
    public static void WriteHex(this Utf8JsonWriter json, string name, ulong value) =>
        json.WriteString(name, Quantities.Hex(value));

    /// <summary>Writes a size or a count: a number as long as every reader keeps it exact.</summary>
    public static void WriteSize(this Utf8JsonWriter json, string name, ulong value)
    {
        if (value < FirstUnsafeInteger)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteHex(name, value);
        }
    }

    /// <summary>Writes a GUID, and its name as a member of its own where it has one.</summary>
    public static void WriteGuid(this Utf8JsonWriter json, string member, Guid guid)
    {
        json.WriteString(member, guid);
        if (GuidNames.NameOf(guid) is { } name)
        {
            json.WriteString(member + "Name", name);
        }
    }

    /// <summary>Writes the members of an ExitBootServices attempt.</summary>
    public static void WriteAttempt(this Utf8JsonWriter json, ExitBootServicesAttempt attempt)
    {
        json.WriteNumber("attempt", attempt.Attempt);
        json.WriteHex("mapKey", attempt.MapKey);
        json.WriteHex("currentMapKey", attempt.CurrentMapKey);
        json.WriteString("status", attempt.Status.ToString());
        json.WriteString("cause", JsonReport.Valid(attempt.Cause));
    }
}
