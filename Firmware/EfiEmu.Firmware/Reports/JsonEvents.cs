using System.Text.Json;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>Events as typed JSON objects: "kind" first, then the event's members, then when it happened.</summary>
internal static class JsonEvents
{
    /// <summary>Writes one event.</summary>
    public static void Write(Utf8JsonWriter json, BootEvent happened)
    {
        json.WriteStartObject();
        WriteMembers(json, happened);
        json.WriteSize("atNanoseconds", happened.At.Nanoseconds);
        json.WriteSize("atInstructions", happened.At.Instructions);
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, BootEvent happened)
    {
        switch (happened)
        {
            case ServiceCalled call:
                WriteCall(json, call);
                break;
            case FirmwareStarted started:
                Kind(json, "firmware-started");
                json.WriteHex("mapKey", started.MapKey);
                break;
            case MemoryAccepted accepted:
                WriteAccepted(json, accepted);
                break;
            case MemoryMapFetched fetched:
                WriteFetched(json, fetched);
                break;
            case MemoryMapChanged changed:
                Kind(json, "memory-map-changed");
                json.WriteHex("mapKey", changed.MapKey);
                json.WriteString("cause", JsonReport.Valid(changed.Cause));
                break;
            case EventGroupSignalled signalled:
                Kind(json, "event-group-signalled");
                json.WriteGuid("group", signalled.Group);
                json.WriteNumber("members", signalled.Members);
                break;
            case ExitBootServicesCalled exit:
                Kind(json, "exit-boot-services-called");
                json.WriteAttempt(exit.Attempt);
                break;
            case ConfigurationTableInstalled table:
                Kind(json, "configuration-table-installed");
                json.WriteGuid("table", table.Table);
                json.WriteHex("address", table.Address.Value);
                break;
            case Remark remark:
                Kind(json, "remark");
                json.WriteString("text", JsonReport.Valid(remark.Text));
                break;
            default:
                WriteImageEvent(json, happened);
                break;
        }
    }

    private static void WriteImageEvent(Utf8JsonWriter json, BootEvent happened)
    {
        switch (happened)
        {
            case ImageLoaded loaded:
                Kind(json, "image-loaded");
                json.WriteString("name", JsonReport.Valid(loaded.Name));
                json.WriteHex("base", loaded.Base.Value);
                json.WriteSize("bytes", loaded.Bytes);
                json.WriteHex("entryPoint", loaded.EntryPoint.Value);
                break;
            case ImageStarted started:
                Kind(json, "image-started");
                json.WriteString("name", JsonReport.Valid(started.Name));
                json.WriteHex("entryPoint", started.EntryPoint.Value);
                break;
            case ImageExited exited:
                Kind(json, "image-exited");
                json.WriteString("name", JsonReport.Valid(exited.Name));
                json.WriteString("status", exited.Status.ToString());
                break;
            default:
                throw new ArgumentException($"{happened.GetType().Name} has no JSON form", nameof(happened));
        }
    }

    private static void WriteCall(Utf8JsonWriter json, ServiceCalled call)
    {
        Kind(json, "service-called");
        json.WriteString("interface", call.Function.Interface);
        json.WriteString("name", call.Function.Name);
        json.WriteStartArray("arguments");
        foreach (string argument in call.Arguments)
        {
            json.WriteStringValue(JsonReport.Valid(argument));
        }

        json.WriteEndArray();
        json.WriteString("result", EventLine.Result(call));
        json.WriteHex("caller", call.Caller.Value);
        json.WriteSize("repeats", call.Repeats);
    }

    private static void WriteAccepted(Utf8JsonWriter json, MemoryAccepted accepted)
    {
        Kind(json, "memory-accepted");
        json.WriteString("acceptor", AcceptorName(accepted.Acceptor));
        json.WriteHex("start", accepted.Range.Start);
        json.WriteSize("bytes", accepted.Range.Length);
        json.WriteSize("costNanoseconds", accepted.CostNanoseconds);
    }

    private static void WriteFetched(Utf8JsonWriter json, MemoryMapFetched fetched)
    {
        Kind(json, "memory-map-fetched");
        json.WriteString("status", fetched.Status.ToString());
        json.WriteHex("mapKey", fetched.MapKey);
        json.WriteNumber("descriptors", fetched.Descriptors);
        json.WriteSize("bufferBytes", fetched.BufferBytes);
        json.WriteNumber("descriptorSize", fetched.DescriptorSize);
    }

    private static string AcceptorName(MemoryAcceptor acceptor) => acceptor switch
    {
        MemoryAcceptor.FirmwareBeforeGuest => "firmware-before-guest",
        MemoryAcceptor.FirmwareAtExitBootServices => "firmware-at-exit-boot-services",
        MemoryAcceptor.Guest => "guest",
        _ => throw new ArgumentOutOfRangeException(nameof(acceptor), acceptor, "not an acceptor"),
    };

    private static void Kind(Utf8JsonWriter json, string kind) => json.WriteString("kind", kind);
}
