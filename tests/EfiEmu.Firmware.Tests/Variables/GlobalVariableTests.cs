using EfiEmu.Firmware.Variables;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Variables;

public sealed class GlobalVariableTests
{
    private const VariableAttributes Runtime = VariableAttributes.VolatileRuntime;
    private const VariableAttributes Stored = VariableAttributes.NonVolatileRuntime;
    private static readonly byte[] EndPath = [0x7F, 0xFF, 4, 0];
    private static readonly byte[] LoadOption = [1, 0, 0, 0, 4, 0, (byte)'x', 0, 0, 0, .. EndPath, 0xAA];

    private readonly VariableStore _store = new(VariableLimits.Ovmf4M);

    [Theory]
    [InlineData("SecureBoot")]
    [InlineData("SetupMode")]
    [InlineData("SignatureSupport")]
    [InlineData("VendorKeys")]
    [InlineData("dbDefault")]
    public void Set_OfWhatOnlyFirmwareSets_IsWriteProtected(string name)
    {
        Assert.Equal(EfiStatus.WriteProtected, Set(name, Runtime, [1]));
        Assert.Equal(EfiStatus.WriteProtected, Set(name, VariableAttributes.None, []));
    }

    [Theory]
    [InlineData("Nonsense")]
    [InlineData("Boot000G")]
    [InlineData("Boot00000")]
    [InlineData("bootorder")]
    public void Set_OfANameThatTheSpecificationDoesNotDefine_IsInvalid(string name)
    {
        Assert.Equal(EfiStatus.InvalidParameter, Set(name, Stored, LoadOption));
        Assert.Equal(EfiStatus.NotFound, Set(name, Stored, []));
    }

    [Fact]
    public void Set_InTheSecurityDatabase_NeedsAKnownNameAndASignature()
    {
        Assert.Equal(EfiStatus.InvalidParameter, _store.Set(new("db", KnownGuids.ImageSecurityDatabase), Stored, [1]).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _store.Set(new("dbz", KnownGuids.ImageSecurityDatabase), Stored, [1]).Status);
    }

    [Fact]
    public void Set_WithOtherAttributesThanTheSpecificationSays_IsInvalid()
    {
        Assert.Equal(EfiStatus.InvalidParameter, Set("BootNext", Runtime, [1, 0]));
        Assert.Equal(EfiStatus.InvalidParameter, Set("BootCurrent", Stored, [1, 0]));
        Assert.Equal(EfiStatus.Success, Set("BootNext", Stored, [1, 0]));
    }

    [Fact]
    public void Set_OfAWrongSize_IsInvalid()
    {
        Assert.Equal(EfiStatus.InvalidParameter, Set("BootNext", Stored, [1]));
        Assert.Equal(EfiStatus.InvalidParameter, Set("Timeout", Stored, [1, 0, 0]));
        Assert.Equal(EfiStatus.InvalidParameter, Set("BootOrder", Stored, [1, 0, 2]));
        Assert.Equal(EfiStatus.Success, Set("BootOrder", Stored, [1, 0, 2, 0]));
        Assert.Equal(EfiStatus.InvalidParameter, Set("OsIndications", Stored, [1]));
        Assert.Equal(EfiStatus.InvalidParameter, Set("Key0000", Stored, new byte[11]));
        Assert.Equal(EfiStatus.Success, Set("Key0000", Stored, new byte[14]));
    }

    [Fact]
    public void Set_OfLanguages_NeedsATerminator()
    {
        Assert.Equal(EfiStatus.InvalidParameter, Set("PlatformLang", Stored, "en"u8.ToArray()));
        Assert.Equal(EfiStatus.Success, Set("PlatformLang", Stored, "en\0"u8.ToArray()));
    }

    [Fact]
    public void Set_OfConsoles_NeedsADevicePath()
    {
        Assert.Equal(EfiStatus.InvalidParameter, Set("ConOut", Stored, [1, 1, 4, 0]));
        Assert.Equal(EfiStatus.Success, Set("ConOut", Stored, [1, 1, 5, 0, 9, .. EndPath]));
    }

    [Fact]
    public void Set_OfABootOption_NeedsDescriptionAndPath()
    {
        Assert.Equal(EfiStatus.Success, Set("Boot00aF", Stored, LoadOption));
        Assert.Equal(EfiStatus.InvalidParameter, Set("Boot0001", Stored, LoadOption[..^3]));
        Assert.Equal(EfiStatus.InvalidParameter, Set("Boot0001", Stored, [1, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(EfiStatus.InvalidParameter, Set("Boot0001", Stored, [1, 0, 0, 0, 4, 0, 1, 1, 1, 1, 1]));
    }

    [Fact]
    public void Set_OfRandomBytes_GivesADocumentedStatus()
    {
        EfiStatus[] documented =
        [
            EfiStatus.Success, EfiStatus.InvalidParameter, EfiStatus.Unsupported, EfiStatus.SecurityViolation,
            EfiStatus.NotFound, EfiStatus.OutOfResources,
        ];
        var random = new Random(11);
        string[] names = ["Boot0000", "Key0001", "ConIn", "Lang", "BootOrder", "PK", "Other"];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] data = new byte[random.Next(0, 80)];
            random.NextBytes(data);
            for (int index = 0; index < data.Length; index++)
            {
                data[index] = random.Next(3) == 0 ? (byte)random.Next(0, 8) : data[index];
            }

            var attributes = (VariableAttributes)(random.Next(2) == 0 ? 7 : random.Next(0, 0x100));
            Assert.Contains(Set(names[random.Next(names.Length)], attributes, data), documented);
        }
    }

    [Fact]
    public void Preset_GivesAFreshOvmf()
    {
        OvmfVariables.Preset(_store, new BootOption(0, LoadOption));

        Assert.Equal([0], Data("SecureBoot"));
        Assert.Equal([1], Data("SetupMode"));
        Assert.Equal("en\0"u8.ToArray(), Data("PlatformLang"));
        Assert.Equal([0, 0], Data("BootCurrent"));
        Assert.Equal(73, Data("ConOut").Length);
        Assert.Equal(64, Data("SignatureSupport").Length);
        Assert.Equal(LoadOption, Data("Boot0000"));
        Assert.All(_store.All, variable => Assert.True(variable.Attributes.HasFlag(VariableAttributes.RuntimeAccess)));
        Assert.Equal(EfiStatus.NotFound, _store.Get(new("MemoryOverwriteRequestControl", KnownGuids.MemoryOverwriteRequestVariable), 0, false).Status);
    }

    [Fact]
    public void Preset_SatisfiesTheRulesThatGuestsAreHeldTo()
    {
        OvmfVariables.Preset(_store, new BootOption(0xAB, LoadOption));

        Assert.All(_store.All, variable => Assert.Contains(
            GlobalVariableRules.Check(variable.Name, variable.Attributes, variable.Data.Span),
            (EfiStatus[])[EfiStatus.Success, EfiStatus.WriteProtected]));
        Assert.Contains(_store.All, variable => variable.Name.Name == "Boot00AB");
    }

    private EfiStatus Set(string name, VariableAttributes attributes, byte[] data) =>
        _store.Set(VariableName.Global(name), attributes, data).Status;

    private byte[] Data(string name) => _store.Get(VariableName.Global(name), 1024, hasBuffer: true).Found!.Data.ToArray();
}
