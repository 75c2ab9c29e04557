using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Reports.Comparison;
using EfiEmu.SampleReports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports.Comparison;

public sealed class BootComparisonTests
{
    private static readonly BootReport Accepted = SampleReport.AcceptedAtExit();
    private static readonly BootReport Lost = SampleReport.Lost();

    [Fact]
    public void Of_ABootAndItself_FindsNothing()
    {
        var comparison = BootComparison.Of(Accepted, Accepted);

        Assert.Null(comparison.FirstDifference);
        Assert.All(comparison.Settings, s => Assert.True(s.Same, s.Name));
        Assert.All(comparison.Story, r => Assert.True(r.Same && r.A == r.B, r.Actor));
        Assert.All(comparison.Ram.Concat(comparison.Measures), m => Assert.Equal(0, m.Difference));
        Assert.EndsWith("Nothing changes for its memory.", comparison.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_TwoPolicies_NamesThemAndWhatTheyMean()
    {
        var comparison = BootComparison.Of(Accepted, Lost);

        Assert.Equal(["acceptance"], comparison.Settings.Where(s => !s.Same).Select(s => s.Name));
        Assert.Equal(("negotiated", "lazy-without-negotiation"), (comparison.A.Label, comparison.B.Label));
        Assert.Equal(
            "After the guest fetches the map, with negotiated firmware signals BEFORE_EXIT_BOOT_SERVICES to 1 event; "
            + "with lazy-without-negotiation it does not. First of what concerns the memory: with negotiated firmware accepts 14 GiB; "
            + "with lazy-without-negotiation it does not.",
            comparison.FirstDifference);
        Assert.Equal(
            "With negotiated the guest has 14 GiB accepted for it inside ExitBootServices (3.520 s) and needs two attempts to leave; "
            + "with lazy-without-negotiation the guest loses 14 GiB of 16 GiB and leaves at the first attempt. "
            + "Firmware spends 3.520 s less on acceptance with lazy-without-negotiation.",
            comparison.Answer);
    }

    [Fact]
    public void Of_TwoPolicies_SubtractsTheAccounts()
    {
        var comparison = BootComparison.Of(Accepted, Lost);

        Assert.Equal(-(Int128)(14UL << 30), Amount(comparison.Ram, "acceptedAtExitBootServicesBytes").Difference);
        Assert.Equal((Int128)(14UL << 30), Amount(comparison.Ram, "lostToGuestBytes").Difference);
        Assert.Equal(0, Amount(comparison.Ram, "totalBytes").Difference);
        Assert.Equal((2UL, 1UL), (Amount(comparison.Measures, "exitBootServicesCalls").A, Amount(comparison.Measures, "exitBootServicesCalls").B));
        Assert.Equal(Accepted.VirtualNanoseconds, Amount(comparison.Measures, "virtualNanoseconds").A);
        Assert.Equal(3_832_000_000UL, Amount(comparison.Measures, "acceptanceNanoseconds").A);
    }

    [Fact]
    public void Of_TheSameTwoTurnedRound_MirrorsTheStory()
    {
        var there = BootComparison.Of(Accepted, Lost);
        var back = BootComparison.Of(Lost, Accepted);

        Assert.Equal(there.Story.Select(r => (r.Actor, r.Same, r.A, r.B)), back.Story.Select(r => (r.Actor, r.Same, r.B, r.A)));
        Assert.Equal(there.Ram.Select(r => r.Difference), back.Ram.Select(r => -r.Difference));
    }

    [Fact]
    public void Of_ImagesAtOtherAddressesOfOtherSizes_TellTheSameStory()
    {
        BootReport moved = Accepted with
        {
            Guest = Accepted.Guest with { Name = "vmlinuz-6.1.0-57-cloud-amd64", Bytes = 1 },
            Instructions = 5 * Accepted.Instructions,
            Events = [.. Accepted.Events.Select(Moved)],
        };

        var comparison = BootComparison.Of(Accepted, moved);

        Assert.Null(comparison.FirstDifference);
        Assert.Equal(("56", "57"), (comparison.A.Label, comparison.B.Label));
        Assert.StartsWith("Either guest has 14 GiB accepted for it", comparison.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AGuestThatAsksFirmware_NamesAllThatDiffersInItsRunOfCalls()
    {
        static ServiceCalled Call(string where, string name, EfiStatus status, params string[] arguments) =>
            new(new FunctionSignature(where, name), arguments, status.Value, true, default, 1);
        var start = new ImageStarted("a.efi", default);
        BootReport plain = Named("a.efi", [start, Call("bs", "Stall", EfiStatus.Success)]);
        BootReport asking = Named(
            "b.efi",
            [
                start with { Name = "b.efi" },
                Call("bs", "Stall", EfiStatus.Success),
                Call("bs", "LocateProtocol", EfiStatus.NotFound, "Protocol=Tcg2 607f766c-7455-42be-930b-e4d76db2720f"),
                Call("SevMemoryAcceptance", "AllowUnacceptedMemory", EfiStatus.Success),
            ]);

        Assert.Equal(
            "After firmware starts the guest, b calls LocateProtocol, SevMemoryAcceptance.AllowUnacceptedMemory and finds no Tcg2; a does not.",
            BootComparison.Of(plain, asking).FirstDifference);
    }

    [Fact]
    public void Of_AGuestThatFaults_SaysSo()
    {
        BootReport survivor = SampleReport.Faulted() with { Outcome = new(BootEnd.Returned, 0, "It returned.", EfiStatus.Success), Fault = null };

        var comparison = BootComparison.Of(survivor, SampleReport.Faulted() with { Firmware = "edk2-202211" });

        Assert.Equal("Under edk2-202502 the guest returns EFI_SUCCESS; under edk2-202211 the guest faults.", comparison.Answer);
        Assert.Equal("#PF write to 0x12345678000: no memory there", comparison.Story[^1].B?.Detail);
        Assert.EndsWith("the end is returned, EFI_SUCCESS; under edk2-202211 the end is fault.", comparison.FirstDifference, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vmlinuz-6.1.0-56-cloud-amd64", "vmlinuz-6.12.117+deb12-cloud-amd64", "6.1.0-56", "6.12.117+deb12")]
    [InlineData("guest:unenlightened-kernel", "guest:enlightened-kernel", "unenlightened", "enlightened")]
    [InlineData("grub.efi", "shim.efi", "grub", "shim")]
    [InlineData("vmlinuz", "vmlinuz-new", "vmlinuz", "vmlinuz-new")]
    [InlineData("a-b", "a-b-b", "b", "b-b")]
    [InlineData("kernel-", "kernel-b", "A", "B")]
    [InlineData("kernel", "kernel", "A", "B")]
    [InlineData("one\nforged", "other", "A", "B")]
    [InlineData("a-name-that-no-column-has-room-for", "b", "A", "B")]
    public void Of_TwoGuests_CallsThemByWhatDiffersInTheirNames(string a, string b, string labelA, string labelB)
    {
        var comparison = BootComparison.Of(Named(a, []), Named(b, []));

        Assert.Equal((labelA, labelB), (comparison.A.Label, comparison.B.Label));
    }

    [Fact]
    public void Of_TwoBuildsUnderOneName_TellsThemApartByTheirDigest()
    {
        BootReport other = Accepted with { Guest = Accepted.Guest with { Sha256 = new string('c', 64) } };

        var comparison = BootComparison.Of(Accepted, other);

        Assert.Equal(("A", "B"), (comparison.A.Label, comparison.B.Label));
        Assert.EndsWith(new string('c', 64), comparison.Settings[0].B, StringComparison.Ordinal);
        Assert.False(comparison.Settings[0].Same);
    }

    [Theory]
    [InlineData("plain", "sev-snp", "On plain the guest", "on sev-snp the guest")]
    public void Of_TwoPlatforms_SpeaksOfPlaces(string a, string b, string first, string second)
    {
        string answer = BootComparison.Of(Lost with { Platform = a, Ram = SampleReport.Plain().Ram }, Lost with { Platform = b }).Answer;

        Assert.StartsWith(first, answer, StringComparison.Ordinal);
        Assert.Contains($"; {second} loses", answer, StringComparison.Ordinal);
    }

    private static BootReport Named(string name, IReadOnlyList<BootEvent> events) =>
        SampleReport.Plain() with { Guest = new(name, "", "test", 1), Events = events };

    private static ComparedAmount Amount(IReadOnlyList<ComparedAmount> amounts, string key) => Assert.Single(amounts, a => a.Key == key);

    private static BootEvent Moved(BootEvent happened)
    {
        BootEvent later = happened with { At = new(happened.At.Nanoseconds + 77, 5 * happened.At.Instructions) };
        return later switch
        {
            ImageLoaded loaded => loaded with { Name = "vmlinuz-6.1.0-57-cloud-amd64", Base = new(0x1000), Bytes = 1 },
            ImageStarted started => started with { Name = "vmlinuz-6.1.0-57-cloud-amd64", EntryPoint = new(0x1000) },
            ConfigurationTableInstalled table => table with { Address = new(0x2000) },
            MemoryMapFetched fetched => fetched with { Descriptors = 7, MapKey = 9 },
            _ => later,
        };
    }
}
