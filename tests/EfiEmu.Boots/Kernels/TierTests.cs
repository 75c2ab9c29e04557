using System.Security.Cryptography;
using EfiEmu.Boots.Guests;
using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Platforms;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Kernels;

/// <summary>However guest code is executed, nothing changes: the report to the byte, the instruction counts in it, and what is left in memory.</summary>
public sealed class TierTests
{
    private const string Interpreter = "interpreter";

    public static TheoryData<string, string> BuiltIn
    {
        get
        {
            var boots = new TheoryData<string, string>();
            foreach (GuestDefinition guest in BuiltInGuests.All)
            {
                foreach (string platform in PlatformCatalogue.Names)
                {
                    boots.Add(guest.Name, platform);
                }
            }

            return boots;
        }
    }

    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void BuiltInGuest_InEveryTier_GivesOneReport(string guest, string platform)
    {
        string expected = Emulator.Json(GuestBoots.Boot(guest, platform, request => request with { Tier = Interpreter, Trace = true }));

        foreach (string tier in ExecutionTiers.Names)
        {
            Assert.Equal(expected, Emulator.Json(GuestBoots.Boot(guest, platform, request => request with { Tier = tier, Trace = true })));
        }
    }

    [RealImageTheory("linux-6.1-cloud", "linux-6.12-cloud", "efitools-helloworld", "shim", "refind", "systemd-boot")]
    [InlineData("efitools-helloworld", "plain", "translator")]
    [InlineData("efitools-helloworld", "plain", "eager-translator")]
    [InlineData("shim", "plain", "eager-translator")]
    [InlineData("systemd-boot", "sev-snp", "eager-translator")]
    [InlineData("refind", "plain", "translator")]
    [InlineData("linux-6.1-cloud", "sev-snp", "translator")]
    [InlineData("linux-6.1-cloud", "tdx", "eager-translator")]
    [InlineData("linux-6.12-cloud", "sev-snp", "translator")]
    [InlineData("linux-6.12-cloud", "plain", "eager-translator")]
    public void RealBinary_InEveryTier_GivesOneReportAndLeavesOneMemory(string image, string platform, string tier)
    {
        (string expected, string memory) = Boot(image, platform, Interpreter);
        (string actual, string left) = Boot(image, platform, tier);

        Assert.Equal(expected, actual);
        Assert.Equal(memory, left);
    }

    private static (string Report, string Memory) Boot(string image, string platform, string tier)
    {
        string path = RealImages.Path(image);
        var digest = new MemoryDigest();
        GuestFile guest = Emulator.Guest(Path.GetFileName(path), File.ReadAllBytes(path));
        BootReport report = Emulator.Boot(
            new BootRequest
            {
                Guest = guest,
                Platform = platform,
                MemoryBytes = Emulator.GiB,
                Firmware = FirmwareProfiles.Default,
                Tier = tier,
                Trace = true,
                Until = guest.IsKernel ? BootUntil.HandOff : null,
            },
            [],
            digest);
        return (Emulator.Json(report), digest.Text);
    }

    /// <summary>Digests what may be read of the guest's memory at the last call of ExitBootServices or Exit, where a guest calls one.</summary>
    private sealed class MemoryDigest : IBootInstrument
    {
        private IBootBench? _bench;

        public string Text { get; private set; } = string.Empty;

        public void Attach(IBootBench bench) => _bench = bench;

        public ulong? Calling(FunctionSignature function, IGuestCall call)
        {
            if (function.Name is not ("ExitBootServices" or "Exit"))
            {
                return null;
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] page = new byte[0x1000];
            for (ulong address = 0; address < Emulator.GiB; address += (ulong)page.Length)
            {
                try
                {
                    _bench!.Memory.Read(new GuestAddress(address), page);
                    hash.AppendData(page);
                }
                catch (GuestMemoryFaultException)
                {
                    // Unaccepted, or a hole: the same in every tier, or the digests differ.
                    hash.AppendData([0xFF]);
                }
            }

            Text = $"{_bench!.Instructions} {Convert.ToHexString(hash.GetHashAndReset())}";
            return null;
        }

        public void Called(FunctionSignature function, ulong result)
        {
        }

        public void Happened(BootEvent happened)
        {
        }
    }
}
