using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>Machines, boots, files, and what a script does to a boot behind its guest's back.</summary>
internal sealed class LabRequests(ScriptSession session, IScriptHost host, ScriptFiles files)
{
    private const string GuestPrefix = "guest:";
    private const string ReportGone = "only the last 64 reports are kept whole; read it before";
    private const int ReportsKept = 64;

    // Guest-physical addresses of x86-64 have 52 bits.
    private const ulong LargestMemory = 1UL << 52;

    // Maps of real machines have hundreds of descriptors.
    private const int MostGrowth = 10_000;

    // Each call of a guest looks at all of them.
    private const int MostRules = 1000;

    // A day.
    private const ulong MostElapsed = 86_400_000_000_000;

    private readonly Dictionary<long, BootReport> _reports = [];
    private long _boots;

    private Lab Lab => session.Lab;

    /// <summary>The requests.</summary>
    public IEnumerable<RequestRow> Rows =>
    [
        new("machine", RequestNeed.NoMachine, r => session.Machine = Chosen(r, 0)),
        new("boot", RequestNeed.NoMachine, Boot),
        Row("report_maps", r => r.Results.Push(ReportTables.Maps(Report(r)))),
        Row("report_events", r => r.Results.Push(Events(r))),
        Row("report_text", r => r.Results.Push((object)TextOf(Report(r)))),
        Row("read_file", ReadFile),
        Row("guid_name", r => r.Results.Push((object)GuidNames.Short(r.Guid(0)))),
        Row("on", r => AddRule(r, new ObserverRule(r.Text(0), r.Integer(1)))),
        Row("before", r => AddRule(r, new HookRule(r.Text(0), r.Integer(1), IsBefore: true))),
        Row("after", r => AddRule(r, new HookRule(r.Text(0), r.Integer(1), IsBefore: false))),
        Row("fail", r => AddRule(r, new FailRule(r.Text(0), r.Integer(1), r.Unsigned(2)))),
        Row("between", r => AddRule(r, new BetweenRule(r.Text(0), r.Text(1), Growth(r.Integer(2)), r.Integer(3)))),
        Row("remove", r => Lab.Remove(r.Integer(0))),
        .. FirmwareRows,
    ];

    private IEnumerable<RequestRow> FirmwareRows =>
    [
        Firmware("firmware_allocate_pages", r =>
        {
            EfiResult<GuestAddress> pages = session.Bench.BootServices.AllocatePages(
                AllocateType.AnyPages, new MemoryType((uint)r.Integer(0)), r.Unsigned(1), GuestAddress.Null);
            r.Return(pages.Status, pages.Value.Value);
        }),
        Firmware("firmware_free_pages", r => r.Return(session.Bench.BootServices.FreePages(r.Address(0), r.Unsigned(1)))),
        Firmware("firmware_allocate_pool", r =>
        {
            EfiResult<GuestAddress> pool = session.Bench.BootServices.AllocatePool(new MemoryType((uint)r.Integer(0)), r.Unsigned(1));
            r.Return(pool.Status, pool.Value.Value);
        }),
        Firmware("firmware_free_pool", r => r.Return(session.Bench.BootServices.FreePool(r.Address(0)))),
        Firmware("firmware_signal_group", r => session.Bench.SignalGroup(r.Guid(0))),
        Firmware("firmware_elapse", r => session.Bench.Elapse(Elapsed(r.Unsigned(0)))),
        Firmware("firmware_grow_map", r => Lab.Grow(Growth(r.Integer(0)))),
        Firmware("firmware_remark", r => session.Bench.Remark(r.Text(0))),
        Firmware("firmware_memory_map", r => r.Results.Push(ReportTables.Map(session.Bench.BootServices.GetMemoryMap()))),
        Firmware("firmware_now", r => r.Results.Push(session.Bench.Nanoseconds)),
    ];

    private static RequestRow Row(string name, Action<ScriptRequest> answer) => new(name, RequestNeed.Nothing, answer);

    private static RequestRow Firmware(string name, Action<ScriptRequest> answer) => new(name, RequestNeed.Firmware, answer);

    private void Boot(ScriptRequest request)
    {
        MachineSettings machine = Chosen(request, 1);
        GuestFile guest = request.IsText(0) ? Named(request.Text(0)) : session.GuestOf(request.Integer(0));
        BootReport report = session.Boot(guest, machine);
        _reports[++_boots] = report;
        _reports.Remove(_boots - ReportsKept);
        request.Results.Push(ReportTables.Report(_boots, report));
    }

    private GuestFile Named(string what)
    {
        if (what.StartsWith(GuestPrefix, StringComparison.Ordinal))
        {
            return host.Guest(what) ?? throw new RequestException($"there is no {what}; efiemu guests lists them");
        }

        byte[] bytes = files.Read(what);
        if (ImageDescriber.Refusal(bytes) is { } fault)
        {
            throw new RequestException($"{what}: {fault}");
        }

        ImageDescription description = ImageDescriber.Describe(bytes);
        return new GuestFile(Path.GetFileName(what), bytes, description.Description, description.IsLinuxKernel);
    }

    // The options in the order in which the prelude gives them; nil leaves what was chosen before.
    private MachineSettings Chosen(ScriptRequest r, int first)
    {
        MachineSettings before = session.Machine;
        return before with
        {
            Platform = r.Has(first) ? r.Text(first) : before.Platform,
            MemoryBytes = r.Has(first + 1) ? MemoryBytes(r.Unsigned(first + 1)) : before.MemoryBytes,
            MemoryMap = r.Has(first + 2) ? new MemoryMapFile(r.Text(first + 2), files.Read(r.Text(first + 2)))
                : r.Has(first + 1) ? null : before.MemoryMap,
            Firmware = r.Has(first + 3) ? r.Text(first + 3) : before.Firmware,
            Acceptance = r.Has(first + 4) ? r.Text(first + 4) : before.Acceptance,
            Seed = r.Has(first + 5) ? r.Unsigned(first + 5) : before.Seed,
            LoadOptions = r.Has(first + 6) ? r.Text(first + 6) : before.LoadOptions,
            Initrd = r.Has(first + 7) ? r.Bytes(first + 7) : before.Initrd,
            Until = r.Has(first + 8) ? Until(r.Text(first + 8)) : before.Until,
            Budget = r.Has(first + 9) ? before.Budget with { Instructions = r.Unsigned(first + 9) } : before.Budget,
            Trace = r.Has(first + 10) ? r.Boolean(first + 10) : before.Trace,
        };
    }

    private static ulong MemoryBytes(ulong bytes) => bytes is > 0 and <= LargestMemory && bytes % GuestAddress.PageSize == 0
        ? bytes
        : throw new RequestException("memory: not a positive multiple of 4096 bytes of at most 4P");

    private void AddRule(ScriptRequest request, LabRule rule)
    {
        if (Lab.Rules == MostRules)
        {
            throw new RequestException($"more than {MostRules} things to watch and to disturb");
        }

        request.Results.Push(Lab.Add(rule, session.IsBooting));
    }

    private static ulong Elapsed(ulong nanoseconds) => nanoseconds <= MostElapsed
        ? nanoseconds
        : throw new RequestException($"at most {MostElapsed} nanoseconds elapse at a time");

    private static int Growth(long descriptors) => descriptors <= MostGrowth
        ? (int)descriptors
        : throw new RequestException($"the map grows by at most {MostGrowth} descriptors at a time");

    private static BootUntil Until(string name) => name switch
    {
        "exit-boot-services" => BootUntil.ExitBootServices,
        "hand-off" => BootUntil.HandOff,
        "guest-end" => BootUntil.GuestEnd,
        _ => throw new RequestException($"until: '{name}' is unknown; known: exit-boot-services, hand-off, guest-end"),
    };

    private void ReadFile(ScriptRequest request)
    {
        byte[] bytes = files.Read(request.Text(0));
        request.CheckRoom((ulong)bytes.Length);
        request.Results.Push(bytes.AsSpan());
    }

    private BootReport Report(ScriptRequest request) =>
        _reports.GetValueOrDefault(request.Integer(0)) ?? throw new RequestException(ReportGone);

    private IEnumerable<object> Events(ScriptRequest request)
    {
        BootReport report = Report(request);
        // What a table of one event takes, about.
        request.CheckRoom((ulong)report.Events.Count * 1024);
        return report.Events.Select(EventTables.Table);
    }

    private static string TextOf(BootReport report)
    {
        using var text = new StringWriter { NewLine = "\n" };
        TextReport.Write(report, text, ReportStyle.Plain, trace: false);
        return text.ToString();
    }
}
