using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.SampleReports;

/// <summary>Reports written by hand, so that views can be judged without a boot.</summary>
internal static class SampleReport
{
    private const ulong FourGiB = 0x1_0000_0000;
    private const MemoryAttributes RuntimeRam = MemoryAttributes.SystemRam | MemoryAttributes.Runtime;

    private static readonly Guid BeforeExitBootServices = new("8be0e274-3970-4b44-80c5-1ab9502f3bfc");
    private static readonly Guid ExitBootServices = new("27abf055-b1b8-4c26-8048-748f37baa2df");
    private static readonly Guid RandomSeed = new("1ce1e5bc-7ceb-42f2-81e5-8aadf180f57b");
    private static readonly Guid BootMemmap = new("800f683f-d08b-423a-a293-965c3c6fe2b4");

    /// <summary>A 6.1 kernel on SEV-SNP: firmware accepts for it inside ExitBootServices, the second attempt succeeds.</summary>
    public static BootReport AcceptedAtExit()
    {
        MemoryDescriptor[] start = Map(Unaccepted());
        MemoryDescriptor[] exit = Map(GuestRam(), HighRam());
        ExitBootServicesAttempt first = new(
            1, 0x1f3, 0x1f8, EfiStatus.InvalidParameter, "firmware accepted 14 GiB at 0x100000000 since the guest fetched the map");
        ExitBootServicesAttempt second = new(2, 0x1f8, 0x1f8, EfiStatus.Success, "nothing changed the map since the guest fetched it");
        return Plain() with
        {
            Platform = "sev-snp",
            MemoryBytes = 16UL << 30,
            Acceptance = "negotiated",
            Outcome = new(
                BootEnd.ExitBootServices,
                0,
                "This guest knows nothing of unaccepted memory and survives: firmware accepted 14 GiB for it inside "
                + "ExitBootServices, and it fetched the map again as it must."),
            ExitBootServices = [first, second],
            MemoryMaps =
            [
                new("guest-start", start),
                new("exit-boot-services-1", exit),
                new("exit-boot-services-2", exit),
                new("final", exit),
            ],
            Ram = new(16UL << 30, 2UL << 30, 14UL << 30, 0, 0, 0),
            Events = [.. StubEvents(), .. ExitEvents(first, second)],
            Instructions = 99_104_710,
            GuestBytesTouched = 51UL << 20,
            VirtualNanoseconds = 3_982_114_710,
        };
    }

    /// <summary>The same kernel where nobody accepts: what it cannot find is lost.</summary>
    public static BootReport Lost()
    {
        ExitBootServicesAttempt only = new(1, 0x1f3, 0x1f3, EfiStatus.Success, "nothing changed the map since the guest fetched it");
        return AcceptedAtExit() with
        {
            Acceptance = "lazy-without-negotiation",
            Outcome = new(BootEnd.ExitBootServices, 0, "This kernel loses 14 GiB of 16 GiB: it does not know unaccepted memory."),
            ExitBootServices = [only],
            MemoryMaps = [new("guest-start", Map(Unaccepted())), new("final", Map(GuestRam(), Unaccepted()))],
            Ram = new(16UL << 30, 2UL << 30, 0, 0, 14UL << 30, 14UL << 30),
            UnacceptedTable = new(1, 0x200000, FourGiB, 896, 7168),
            Events = [.. StubEvents(), Fetched(0x1f3, 97, 105), new ExitBootServicesCalled(only) { At = At(461_000_000, 99_104_000) }],
        };
    }

    /// <summary>A guest that wrote where nothing is.</summary>
    public static BootReport Faulted() => Plain() with
    {
        ProtocolsNotFound = [new("ce345171-ba0b-11d2-8e4f-00a0c969723b"), new("12345678-0000-0000-0000-000000000001")],
        Guest = new("wild.efi", new string('a', 64), "UEFI application, PE32+ x86-64", 4096),
        Outcome = new(BootEnd.Fault, 1, "The guest wrote to 0x12345678000, where this machine has no memory."),
        MemoryMaps = [new("guest-start", Map()), new("final", Map())],
        Events =
        [
            new FirmwareStarted(0x1e8) { At = At(1_000, 0) },
            new ImageLoaded("wild.efi", new(0x7e000000), 0x3000, new(0x7e001000)) { At = At(1_000, 0) },
            new ImageStarted("wild.efi", new(0x7e001000)) { At = At(1_000, 0) },
            Called("bs", "AllocatePool", EfiStatus.Success, 2_000, 812, "PoolType=LoaderData", "Size=0x40", "Buffer=0x7e5f0a18"),
            Called("bs", "FreePool", EfiStatus.InvalidParameter, 2_100, 860, "Buffer=0x0"),
        ],
        Console = "about to fall\r\n",
        Fault = new(
            "#PF write to 0x12345678000: no memory there",
            0x7e001234,
            [0x48, 0x89, 0x08],
            "mov [rax],rcx",
            0x12345678000,
            "above the highest address of this machine, 0x280000000; never in the memory map",
            ["bs.AllocatePool(PoolType=LoaderData, Size=0x40) -> EFI_SUCCESS", "bs.FreePool(Buffer=0x0) -> EFI_INVALID_PARAMETER"],
            [("rax", 0x12345678000), ("rcx", 1), ("rdx", 0x7f5ee018), ("rbx", 0), ("rsp", 0x7fe80f58), ("rip", 0x7e001234)]),
        Instructions = 1_021,
        VirtualNanoseconds = 2_450,
    };

    /// <summary>A kernel on a plain machine, at its start: the base of the others.</summary>
    public static BootReport Plain() => new()
    {
        Platform = "plain",
        MemoryBytes = 8UL << 30,
        Firmware = "edk2-202502",
        Acceptance = "accept-all",
        Guest = new(
            "vmlinuz-6.1.0-56-cloud-amd64",
            "3b1f0c6a9d8e47b2a5f1c0d3e6b7a8940f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "Linux 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org), PE32+ x86-64",
            14184960),
        Outcome = new(BootEnd.ExitBootServices, 0, "Nothing stood in the way."),
        ExitBootServices = [],
        MemoryMaps = [new("guest-start", Map()), new("final", Map())],
        Ram = new(8UL << 30, 8UL << 30, 0, 0, 0, 0),
        Services = [new("bs", "HandleProtocol", 1), new("bs", "LocateProtocol", 5), new("Rng", "GetRNG", 2)],
        Events = [],
        Console = string.Empty,
        Instructions = 0,
        VirtualNanoseconds = 0,
    };

    private static BootTime At(ulong nanoseconds, ulong instructions) => new(nanoseconds, instructions);

    private static IEnumerable<BootEvent> StubEvents() =>
    [
        new MemoryAccepted(MemoryAcceptor.FirmwareBeforeGuest, new(0, 2UL << 30), 312_000_000) { At = At(312_000_000, 0) },
        new FirmwareStarted(0x1e8) { At = At(412_000_000, 0) },
        new ImageLoaded("vmlinuz-6.1.0-56-cloud-amd64", new(0x7a4f1000), 14467072, new(0x7b26e8b7)) { At = At(412_000_000, 0) },
        new ImageStarted("vmlinuz-6.1.0-56-cloud-amd64", new(0x7b26e8b7)) { At = At(412_000_000, 0) },
        Called("bs", "HandleProtocol", EfiStatus.Success, 412_000_900, 911, "Handle=0x7e9a1018", "LoadedImage 5b1b31a1-9562-11d2-8e3f-00a0c969723b"),
        Called("bs", "AllocatePages", EfiStatus.Success, 412_001_400, 1_402, "MaxAddress", "LoaderData", "Pages=1", "Memory=0x7a4f0000"),
        Called("bs", "LocateProtocol", EfiStatus.NotFound, 412_002_000, 2_017, "Protocol=MemoryAttribute f4560cf6-40ec-4b4a-a192-bf1d57d0b189"),
        Called("bs", "LocateProtocol", EfiStatus.Success, 412_002_400, 2_422, "Protocol=Rng 3152bca5-eade-433d-862e-c01cdc291f44"),
        Called("Rng", "GetRNG", EfiStatus.Success, 412_002_500, 2_430, "This=0x7e9a4018", "Algorithm=NULL", "Length=8"),
        new MemoryMapFetched(0x1e9, 0, 0, 48, EfiStatus.BufferTooSmall) { At = At(412_003_000, 2_600) },
        Called("bs", "GetMemoryMap", EfiStatus.BufferTooSmall, 412_003_000, 2_600, "MemoryMapSize=0x1320"),
        Called("bs", "AllocatePages", EfiStatus.Success, 412_009_000, 8_911, "Address", "LoaderCode", "Pages=0x3400", "Memory=0x28000000"),
        Called("bs", "LocateDevicePath", EfiStatus.NotFound, 460_700_000, 98_712_044, "Protocol=LoadFile2 4006c0c1-fcb3-403e-996d-4a6c8724e06d"),
        Called("rt", "GetVariable", EfiStatus.NotFound, 460_710_000, 98_712_600, "SecureBoot", "GLOBAL_VARIABLE 8be4df61-93ca-11d2-aa0d-00e098032b8c"),
        Called("bs", "LocateProtocol", EfiStatus.NotFound, 460_711_000, 98_713_600, "Protocol=Tcg2 607f766c-7455-42be-930b-e4d76db2720f"),
        new MemoryMapChanged(0x1f1, "AllocatePool AcpiReclaim: a new page") { At = At(460_720_000, 98_720_600) },
        new ConfigurationTableInstalled(RandomSeed, new(0x7f76d018)) { At = At(460_730_000, 98_720_700) },
        Called("bs", "InstallConfigurationTable", EfiStatus.Success, 460_730_000, 98_720_700, "LINUX_EFI_RANDOM_SEED_TABLE", "Table=0x7f76d018"),
        Called("bs", "FreePool", EfiStatus.InvalidParameter, 460_740_000, 98_730_700, "Buffer=0x0"),
        new ConfigurationTableInstalled(BootMemmap, new(0x7f76e018)) { At = At(460_750_000, 98_790_700) },
        Called("bs", "InstallConfigurationTable", EfiStatus.Success, 460_750_000, 98_790_700, "LINUX_EFI_BOOT_MEMMAP", "Table=0x7f76e018"),
    ];

    private static IEnumerable<BootEvent> ExitEvents(ExitBootServicesAttempt first, ExitBootServicesAttempt second) =>
    [
        Fetched(0x1f3, 97, 105),
        Called("bs", "GetMemoryMap", EfiStatus.Success, 460_800_000, 98_812_044, "MemoryMapSize=0x1230"),
        new EventGroupSignalled(BeforeExitBootServices, 1) { At = At(460_900_000, 98_813_000) },
        new MemoryAccepted(MemoryAcceptor.FirmwareAtExitBootServices, new(FourGiB, 14UL << 30), 3_520_000_000) { At = At(3_980_900_000, 98_813_000) },
        new ExitBootServicesCalled(first) { At = At(3_980_900_000, 98_813_000) },
        Called("bs", "ExitBootServices", EfiStatus.InvalidParameter, 3_980_900_000, 98_813_000, "MapKey=0x1f3"),
        new MemoryMapFetched(0x1f8, 97, 105 * 48, 48, EfiStatus.Success) { At = At(3_981_000_000, 99_100_000) },
        Called("bs", "GetMemoryMap", EfiStatus.Success, 3_981_000_000, 99_100_000, "MemoryMapSize=0x1230"),
        new EventGroupSignalled(ExitBootServices, 4) { At = At(3_982_000_000, 99_104_710) },
        new ExitBootServicesCalled(second) { At = At(3_982_000_000, 99_104_710) },
        Called("bs", "ExitBootServices", EfiStatus.Success, 3_982_000_000, 99_104_710, "MapKey=0x1f8"),
    ];

    private static MemoryMapFetched Fetched(ulong key, int descriptors, ulong room) =>
        new(key, descriptors, room * 48, 48, EfiStatus.Success) { At = At(460_800_000, 98_812_044) };

    private static ServiceCalled Called(
        string where, string name, EfiStatus status, ulong nanoseconds, ulong instructions, params string[] arguments) =>
        new(new FunctionSignature(where, name), arguments, status.Value, true, new(0x7b26e9c4), 1) { At = At(nanoseconds, instructions) };

    private static MemoryDescriptor[] Map(params MemoryDescriptor[][] parts)
    {
        MemoryDescriptor[] low = parts.Length > 0 && parts[0].Length > 1
            ? parts[0]
            : [Ram(MemoryType.Conventional, 0x1500000, 0x7bb74fff)];
        IEnumerable<MemoryDescriptor> high = parts.Where(p => p.Length == 1).SelectMany(p => p);
        return
        [
            Ram(MemoryType.BootServicesCode, 0, 0xfff),
            Ram(MemoryType.Conventional, 0x1000, 0x9ffff),
            Ram(MemoryType.Conventional, 0x100000, 0x805fff),
            Ram(MemoryType.AcpiNvs, 0x806000, 0x8fffff),
            Ram(MemoryType.BootServicesData, 0x900000, 0x14fffff),
            .. low,
            Ram(MemoryType.BootServicesData, 0x7bb75000, 0x7bb94fff),
            new(MemoryType.RuntimeServicesData, new(0x7bb95000), 0x1002, RuntimeRam),
            Ram(MemoryType.AcpiReclaim, 0x7cb97000, 0x7fffffff),
            .. high.Where(d => d.Type == MemoryType.Conventional),
            new(MemoryType.Reserved, new(0xb0000000), 0x10000, MemoryAttributes.Uncached),
            new(MemoryType.MemoryMappedIo, new(0xffc00000), 0x400, MemoryAttributes.Uncached | MemoryAttributes.Runtime),
            .. high.Where(d => d.Type == MemoryType.Unaccepted),
        ];
    }

    private static MemoryDescriptor[] GuestRam() =>
    [
        Ram(MemoryType.Conventional, 0x1500000, 0x27ffffff),
        Ram(MemoryType.LoaderCode, 0x28000000, 0x2b3fffff),
        Ram(MemoryType.Conventional, 0x2b400000, 0x7a4effff),
        Ram(MemoryType.LoaderData, 0x7a4f0000, 0x7a4f0fff),
        Ram(MemoryType.LoaderCode, 0x7a4f1000, 0x7b2bcfff),
        Ram(MemoryType.Conventional, 0x7b2bd000, 0x7bb74fff),
    ];

    private static MemoryDescriptor[] HighRam() => [Ram(MemoryType.Conventional, FourGiB, FourGiB + (14UL << 30) - 1)];

    private static MemoryDescriptor[] Unaccepted() => [Ram(MemoryType.Unaccepted, FourGiB, FourGiB + (14UL << 30) - 1)];

    private static MemoryDescriptor Ram(MemoryType type, ulong first, ulong last) =>
        new(type, new(first), (last - first + 1) / GuestAddress.PageSize, MemoryAttributes.SystemRam);
}
