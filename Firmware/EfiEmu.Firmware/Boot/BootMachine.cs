using EfiEmu.Firmware.Abi;
using EfiEmu.Firmware.Events;
using EfiEmu.Firmware.Gates;
using EfiEmu.Firmware.Handles;
using EfiEmu.Firmware.Memory;
using EfiEmu.Firmware.Services;
using EfiEmu.Firmware.Tables;
using EfiEmu.Firmware.Variables;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>One machine with one firmware on it: every part of a boot, put together in the order in which they need each other.</summary>
internal sealed class BootMachine
{
    private const ulong StackPages = 32;
    private const string FirmwareVendor = "EDK II";

    public BootMachine(
        BootRecorder recorder,
        Machine machine,
        BootConfiguration configuration,
        IImageLoader loader,
        CancellationToken cancellation)
    {
        Recorder = recorder;
        Machine = machine;
        IGuestMemory memory = machine.Memory;
        Acceptance = new AcceptanceServices(configuration.Policy, machine, recorder);
        AcceptBeforeGuest(configuration.Policy);

        Memory = new MemoryDatabase(machine.Layout, configuration.Profile.MemoryRules);
        HasLaunchPages = PlaceLaunchPages(isCaptured: configuration.Request.MemoryMap is not null);
        Pool = new PoolAllocator(Memory, memory);
        Arena = new FirmwareArena(machine.Layout, AllocateForFirmware);
        Gates = new GateTable(machine, type => Arena.Take(type, GateTable.AreaPages));
        Boundary = new PluginBoundary(recorder);
        Processor = new GuestProcessor(machine, Gates, Boundary, recorder, configuration.Request.Budget.Instructions, cancellation);

        var eventDatabase = new EventDatabase();
        var changes = new MapChanges(Memory, eventDatabase, recorder);
        Console = new CapturedConsole(configuration.Request.Budget.ConsoleCharacters);
        Watchdog = new Watchdog(machine.Clock);
        Events = new EventServices(eventDatabase, Pool, changes, Processor, machine, Watchdog, Console, recorder);
        Processor.Interrupts = Events;
        Console.KeyMissed = Events.KeyMissed;
        Allocator = new MemoryServices(Memory, Pool, changes, Events);
        Protocols = new ProtocolServices(new HandleDatabase(), new HandleRecordPool(Pool), changes, Events, memory);
        Events.Unregister = Protocols.UnregisterNotify;
        Protocols.Drivers = new DriverServices(Protocols, Allocator, Processor, memory);

        Tables = new SystemTables(memory, Gates, PlaceTables());
        ConfigurationTables = new ConfigurationTableServices(
            new ConfigurationTables(), Pool, changes, Tables, memory, Events, recorder);
        Images = new ImageServices(loader, Protocols, Allocator, Events, Processor, memory, recorder, Tables.At.System);
        ExitObserver = new ExitObserver(Memory, recorder, configuration.Until == BootUntil.ExitBootServices);
        var exit = new BootServicesExit(configuration.Profile, Memory, changes, Events, Tables, ExitObserver);
        Dxe = new DxeServices(Memory, Allocator, changes, Events, memory);
        var variables = new VariableStore(VariableLimits.Ovmf4M);
        Runtime = new RuntimeServices(exit, variables);
        exit.Exited = () =>
        {
            variables.EnterRuntime();
            if (configuration.Until == BootUntil.HandOff)
            {
                Processor.HandOff = new HandOffWatch(machine, () => Images.Code);
                Processor.HandOff.Start();
            }
        };
        BuildTables(exit, memory, new MonotonicCounter(OvmfVariables.FirstMonotonicHigh));
        Machine[GuestRegister.Rsp] = Arena.Take(MemoryType.BootServicesData, StackPages).Value + (StackPages * GuestAddress.PageSize);
    }

    public BootRecorder Recorder { get; }

    public Machine Machine { get; }

    public AcceptanceServices Acceptance { get; }

    public MemoryDatabase Memory { get; }

    /// <summary>Whether the pages of the platform's launch are where the guest is told that they are.</summary>
    public bool HasLaunchPages { get; }

    public PoolAllocator Pool { get; }

    public FirmwareArena Arena { get; }

    public GateTable Gates { get; }

    public PluginBoundary Boundary { get; }

    public GuestProcessor Processor { get; }

    public EventServices Events { get; }

    public MemoryServices Allocator { get; }

    public ProtocolServices Protocols { get; }

    public SystemTables Tables { get; }

    public ConfigurationTableServices ConfigurationTables { get; }

    public ImageServices Images { get; }

    public ExitObserver ExitObserver { get; }

    public DxeServices Dxe { get; }

    public RuntimeServices Runtime { get; }

    public CapturedConsole Console { get; }

    public Watchdog Watchdog { get; }

    // What firmware calls system memory it accepts before it touches any of it; the rest stays for the policy.
    private void AcceptBeforeGuest(AcceptancePolicy policy)
    {
        if (!Machine.Platform.RequiresAcceptance)
        {
            return;
        }

        foreach (MemorySpace space in Machine.Layout.Spaces)
        {
            if (space.Type == GcdMemoryType.SystemMemory || (space.Type == GcdMemoryType.Unaccepted && !policy.LeavesUnaccepted))
            {
                Acceptance.Accept(new GuestAddress(space.Range.Start), space.Range.Length, MemoryAcceptor.FirmwareBeforeGuest);
            }
        }
    }

    // A captured map knows nothing of the launch: firmware reserves its pages there, where they are free.
    private bool PlaceLaunchPages(bool isCaptured)
    {
        MemoryRange range = Machine.Platform.LaunchRange;
        if (range.Length == 0)
        {
            return false;
        }

        bool placed = !isCaptured || Memory.AllocatePages(
            (uint)AllocateType.Address, MemoryType.Reserved, range.Length / GuestAddress.PageSize, new GuestAddress(range.Start)).Succeeded;
        if (placed)
        {
            Machine.WriteLaunchPages();
        }

        return placed;
    }

    private GuestAddress AllocateForFirmware(MemoryType type, ulong pages)
    {
        EfiResult<GuestAddress> result = Memory.AllocatePages((uint)AllocateType.AnyPages, type, pages, GuestAddress.Null);
        return result.Succeeded
            ? result.Value
            : throw new BootRequestException("memory", $"firmware finds no {pages} free pages for its own {type}");
    }

    private TableAddresses PlaceTables()
    {
        GuestAddress runtimeData = Arena.Take(MemoryType.RuntimeServicesData, 1);
        GuestAddress bootCode = Arena.Take(MemoryType.BootServicesCode, 1);
        return new TableAddresses(
            System: runtimeData + 0x18,
            Runtime: runtimeData + 0x218,
            Boot: bootCode + 0x100,
            Dxe: bootCode + 0x400,
            Vendor: runtimeData + 0x418);
    }

    private void BuildTables(BootServicesExit exit, IGuestMemory memory, MonotonicCounter counter)
    {
        var miscellaneous = new MiscellaneousServices(Machine, Processor, Events, counter);
        IEnumerable<ServiceRow> boot =
        [
            .. new EventAbi(Events, memory).Rows,
            .. new MemoryAbi(Allocator, memory, Recorder).Rows,
            .. new ProtocolAbi(Protocols, Protocols.Drivers!, Allocator, Events, memory).Rows,
            .. new LocateAbi(Protocols, Allocator, memory).Rows,
            .. new ImageAbi(Images, memory).Rows,
            .. new MiscellaneousAbi(exit, miscellaneous, ConfigurationTables, Watchdog, memory).Rows,
        ];
        IEnumerable<ServiceRow> runtime =
        [
            .. new RuntimeAbi(Runtime, new TimeServices(Machine), counter, memory).Rows,
            .. new VariableAbi(Runtime.Variables, memory).Rows,
        ];
        Tables.Build(boot, runtime, new DxeAbi(Dxe, memory).Rows, FirmwareVendor);
    }
}
