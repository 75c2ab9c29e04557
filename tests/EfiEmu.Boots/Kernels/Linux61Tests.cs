using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Kernels;

/// <summary>Linux 6.1, which knows nothing of unaccepted memory.</summary>
[Collection(KernelTests.Name)]
public sealed class Linux61Tests(KernelBoots boots)
{
    private const string Image = "linux-6.1-cloud";
    private const ulong GiB = Emulator.GiB;

    // What the EFI stub does from its entry to ExitBootServices on a machine with an RNG, but without TPM, initrd, display and PCI.
    private static readonly string[] StubCalls =
    [
        "HandleProtocol LoadedImage",
        // boot_params, then the command line; no load options, so nothing is measured here.
        "AllocatePages LoaderData",
        "AllocatePool LoaderData",
        "LocateProtocol MemoryAttribute: EFI_NOT_FOUND",
        // A copy of the command line, to parse it.
        "AllocatePool LoaderData",
        "FreePool",
        // A place at random for the decompressed kernel.
        "LocateProtocol Rng",
        "GetRNG",
        "GetMemoryMap: EFI_BUFFER_TOO_SMALL",
        "AllocatePool LoaderData",
        "GetMemoryMap",
        "AllocatePages LoaderCode",
        "FreePool",
        // Here it decompresses; then it looks whether the kernel's memory may be executed.
        "GetMemorySpaceDescriptor",
        "LocateDevicePath LoadFile2: EFI_NOT_FOUND",
        "GetVariable \"SecureBoot\"",
        "GetVariable \"SetupMode\"",
        "GetVariable \"MemoryOverwriteRequestControl\": EFI_NOT_FOUND",
        // The random seed for the kernel.
        "LocateProtocol Rng",
        "AllocatePool ACPIReclaimMemory",
        "GetRNG RNG_ALGORITHM_RAW",
        "InstallConfigurationTable LINUX_EFI_RANDOM_SEED_TABLE",
        "LocateProtocol Tcg2: EFI_NOT_FOUND",
        "LocateHandle GraphicsOutput: EFI_NOT_FOUND",
        "LocateHandle UgaDraw: EFI_NOT_FOUND",
        "LocateHandle PciIo: EFI_NOT_FOUND",
        "FreePool: EFI_INVALID_PARAMETER",
        // How many e820 entries there will be: more than boot_params has room for.
        "GetMemoryMap: EFI_BUFFER_TOO_SMALL",
        "AllocatePool LoaderData",
        // And out.
        "GetMemoryMap: EFI_BUFFER_TOO_SMALL",
        "AllocatePool ACPIReclaimMemory",
        "InstallConfigurationTable LINUX_EFI_BOOT_MEMMAP",
        "GetMemoryMap",
        "ExitBootServices",
    ];

    [RealImageFact(Image)]
    public void Boot_OnPlain_LeavesBootServicesAtTheFirstAttempt()
    {
        BootReport report = boots.Of(Image, KernelBoot.Plain(8));

        Assert.Equal((BootEnd.ExitBootServices, 0), (report.Outcome.End, report.Outcome.ExitCode));
        ExitBootServicesAttempt attempt = Assert.Single(report.ExitBootServices);
        Assert.Equal((1, EfiStatus.Success, attempt.CurrentMapKey), (attempt.Attempt, attempt.Status, attempt.MapKey));
        Assert.Equal(new RamAccount(8 * GiB, 8 * GiB, 0, 0, 0, 0), report.Ram);
        Assert.StartsWith("Linux 6.1.", report.Guest.Description, StringComparison.Ordinal);
        Assert.Null(report.Fault);
        Assert.Empty(report.Console);
    }

    [RealImageFact(Image)]
    public void Boot_OnPlain_CallsTheServicesInTheStubsOrder() =>
        Assert.Equal(StubCalls, boots.Of(Image, KernelBoot.Plain(8)).CallOrder());

    [RealImageFact(Image)]
    public void Boot_OnPlain_DecompressesInsideTheStub()
    {
        BootReport report = boots.Of(Image, KernelBoot.Plain(8));

        Assert.InRange(report.Instructions, 80_000_000UL, 120_000_000UL);
        // Virtual time is one nanosecond for an instruction, and a plain machine accepts nothing.
        Assert.Equal(report.Instructions, report.VirtualNanoseconds);
    }

    [RealImageTheory(Image)]
    [InlineData("edk2-202302")]
    [InlineData("edk2-202502")]
    public void Boot_OnSevSnpThatNegotiates_NeverAllowsUnacceptedMemory(string firmware)
    {
        BootReport report = boots.Of(Image, KernelBoot.SevSnp(firmware));

        Assert.Equal("negotiated", report.Acceptance);
        Assert.Equal(0UL, report.Calls("AllowUnacceptedMemory"));
        Assert.DoesNotContain(report.CallsOf("LocateProtocol"), call => call.Arguments[0].StartsWith("SevMemoryAcceptance", StringComparison.Ordinal));
    }

    [RealImageTheory(Image)]
    [InlineData("edk2-202302")]
    [InlineData("edk2-202502")]
    public void Boot_OnSevSnpThatNegotiates_HasAllAcceptedInsideAttempt1AndLeavesAtAttempt2(string firmware)
    {
        BootReport report = boots.Of(Image, KernelBoot.SevSnp(firmware));

        Assert.Equal([EfiStatus.InvalidParameter, EfiStatus.Success], report.Statuses());
        MemoryAccepted accepted = Assert.Single(report.AcceptedBy(MemoryAcceptor.FirmwareAtExitBootServices));
        Assert.Equal(new MemoryRange(4 * GiB, 14 * GiB), accepted.Range);
        Assert.True(IndexOf<MemoryAccepted>(report, e => e == accepted) < IndexOf<ExitBootServicesCalled>(report, e => e.Attempt.Attempt == 1));
        ExitBootServicesAttempt first = report.ExitBootServices[0];
        Assert.True(first.CurrentMapKey > first.MapKey);
        Assert.Contains("BEFORE_EXIT_BOOT_SERVICES: firmware accepted 14 GiB at 0x100000000", first.Cause, StringComparison.Ordinal);
        Assert.Equal(new RamAccount(16 * GiB, 2 * GiB, 14 * GiB, 0, 0, 0), report.Ram);
        Assert.Equal([new MemoryRange(4 * GiB, 14 * GiB)], report.Map("guest-start").Unaccepted());
        Assert.Empty(report.Map("exit-boot-services-1").Unaccepted());
        Assert.Empty(report.FinalMap().Unaccepted());
        Assert.Contains(
            new MemoryDescriptor(MemoryType.Conventional, new GuestAddress(4 * GiB), 14 * GiB / 4096, MemoryAttributes.SystemRam),
            report.FinalMap());
        Assert.Contains("at attempt 2", report.Outcome.Verdict, StringComparison.Ordinal);
        Assert.Contains("14 GiB", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [RealImageTheory(Image)]
    [InlineData("edk2-202302")]
    [InlineData("edk2-202502")]
    public void Boot_OnSevSnpThatNegotiates_FetchesTheMapAgainIntoTheSameBuffer(string firmware)
    {
        IReadOnlyList<ServiceCalled> fetches = boots.Of(Image, KernelBoot.SevSnp(firmware)).CallsOf("GetMemoryMap");

        ServiceCalled before = fetches[^2];
        ServiceCalled again = fetches[^1];
        Assert.Equal((0UL, 0UL), (before.Result, again.Result));
        Assert.Equal(before.Arguments, again.Arguments);
        Assert.NotEqual(before.Caller, again.Caller);
    }

    [RealImageTheory(Image)]
    [InlineData("edk2-202302", new[] { 1, 0 })]
    [InlineData("edk2-202502", new[] { 1 })]
    [InlineData("edk2-202211", new int[0])]
    public void Boot_OnSevSnp_SignalsTheEventGroupAsOftenAsThatEraDid(string firmware, int[] members)
    {
        BootReport report = boots.Of(Image, KernelBoot.SevSnp(firmware));

        // Where it is signalled again, the handler has closed its event.
        Assert.Equal(members, report.Signals(KnownGuids.BeforeExitBootServicesGroup).Select(signal => signal.Members));
        Assert.Single(report.Signals(KnownGuids.ExitBootServicesGroup));
    }

    [RealImageFact(Image)]
    public void Boot_OnSevSnpOf202211_FindsAllRamAccepted()
    {
        BootReport report = boots.Of(Image, KernelBoot.SevSnp("edk2-202211"));

        Assert.Equal("accept-all", report.Acceptance);
        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Equal(new RamAccount(16 * GiB, 16 * GiB, 0, 0, 0, 0), report.Ram);
        Assert.All(report.MemoryMaps, map => Assert.Empty(map.Descriptors.Unaccepted()));
        Assert.Empty(report.AcceptedBy(MemoryAcceptor.FirmwareAtExitBootServices));
        Assert.Contains("Firmware accepted all 16 GiB before this guest", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [RealImageFact(Image)]
    public void Boot_OnSevSnpOf202211_PaysForItInVirtualTimeBeforeTheGuestStarts()
    {
        ulong era202211 = StartTime(boots.Of(Image, KernelBoot.SevSnp("edk2-202211")));
        ulong era202502 = StartTime(boots.Of(Image, KernelBoot.SevSnp()));
        ulong cost = boots.Of(Image, KernelBoot.SevSnp())
            .AcceptedBy(MemoryAcceptor.FirmwareAtExitBootServices)[0].CostNanoseconds;

        Assert.Equal(cost, era202211 - era202502);
        // 7,168 pages of 2 MiB.
        Assert.Equal(7168UL * 500_000, cost);
    }

    [RealImageFact(Image)]
    public void Boot_OnSevSnpWithoutNegotiation_LosesWhatNobodyAccepts()
    {
        BootReport report = boots.Of(Image, KernelBoot.SevSnp(acceptance: "lazy-without-negotiation"));

        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Equal(new RamAccount(16 * GiB, 2 * GiB, 0, 0, 14 * GiB, 14 * GiB), report.Ram);
        Assert.Equal([new MemoryRange(4 * GiB, 14 * GiB)], report.FinalMap().Unaccepted());
        Assert.Contains("will not see the memory above 4 GiB", report.Outcome.Verdict, StringComparison.Ordinal);
        Assert.Contains("loses 14 GiB of its 16 GiB", report.Outcome.Verdict, StringComparison.Ordinal);
        Assert.Equal([0], report.Signals(KnownGuids.BeforeExitBootServicesGroup).Select(signal => signal.Members));
        Assert.Null(report.UnacceptedTable);
    }

    [RealImageFact(Image)]
    public void Boot_OnTdx_WillNotSeeTheMemoryAboveFourGiB()
    {
        BootReport report = boots.Of(Image, KernelBoot.Tdx);

        Assert.Equal("lazy", report.Acceptance);
        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Equal(new RamAccount(16 * GiB, 2 * GiB, 0, 0, 14 * GiB, 14 * GiB), report.Ram);
        Assert.Equal([new MemoryRange(4 * GiB, 14 * GiB)], report.FinalMap().Unaccepted());
        Assert.Contains("will not see the memory above 4 GiB", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    private static ulong StartTime(BootReport report) => report.Events.OfType<ImageStarted>().Single().At.Nanoseconds;

    private static int IndexOf<T>(BootReport report, Func<T, bool> isIt)
        where T : BootEvent =>
        report.Events.Select((happened, index) => (happened, index)).First(e => e.happened is T t && isIt(t)).index;
}
