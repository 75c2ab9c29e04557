using System.Security.Cryptography;
using System.Text;
using EfiEmu.Firmware.Images;
using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Variables;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>The course of one boot: firmware comes up, loads the guest, starts it, and sees how it ends.</summary>
internal sealed class BootCourse(
    BootMachine boot,
    BootConfiguration configuration,
    Func<IFirmwareContext, IReadOnlyList<IFirmwarePlugin>> plugins,
    Func<IFirmwareContext, IServiceProvider>? services,
    IBootInstrument? instrument)
{
    // BDS gives a boot option five minutes.
    private const ulong WatchdogSeconds = 300;

    private readonly BootRequest _request = configuration.Request;
    // A kernel takes as long to digest as a small guest to boot, so both are done at once.
    private readonly Task<string> _digest = DigestOf(configuration.Request.Guest);
    private readonly List<StagedMemoryMap> _startMap = [];
    private ResourceUse _useBeforeGuest;
    private FaultReport? _fault;
    private GuestAddress _bootParameters;

    /// <summary>Runs the boot. What a guest does never escapes as an exception.</summary>
    public BootReport Run()
    {
        return Report(Conclude(StartGuest));
    }

    /// <summary>Runs the guest on from the call in front of which the machine stands, to the end of the boot or of the image that runs.</summary>
    /// <remarks>To be called again after the boot was put back to that call. Nothing that firmware does once the image returned happens.</remarks>
    public BootConclusion GoOn()
    {
        _fault = null;
        return Conclude(() =>
        {
            try
            {
                return new EfiStatus(boot.Processor.GoOn());
            }
            catch (ImageExitException exit)
            {
                // An image that was started since is caught by its own StartImage; this one leaves through a frame below.
                return exit.Status;
            }
        });
    }

    // The one place where the ends of a boot that travel as exceptions come together. The filters run while the guest's
    // registers are still what they were: unwinding puts those of the callers back.
    private BootConclusion Conclude(Func<EfiStatus> guest)
    {
        try
        {
            EfiStatus status = guest();
            bool gaveUp = boot.ExitObserver.Attempts.Count > 0 && boot.ExitObserver.Attempts.All(a => a.Status.IsError);
            string reason = status.IsError ? $"the guest failed with {status}" : $"the guest returned {status}";
            return new BootConclusion(gaveUp ? BootEnd.GaveUp : BootEnd.Returned, reason, status);
        }
        catch (BootStoppedException stop) when (stop.Status is null && stop.End is not (BootEnd.ExitBootServices or BootEnd.HandOff or BootEnd.WaitsForInput) && Seen(stop.Message, stop.Address))
        {
            return new BootConclusion(stop.End, stop.Message, null);
        }
        catch (BootStoppedException stop)
        {
            _bootParameters = stop.BootParameters;
            return new BootConclusion(stop.End, stop.Message, stop.Status);
        }
        catch (GuestMemoryFaultException fault) when (Seen(Summary(fault), fault.Address))
        {
            return new BootConclusion(BootEnd.Fault, Summary(fault), null);
        }
        catch (TouchedMemoryBudgetException budget) when (Seen(budget.Message, null))
        {
            return new BootConclusion(BootEnd.Budget, budget.Message, null);
        }
        catch (ImageExitException exit)
        {
            return new BootConclusion(BootEnd.Returned, $"the guest called Exit with {exit.Status} from outside every image", exit.Status);
        }
    }

    private bool Seen(string summary, GuestAddress? address)
    {
        _fault = FaultReporter.Describe(summary, address, boot.Machine, boot.Memory, boot.Images, boot.Recorder, boot.Processor.ManagedImage);
        return true;
    }

    private string Summary(GuestMemoryFaultException fault) =>
        $"{boot.Boundary.Toucher ?? boot.Processor.CurrentFunction} {(fault.IsWrite ? "writes to" : "reads")} {fault.Address}"
            + $"{(boot.Boundary.Toucher is null ? " for the guest" : "")}: {Machine.Describe(fault.Reason)}";

    private EfiStatus StartGuest()
    {
        EfiHandle parent = BringUp();
        byte[] path = DevicePath.Join(BootDevice.Path, DevicePath.OfFile(BootDevice.GuestPath));
        EfiResult<EfiHandle> loaded = _request.Guest.Image is { } image
            ? boot.Images.LoadParsed(image, parent, path, _request.Guest.Name)
            : boot.Images.LoadImage(bootPolicy: true, parent, path, _request.Guest.Bytes, _request.Guest.Name);
        if (!loaded.Succeeded)
        {
            throw new BootStoppedException(BootEnd.Returned, $"firmware cannot load the image: {LastRemark()} ({loaded.Status})")
            {
                Status = loaded.Status,
            };
        }

        PrepareAsBootOption(boot.Images.InformationOf(loaded.Value));
        _startMap.Add(new StagedMemoryMap("guest-start", boot.Memory.GetMemoryMap().Descriptors));
        EfiStatus status = boot.Images.StartImage(loaded.Value, out _);
        ReportLeaks();
        return status;
    }

    private EfiHandle BringUp()
    {
        IGuestMemory memory = boot.Machine.Memory;
        var core = new BootServicesCore(boot.Allocator, boot.Events, boot.Protocols, boot.ConfigurationTables, boot.Boundary);
        EfiHandle firmwareImage = InstallFirmwareImage(core);
        EfiHandle device = BootDevice.Install(core, memory);
        var context = new FirmwareContext(boot.Gates, boot.Boundary)
        {
            BootServices = core,
            DxeServices = boot.Dxe,
            Memory = memory,
            Acceptance = boot.Acceptance,
            Console = boot.Console,
            Entropy = boot.Machine.Entropy,
            Initrd = _request.Initrd,
            BootVolume = new Dictionary<string, ReadOnlyMemory<byte>>(_request.BootFiles, StringComparer.Ordinal)
            {
                [@"\efi\boot\bootx64.efi"] = _request.Guest.Bytes,
            },
            BootDevice = device,
        };
        boot.Processor.Services = services is null ? context : services(context);
        boot.ConfigurationTables.Install(KnownGuids.DxeServicesTable, boot.Tables.At.Dxe);
        FirmwareTables.Install(boot, core);
        OvmfVariables.Preset(boot.Runtime.Variables, new BootOption(0, BootDevice.LoadOption()));
        foreach (IFirmwarePlugin plugin in plugins(context))
        {
            boot.Boundary.Install(plugin, context);
        }

        IReadOnlyList<EfiHandle> outputs = HandlesWith(KnownGuids.SimpleTextOutputProtocol);
        boot.Tables.SetConsoles(
            Console(HandlesWith(KnownGuids.SimpleTextInputProtocol), 0, KnownGuids.SimpleTextInputProtocol),
            Console(outputs, 0, KnownGuids.SimpleTextOutputProtocol),
            Console(outputs, 1, KnownGuids.SimpleTextOutputProtocol));
        boot.Events.SignalGroup(KnownGuids.EndOfDxeGroup);
        boot.Events.SignalGroup(KnownGuids.ReadyToBootGroup);
        boot.Events.SignalGroup(KnownGuids.AfterReadyToBootGroup);
        boot.Recorder.Add(new FirmwareStarted(boot.Memory.MapKey));
        if (instrument is not null)
        {
            boot.Processor.Instrument = instrument;
            instrument.Attach(new BootBench(boot, this, core));
        }

        return firmwareImage;
    }

    // The DXE core's own image: the parent of what firmware loads, and the agent of HandleProtocol.
    private EfiHandle InstallFirmwareImage(BootServicesCore core)
    {
        IGuestMemory memory = boot.Machine.Memory;
        GuestAddress information = core.AllocatePool(MemoryType.BootServicesData, LoadedImageLayout.Bytes).Value;
        GuestAddress code = boot.Tables.At.Boot;
        LoadedImageLayout.Write(
            memory, information, EfiHandle.Null, EfiHandle.Null, boot.Tables.At.System, GuestAddress.Null,
            new MemoryRange(code.Value & ~(GuestAddress.PageSize - 1), GuestAddress.PageSize),
            MemoryType.BootServicesCode, MemoryType.BootServicesData);
        EfiHandle handle = core.InstallMultipleProtocolInterfaces(
            EfiHandle.Null, (KnownGuids.LoadedImageProtocol, information)).Value;
        boot.Images.AddFirmwareImage(handle);
        boot.Protocols.Database.Opens.CoreAgent = handle;
        return handle;
    }

    private IReadOnlyList<EfiHandle> HandlesWith(Guid protocol) => boot.Protocols.Database.Search.LocateHandle(
        Handles.HandleSearch.ByProtocol, protocol, GuestAddress.Null, ulong.MaxValue).Handles;

    // A machine without so many consoles shows the last that it has.
    private (EfiHandle Handle, GuestAddress Interface) Console(IReadOnlyList<EfiHandle> handles, int index, Guid protocol)
    {
        if (handles.Count == 0)
        {
            return default;
        }

        EfiHandle handle = handles[Math.Min(index, handles.Count - 1)];
        boot.Protocols.Open(
            new Handles.OpenRequest(handle, protocol, EfiHandle.Null, EfiHandle.Null, Handles.OpenAttributes.GetProtocol),
            out GuestAddress? console);
        return (handle, console ?? GuestAddress.Null);
    }

    // What BDS does to a boot option's image: load options from the option, and no parent.
    private void PrepareAsBootOption(GuestAddress information)
    {
        IGuestMemory memory = boot.Machine.Memory;
        memory.WriteUInt64(information + LoadedImageLayout.ParentHandle, 0);
        if (_request.LoadOptions is { Length: > 0 } options)
        {
            byte[] bytes = Encoding.Unicode.GetBytes(options + '\0');
            GuestAddress buffer = boot.Allocator.AllocatePool(MemoryType.BootServicesData, (ulong)bytes.Length).Value;
            memory.Write(buffer, bytes);
            memory.WriteUInt32(information + LoadedImageLayout.LoadOptionsSize, (uint)bytes.Length);
            memory.WritePointer(information + LoadedImageLayout.LoadOptions, buffer);
        }

        boot.Watchdog.Arm(WatchdogSeconds);
        _useBeforeGuest = ResourceUse.Of(boot.Pool, boot.Memory);
    }

    private void ReportLeaks()
    {
        // Whoever has left boot services owns the machine: there is nobody to leave anything behind for.
        if (boot.ExitObserver.Attempts.Any(a => a.Status == EfiStatus.Success))
        {
            return;
        }

        // The image's own pages and firmware's buffers for it are gone by now; what remains is the guest's.
        ResourceUse left = ResourceUse.Of(boot.Pool, boot.Memory);
        if (left.ExceedsAfterImage(_useBeforeGuest) is { } leak)
        {
            boot.Recorder.Add(new Remark($"the guest left behind {leak}"));
        }
    }

    private string LastRemark() =>
        boot.Recorder.Events.OfType<Remark>().LastOrDefault()?.Text ?? "no reason recorded";

    private static ulong CostBeforeGuest(IReadOnlyList<BootEvent> events) => events
        .OfType<MemoryAccepted>()
        .Where(e => e.Acceptor == MemoryAcceptor.FirmwareBeforeGuest)
        .Aggregate(0UL, (sum, e) => sum + e.CostNanoseconds);

    private ulong LowestUnaccepted() => boot.Memory.GetMemorySpaceMap()
        .Where(space => space.Type == GcdMemoryType.Unaccepted)
        .Select(space => space.BaseAddress.Value)
        .FirstOrDefault();

    // What the machine was given: the legacy hole below 1 MiB hides a little of it, and that is firmware's.
    private ulong MemoryBytes => _request.MemoryMap is null ? _request.MemoryBytes : boot.Machine.Layout.RamBytes;

    /// <summary>The report of the boot as it stands.</summary>
    public BootReport Report(BootConclusion conclusion)
    {
        (BootEnd end, string reason, EfiStatus? status) = conclusion;
        boot.Acceptance.RecordNew();
        IReadOnlyList<BootEvent> events = boot.Recorder.Events;
        IReadOnlyList<ServiceCount> services = boot.Recorder.Services;
        IReadOnlyList<ExitBootServicesAttempt> attempts = boot.ExitObserver.Attempts;
        GuestKnowledge knowledge = GuestKnowledge.From(events, services);
        IReadOnlyList<MemoryDescriptor> finalMap = boot.Memory.GetMemoryMap().Descriptors;
        KernelMemory? kernel = end == BootEnd.HandOff && BootParametersReader.Read(boot.Machine.Memory, _bootParameters) is { } entries
            ? KernelMemoryComparison.Of(entries, finalMap)
            : null;
        RamAccount ram = RamAccountant.Sum(
            MemoryBytes,
            boot.Machine.Acceptance.UnacceptedBytes,
            events,
            knowledge,
            attempts.Any(a => a.Status == EfiStatus.Success),
            kernel);
        GuestAddress table = boot.ConfigurationTables.Find(KnownGuids.LinuxUnacceptedMemoryTable);
        return new BootReport
        {
            Platform = configuration.Platform.Name,
            Processor = configuration.Processor.IsDefault ? null : configuration.Processor.Name,
            MemoryBytes = MemoryBytes,
            Firmware = configuration.Profile.Name,
            Acceptance = configuration.Policy.Name,
            Guest = Summary(),
            Outcome = new BootOutcome(
                end, ExitCode(end, status), Verdict.Of(new VerdictEvidence
                {
                    End = end,
                    Reason = reason,
                    Status = status,
                    Attempts = attempts,
                    Ram = ram,
                    Knowledge = knowledge,
                    Kernel = kernel,
                    LowestUnaccepted = LowestUnaccepted(),
                    AcceptanceBeforeGuest = CostBeforeGuest(events),
                    CallsAfterFailedExit = CallsAfterFailedExit.Names(events),
                }), status),
            ExitBootServices = attempts,
            MemoryMaps =
            [
                .. _startMap,
                .. boot.ExitObserver.Maps,
                new StagedMemoryMap("final", finalMap),
            ],
            Ram = ram,
            KernelMemory = kernel,
            UnacceptedTable = table.IsNull ? null : UnacceptedTableReader.Read(boot.Machine.Memory, table),
            Services = services,
            ProtocolsNotFound = ProtocolsAskedFor.NotFound(events, protocol => HandlesWith(protocol).Count > 0),
            Events = events,
            Console = boot.Console.Text + boot.Machine.DrainSerialText(),
            Fault = _fault,
            Instructions = boot.Machine.InstructionsRetired,
            PageFaults = boot.Machine.PageFaultsDelivered,
            GuestBytesTouched = boot.Machine.BytesTouched,
            VirtualNanoseconds = boot.Machine.Clock.Nanoseconds,
        };
    }

    // The task refers to the bytes alone: a thread that ran it may keep it for long, and must not keep a plugin from being unloaded.
    private static Task<string> DigestOf(GuestFile guest)
    {
        ReadOnlyMemory<byte> bytes = guest.Bytes;
        return guest.Image is null
            ? Task.Run(() => Convert.ToHexStringLower(SHA256.HashData(bytes.Span)))
            : Task.FromResult("");
    }

    private GuestSummary Summary() => new(
        _request.Guest.Name,
        _digest.Result,
        _request.Guest.Description,
        (ulong)_request.Guest.Bytes.Length);

    private static int ExitCode(BootEnd end, EfiStatus? status) => end switch
    {
        BootEnd.ExitBootServices or BootEnd.HandOff or BootEnd.WaitsForInput => 0,
        BootEnd.Returned => status is { IsError: true } ? 1 : 0,
        BootEnd.NotModelled => 3,
        BootEnd.Budget => 4,
        _ => 1,
    };
}

/// <summary>How a boot ended.</summary>
/// <param name="End">The kind of end.</param>
/// <param name="Reason">Why, as a clause.</param>
/// <param name="Status">What the guest returned, or null.</param>
internal readonly record struct BootConclusion(BootEnd End, string Reason, EfiStatus? Status);
