using System.Reflection;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Tables;

public sealed class GuidNamesTests
{
    [Fact]
    public void NameOf_EveryKnownGuid_IsItsName()
    {
        PropertyInfo[] known = typeof(KnownGuids).GetProperties(BindingFlags.Public | BindingFlags.Static);

        Assert.All(known, property => Assert.Equal(property.Name, GuidNames.NameOf((Guid)property.GetValue(null)!)));
        Assert.Equal(known.Length, GuidNames.All.Count);
    }

    [Fact]
    public void NameOf_AnUnknownGuid_IsNull_AndItsTextIsItself()
    {
        var unknown = new Guid("0ABCDEF1-2222-3333-4444-555555555555");

        Assert.Null(GuidNames.NameOf(unknown));
        Assert.Equal("0abcdef1-2222-3333-4444-555555555555", GuidNames.NameOrText(unknown));
        Assert.Equal("SevMemoryAcceptanceProtocol", GuidNames.NameOrText(new Guid("c5a010fe-38a7-4531-8a4a-0500d2fd1649")));
    }

    [Fact]
    public void SevMemoryAcceptance_HasTheBytesThatKernelsCarry() => Assert.Equal(
        Convert.FromHexString("fe10a0c5a73831458a4a0500d2fd1649"),
        KnownGuids.SevMemoryAcceptanceProtocol.ToByteArray());
}
