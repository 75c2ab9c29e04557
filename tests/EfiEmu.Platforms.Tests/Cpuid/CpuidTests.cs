using System.Buffers.Binary;
using System.Text;
using EfiEmu.Cpu;

namespace EfiEmu.Platforms.Tests.Cpuid;

public sealed class CpuidTests
{
    public static TheoryData<string> Platforms => [.. PlatformCatalogue.Names];

    [Theory]
    [InlineData("plain", "AuthenticAMD")]
    [InlineData("sev-snp", "AuthenticAMD")]
    [InlineData("tdx", "GenuineIntel")]
    public void Leaf0_OfAPlatform_SpellsItsVendor(string platform, string vendor)
    {
        CpuidResult leaf = Ask(platform, 0);

        Assert.Equal(vendor, Text(leaf.Ebx, leaf.Edx, leaf.Ecx));
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public void Leaf1_OnEveryPlatform_HasWhatTheProcessorExecutesAndNotMore(string platform)
    {
        CpuidResult leaf = Ask(platform, 1);

        // TSC, MSR, CX8, CMOV, FXSR, SSE, SSE2.
        Assert.All([4, 5, 8, 15, 24, 25, 26], bit => Assert.True((leaf.Edx >> bit & 1) == 1, $"EDX bit {bit}"));

        // SSE3, SSSE3, CX16, SSE4.1, SSE4.2, MOVBE, POPCNT, RDRAND.
        Assert.All([0, 9, 13, 19, 20, 22, 23, 30], bit => Assert.True((leaf.Ecx >> bit & 1) == 1, $"ECX bit {bit}"));

        // PCLMULQDQ, MONITOR, FMA, AES, XSAVE, OSXSAVE, AVX, F16C.
        Assert.All([1, 3, 12, 25, 26, 27, 28, 29], bit => Assert.True((leaf.Ecx >> bit & 1) == 0, $"ECX bit {bit}"));
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public void Leaf7_OnEveryPlatform_HasBmiAndNeitherAvxNorFiveLevelPaging(string platform)
    {
        CpuidResult leaf = Ask(platform, 7);

        Assert.All([3, 8], bit => Assert.True((leaf.Ebx >> bit & 1) == 1, $"EBX bit {bit}"));
        Assert.All([5, 16], bit => Assert.True((leaf.Ebx >> bit & 1) == 0, $"EBX bit {bit}"));
        Assert.Equal(0u, leaf.Ecx & (1u << 16));
        Assert.Equal(default, Ask(platform, 7, 1));
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public void ExtendedLeaves_OnEveryPlatform_HaveLongModeNxLzcntAndTheAddressWidths(string platform)
    {
        CpuidResult leaf = Ask(platform, 0x80000001);

        Assert.All([20, 29], bit => Assert.True((leaf.Edx >> bit & 1) == 1, $"EDX bit {bit}"));
        Assert.Equal(1u, leaf.Ecx >> 5 & 1);
        Assert.Equal(0x3034u, Ask(platform, 0x80000008).Eax & 0xffff);
        Assert.Equal(1u, Ask(platform, 0x80000007).Edx >> 8 & 1);
    }

    [Fact]
    public void Leaf8000001f_OnSevSnp_HasSevEsSnpAndEncryptionBit51WithoutSvsm()
    {
        CpuidResult leaf = Ask("sev-snp", 0x8000001f);

        Assert.Equal(0x1au, leaf.Eax);
        Assert.Equal(51u, leaf.Ebx & 0x3f);
        Assert.True(Ask("sev-snp", 0x80000000).Eax >= 0x8000001f);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("tdx")]
    public void Leaf8000001f_Elsewhere_HasNothing(string platform) => Assert.Equal(default, Ask(platform, 0x8000001f));

    [Fact]
    public void Leaf21_OnTdx_SpellsIntelTdx()
    {
        CpuidResult leaf = Ask("tdx", 0x21);

        Assert.Equal("IntelTDX    ", Text(leaf.Ebx, leaf.Edx, leaf.Ecx));
        Assert.True(Ask("tdx", 0).Eax >= 0x21);
        Assert.Equal(default, Ask("plain", 0x21));
    }

    [Fact]
    public void Brand_OfEveryPlatform_FitsItsLeaves()
    {
        foreach (string platform in PlatformCatalogue.Names)
        {
            string brand = string.Concat(new uint[] { 0x80000002, 0x80000003, 0x80000004 }
                .Select(leaf => Ask(platform, leaf))
                .Select(part => Text(part.Eax, part.Ebx, part.Ecx, part.Edx)));
            Assert.StartsWith("EfiEmu virtual processor", brand, StringComparison.Ordinal);
            Assert.EndsWith("\0", brand, StringComparison.Ordinal);
        }
    }

    private static CpuidResult Ask(string platform, uint leaf, uint subleaf = 0) => TestLayouts.Platform(platform)
        .PowerOn(new FakeHost(TestLayouts.TwoBlocks, AcceptanceCosts.None)).Cpuid(leaf, subleaf);

    private static string Text(params uint[] registers)
    {
        byte[] bytes = new byte[registers.Length * 4];
        for (int i = 0; i < registers.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), registers[i]);
        }

        return Encoding.ASCII.GetString(bytes);
    }
}
