using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>A boot report for programs: schema efiemu.boot-report/1, described in docs/report-schema.md.</summary>
/// <remarks>
/// Addresses, keys and attributes are strings "0x..."; sizes and counts are numbers below 2^53 and such strings from there on.
/// Lists whose rows are small (descriptors, events, counts) have one row per line, so that line tools and diffs work.
/// </remarks>
public sealed class JsonReport
{
    /// <summary>The schema that reports name.</summary>
    public const string Schema = "efiemu.boot-report/1";

    // The writer keeps what it wrote until it is told to flush; a trace may hold a million rows.
    private const int FlushAt = 1 << 16;

    private readonly BootReport _report;
    private readonly Utf8JsonWriter _json;
    private readonly ArrayBufferWriter<byte> _rowBytes;
    private readonly Utf8JsonWriter _row;

    private JsonReport(BootReport report, Utf8JsonWriter json, ArrayBufferWriter<byte> rowBytes, Utf8JsonWriter row)
    {
        _report = report;
        _json = json;
        _rowBytes = rowBytes;
        _row = row;
    }

    /// <summary>Writes a report in UTF-8, ending with a line feed. Equal reports give equal bytes.</summary>
    public static void Write(BootReport report, Stream output)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        var rowBytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, Options))
        using (var row = new Utf8JsonWriter(rowBytes, Options with { Indented = false }))
        {
            new JsonReport(report, json, rowBytes, row).WriteReport();
        }

        output.WriteByte((byte)'\n');
    }

    /// <summary>A kind of end, in the words of the schema.</summary>
    public static string EndName(BootEnd end) => end switch
    {
        BootEnd.ExitBootServices => "exit-boot-services",
        BootEnd.HandOff => "hand-off",
        BootEnd.Returned => "returned",
        BootEnd.Fault => "fault",
        BootEnd.NotModelled => "not-modelled",
        BootEnd.Budget => "budget",
        BootEnd.GaveUp => "gave-up",
        BootEnd.WaitsForInput => "waits-for-input",
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "not an end"),
    };

    /// <summary>How every JSON document of EfiEmu is laid out.</summary>
    internal static JsonWriterOptions Options { get; } = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Text that JSON can carry: what is not valid UTF-16, which guests may print, becomes U+FFFD.</summary>
    internal static string Valid(string text)
    {
        if (!text.Any(char.IsSurrogate))
        {
            return text;
        }

        var valid = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            valid.Append(rune.ToString());
        }

        return valid.ToString();
    }

    private void WriteReport()
    {
        _json.WriteStartObject();
        _json.WriteString("schema", Schema);
        _json.WriteStartObject("platform");
        _json.WriteString("name", _report.Platform);
        if (_report.Processor is { } processor)
        {
            _json.WriteString("cpu", processor);
        }

        _json.WriteSize("memoryBytes", _report.MemoryBytes);
        _json.WriteEndObject();
        _json.WriteString("firmware", _report.Firmware);
        _json.WriteString("acceptance", _report.Acceptance);
        WriteGuest();
        WriteOutcome();
        WriteRows("exitBootServices", _report.ExitBootServices, WriteAttempt);
        WriteMemoryMaps();
        WriteRamAccount();
        WriteKernelMemory();
        WriteUnacceptedTable();
        WriteFault();
        WriteRows("services", _report.Services, WriteService);
        WriteRows("protocolsNotFound", _report.ProtocolsNotFound, WriteProtocol);
        WriteRows("events", _report.Events, JsonEvents.Write);
        _json.WriteString("console", Valid(_report.Console));
        _json.WriteSize("instructions", _report.Instructions);
        _json.WriteSize("virtualNanoseconds", _report.VirtualNanoseconds);
        _json.WriteEndObject();
    }

    private void WriteGuest()
    {
        _json.WriteStartObject("guest");
        _json.WriteString("name", Valid(_report.Guest.Name));
        _json.WriteString("sha256", _report.Guest.Sha256);
        _json.WriteString("description", Valid(_report.Guest.Description));
        _json.WriteSize("bytes", _report.Guest.Bytes);
        _json.WriteEndObject();
    }

    private void WriteOutcome()
    {
        BootOutcome outcome = _report.Outcome;
        _json.WriteStartObject("outcome");
        _json.WriteString("end", EndName(outcome.End));
        _json.WriteNumber("exitCode", outcome.ExitCode);
        _json.WriteString("verdict", Valid(outcome.Verdict));
        if (outcome.Status is { } status)
        {
            _json.WriteString("status", status.ToString());
        }

        _json.WriteEndObject();
    }

    private static void WriteAttempt(Utf8JsonWriter json, ExitBootServicesAttempt attempt)
    {
        json.WriteStartObject();
        json.WriteAttempt(attempt);
        json.WriteEndObject();
    }

    private static void WriteProtocol(Utf8JsonWriter json, Guid protocol)
    {
        json.WriteStartObject();
        json.WriteGuid("protocol", protocol);
        json.WriteEndObject();
    }

    private void WriteMemoryMaps()
    {
        _json.WriteStartArray("memoryMaps");
        foreach (StagedMemoryMap map in _report.MemoryMaps)
        {
            _json.WriteStartObject();
            _json.WriteString("stage", map.Stage);
            WriteRows("descriptors", map.Descriptors, WriteDescriptor);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private static void WriteDescriptor(Utf8JsonWriter json, MemoryDescriptor descriptor)
    {
        json.WriteStartObject();
        json.WriteString("type", descriptor.Type.ToString());
        json.WriteHex("start", descriptor.PhysicalStart.Value);
        json.WriteSize("pages", descriptor.NumberOfPages);
        json.WriteHex("attributes", (ulong)descriptor.Attributes);
        json.WriteEndObject();
    }

    private void WriteRamAccount()
    {
        RamAccount ram = _report.Ram;
        _json.WriteStartObject("ramAccount");
        _json.WriteSize("totalBytes", ram.Total);
        _json.WriteSize("acceptedBeforeGuestBytes", ram.AcceptedBeforeGuest);
        _json.WriteSize("acceptedAtExitBootServicesBytes", ram.AcceptedAtExitBootServices);
        _json.WriteSize("acceptedByGuestBytes", ram.AcceptedByGuest);
        _json.WriteSize("unacceptedBytes", ram.Unaccepted);
        _json.WriteSize("lostToGuestBytes", ram.LostToGuest);
        _json.WriteEndObject();
    }

    private void WriteKernelMemory()
    {
        if (_report.KernelMemory is not { } kernel)
        {
            return;
        }

        _json.WriteStartObject("kernelMemory");
        _json.WriteSize("ramBytes", kernel.RamBytes);
        _json.WriteSize("missingBytes", kernel.MissingBytes);
        _json.WriteSize("phantomBytes", kernel.PhantomBytes);
        _json.WriteSize("unacceptedBytes", kernel.UnacceptedBytes);
        WriteRows("e820", kernel.Entries, WriteE820Entry);
        _json.WriteEndObject();
    }

    private static void WriteE820Entry(Utf8JsonWriter json, E820Entry entry)
    {
        json.WriteStartObject();
        json.WriteHex("start", entry.Start);
        json.WriteSize("bytes", entry.Bytes);
        json.WriteNumber("type", entry.Type);
        json.WriteEndObject();
    }

    private void WriteUnacceptedTable()
    {
        if (_report.UnacceptedTable is not { } table)
        {
            return;
        }

        _json.WriteStartObject("unacceptedTable");
        _json.WriteNumber("version", table.Version);
        _json.WriteNumber("unitSize", table.UnitSize);
        _json.WriteHex("physBase", table.PhysBase);
        _json.WriteSize("sizeBytes", table.SizeBytes);
        _json.WriteSize("unacceptedUnits", table.UnacceptedUnits);
        _json.WriteEndObject();
    }

    private void WriteFault()
    {
        if (_report.Fault is not { } fault)
        {
            return;
        }

        _json.WriteStartObject("fault");
        _json.WriteString("summary", Valid(fault.Summary));
        _json.WriteHex("rip", fault.Rip);
        _json.WriteString("instructionBytes", Convert.ToHexStringLower([.. fault.InstructionBytes]));
        _json.WriteString("instruction", fault.InstructionText);
        if (fault.Address is { } address)
        {
            _json.WriteHex("address", address);
        }

        _json.WriteString("addressHistory", Valid(fault.AddressHistory));
        WriteRows("lastServices", fault.LastServices, static (json, call) => json.WriteStringValue(Valid(call)));
        _json.WriteStartObject("registers");
        foreach ((string name, ulong value) in fault.Registers)
        {
            _json.WriteHex(name, value);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private static void WriteService(Utf8JsonWriter json, ServiceCount count)
    {
        json.WriteStartObject();
        json.WriteString("name", count.Name);
        json.WriteSize("calls", count.Calls);
        json.WriteString("interface", count.Interface);
        json.WriteEndObject();
    }

    // Each row is written compactly by a writer of its own and set on one line of the indented document.
    private void WriteRows<T>(string name, IReadOnlyList<T> rows, Action<Utf8JsonWriter, T> write)
    {
        _json.WriteStartArray(name);
        foreach (T row in rows)
        {
            _rowBytes.ResetWrittenCount();
            StartLine();
            _row.Reset(_rowBytes);
            write(_row, row);
            _row.Flush();
            _json.WriteRawValue(_rowBytes.WrittenSpan, skipInputValidation: true);
            if (_json.BytesPending > FlushAt)
            {
                _json.Flush();
            }
        }

        _json.WriteEndArray();
    }

    // The indenting writer does not break lines before raw values.
    private void StartLine()
    {
        int indent = 2 * _json.CurrentDepth;
        Span<byte> line = _rowBytes.GetSpan(1 + indent);
        line[0] = (byte)'\n';
        line.Slice(1, indent).Fill((byte)' ');
        _rowBytes.Advance(1 + indent);
    }
}
