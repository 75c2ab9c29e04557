using System.Text.Json;
using System.Text.RegularExpressions;
using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports;

/// <summary>docs/report-schema.json describes what the command writes: no member missing, none unnamed.</summary>
public sealed class JsonSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(SchemaFile())).RootElement;

    [Fact]
    public void Schema_SampleReports_AreValid() => Assert.All(
        new[] { SampleReport.AcceptedAtExit(), SampleReport.Lost(), SampleReport.Faulted(), SampleReport.Plain(), EveryEvent(), WithKernel() },
        report => Assert.Empty(Faults(Written(report), Schema, "$")));

    [Fact]
    public void Schema_SizeBeyondDoubles_IsValid() =>
        Assert.Empty(Faults(Written(SampleReport.Plain() with { MemoryBytes = ulong.MaxValue }), Schema, "$"));

    [Theory]
    [InlineData("\"firmware\": \"edk2-202502\"", "\"firmwear\": \"edk2-202502\"")]
    [InlineData("\"exitCode\": 0", "\"exitCode\": \"0\"")]
    [InlineData("\"end\": \"exit-boot-services\"", "\"end\": \"somehow\"")]
    [InlineData("\"start\":\"0x1000\"", "\"start\":4096")]
    public void Schema_WrongReport_IsNotValid(string right, string wrong)
    {
        string json = Written(SampleReport.Plain()).GetRawText();
        Assert.Contains(right, json, StringComparison.Ordinal);

        Assert.NotEmpty(Faults(JsonDocument.Parse(json.Replace(right, wrong, StringComparison.Ordinal)).RootElement, Schema, "$"));
    }

    private static BootReport WithKernel() => SampleReport.Lost() with
    {
        KernelMemory = new KernelMemory([new(0, 1UL << 31, E820Entry.Ram), new(1UL << 32, ulong.MaxValue, 2)], 1UL << 31, 14UL << 30, 1UL << 32, 0, 0),
    };

    private static BootReport EveryEvent() => SampleReport.Plain() with
    {
        Events =
        [
            new FirmwareStarted(1), new MemoryAccepted(MemoryAcceptor.Guest, new(0, 4096), 1), new ImageLoaded("a", default, 1, default),
            new ImageStarted("a", default), new ImageExited("a", EfiStatus.Success),
            new ServiceCalled(new("rt", "GetTime"), ["Time=0x0"], 0, true, default, 1), new MemoryMapFetched(1, 2, 3, 48, EfiStatus.Success),
            new MemoryMapChanged(1, "x"), new EventGroupSignalled(Guid.Empty, 1), new ExitBootServicesCalled(new(1, 1, 1, EfiStatus.Success, "x")),
            new ConfigurationTableInstalled(Guid.Empty, default), new Remark("x"),
        ],
    };

    private static JsonElement Written(BootReport report)
    {
        using var bytes = new MemoryStream();
        JsonReport.Write(report, bytes);
        return JsonDocument.Parse(bytes.ToArray()).RootElement;
    }

    // The part of JSON Schema that the file uses. Stricter in one point: members that the schema does not name are faults.
    private static IEnumerable<string> Faults(JsonElement value, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            string name = reference.GetString()!["#/$defs/".Length..];
            return Faults(value, Schema.GetProperty("$defs").GetProperty(name), path);
        }

        if (schema.TryGetProperty("oneOf", out JsonElement choices))
        {
            int fitting = choices.EnumerateArray().Count(choice => !Faults(value, choice, path).Any());
            return fitting == 1 ? [] : [$"{path}: fits {fitting} of the choices"];
        }

        return ValueFaults(value, schema, path)
            .Concat(value.ValueKind == JsonValueKind.Object ? MemberFaults(value, schema, path) : [])
            .Concat(value.ValueKind == JsonValueKind.Array
                ? value.EnumerateArray().SelectMany((item, i) => Faults(item, schema.GetProperty("items"), $"{path}[{i}]"))
                : []);
    }

    private static IEnumerable<string> ValueFaults(JsonElement value, JsonElement schema, string path)
    {
        bool typed = !schema.TryGetProperty("type", out JsonElement type) || type.GetString() == value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "integer",
            _ => "other",
        };
        bool constant = !schema.TryGetProperty("const", out JsonElement expected) || JsonElement.DeepEquals(expected, value);
        bool listed = !schema.TryGetProperty("enum", out JsonElement words)
            || words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value));
        bool shaped = !typed || !schema.TryGetProperty("pattern", out JsonElement pattern)
            || Regex.IsMatch(value.GetString()!, pattern.GetString()!);
        bool bounded = !typed || !schema.TryGetProperty("exclusiveMaximum", out JsonElement limit) || value.GetUInt64() < limit.GetUInt64();
        return typed && constant && listed && shaped && bounded ? [] : [$"{path}: {value.GetRawText()} is not {schema.GetRawText()}"];
    }

    private static IEnumerable<string> MemberFaults(JsonElement value, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("additionalProperties", out JsonElement any))
        {
            return value.EnumerateObject().SelectMany(member => Faults(member.Value, any, $"{path}.{member.Name}"));
        }

        JsonElement named = schema.GetProperty("properties");
        return schema.GetProperty("required").EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _))
            .Select(name => $"{path}.{name}: missing")
            .Concat(value.EnumerateObject().SelectMany(member => named.TryGetProperty(member.Name, out JsonElement of)
                ? Faults(member.Value, of, $"{path}.{member.Name}")
                : [$"{path}.{member.Name}: not in the schema"]));
    }

    private static string SchemaFile()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "EfiEmu.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? ".", "docs", "report-schema.json");
    }
}
