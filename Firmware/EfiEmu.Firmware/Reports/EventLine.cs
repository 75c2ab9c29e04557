using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>One event in one line, as a trace prints it.</summary>
internal static class EventLine
{
    public static (string Text, Tone Tone) Of(BootEvent happened) => happened switch
    {
        ServiceCalled call => (Call(call), ToneOf(call)),
        FirmwareStarted started => ($"firmware is up, map key {Quantities.Hex(started.MapKey)}", Tone.Normal),
        MemoryAccepted accepted => (Accepted(accepted), Tone.Changed),
        ImageLoaded loaded =>
            ($"{loaded.Name} loaded at {loaded.Base}, {Quantities.Bytes(loaded.Bytes)}, entry {loaded.EntryPoint}", Tone.Normal),
        ImageStarted started => ($"{started.Name} started at {started.EntryPoint}", Tone.Normal),
        ImageExited exited => ($"{exited.Name} returned {exited.Status}", exited.Status.IsError ? Tone.Bad : Tone.Normal),
        MemoryMapFetched fetched => (Fetched(fetched), Tone.Quiet),
        MemoryMapChanged changed => ($"map key {Quantities.Hex(changed.MapKey)}: {changed.Cause}", Tone.Quiet),
        EventGroupSignalled signalled =>
            ($"{GuidNames.Describe(signalled.Group)} signalled to {Quantities.Plural((ulong)signalled.Members, "event")}", Tone.Normal),
        ExitBootServicesCalled { Attempt: var attempt } => (Exit(attempt), attempt.Status.IsError ? Tone.Bad : Tone.Good),
        ConfigurationTableInstalled table => (Table(table), Tone.Normal),
        Remark remark => (remark.Text, Tone.Changed),
        _ => (happened.GetType().Name, Tone.Normal),
    };

    /// <summary>A call: bs.LocateProtocol(Rng 3152bca5-...) -> EFI_SUCCESS.</summary>
    public static string Call(ServiceCalled call)
    {
        string repeats = call.Repeats > 1 ? $", {Quantities.Count(call.Repeats)} times" : string.Empty;
        return $"{call.Function.Interface}.{call.Function.Name}({string.Join(", ", call.Arguments)}) -> {Result(call)}"
            + $"  from {call.Caller}{repeats}";
    }

    /// <summary>What a call returned: a status by name, another value as hexadecimal.</summary>
    public static string Result(ServiceCalled call) =>
        call.ReturnsStatus ? new EfiStatus(call.Result).ToString() : Quantities.Hex(call.Result);

    /// <summary>On whose behalf memory was accepted.</summary>
    public static string Acceptor(MemoryAcceptor acceptor) => acceptor switch
    {
        MemoryAcceptor.FirmwareBeforeGuest => "firmware before the guest",
        MemoryAcceptor.FirmwareAtExitBootServices => "firmware at ExitBootServices",
        MemoryAcceptor.Guest => "the guest",
        _ => acceptor.ToString(),
    };

    private static Tone ToneOf(ServiceCalled call) =>
        call.ReturnsStatus && new EfiStatus(call.Result).IsError ? Tone.Changed : Tone.Normal;

    private static string Accepted(MemoryAccepted accepted) =>
        $"{Acceptor(accepted.Acceptor)} accepted {accepted.Range}, {Quantities.Bytes(accepted.Range.Length)}, "
        + $"in {Quantities.Seconds(accepted.CostNanoseconds, 6)}";

    private static string Fetched(MemoryMapFetched fetched) => fetched.Status.IsError
        ? $"map asked for with a buffer of {Quantities.Count(fetched.BufferBytes)} bytes: {fetched.Status}"
        : $"map fetched: {Quantities.Plural((ulong)fetched.Descriptors, "descriptor")} of {fetched.DescriptorSize} bytes "
            + $"into {Quantities.Count(fetched.BufferBytes)}, key {Quantities.Hex(fetched.MapKey)}";

    private static string Exit(ExitBootServicesAttempt attempt) =>
        $"ExitBootServices #{attempt.Attempt}: key {Quantities.Hex(attempt.MapKey)} given, "
        + $"{Quantities.Hex(attempt.CurrentMapKey)} current: {attempt.Status}: {attempt.Cause}";

    private static string Table(ConfigurationTableInstalled table) => table.Address.IsNull
        ? $"configuration table {GuidNames.Describe(table.Table)} removed"
        : $"configuration table {GuidNames.Describe(table.Table)} at {table.Address}";
}
