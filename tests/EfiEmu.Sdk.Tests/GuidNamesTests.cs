using System.Reflection;
using Xunit;

namespace EfiEmu.Sdk.Tests;

public sealed class GuidNamesTests
{
    [Fact]
    public void NameOf_EveryKnownGuid_IsThere()
    {
        PropertyInfo[] known = typeof(KnownGuids).GetProperties(BindingFlags.Public | BindingFlags.Static);

        Assert.NotEmpty(known);
        Assert.All(known, property => Assert.NotNull(GuidNames.NameOf((Guid)property.GetValue(null)!)));
    }

    [Fact]
    public void NameOf_AnUnknownGuid_IsNull_AndItsTextIsItself()
    {
        var unknown = new Guid("0ABCDEF1-2222-3333-4444-555555555555");

        Assert.Null(GuidNames.NameOf(unknown));
        Assert.Equal("0abcdef1-2222-3333-4444-555555555555", GuidNames.Short(unknown));
        Assert.Equal("SevMemoryAcceptance", GuidNames.Short(new Guid("c5a010fe-38a7-4531-8a4a-0500d2fd1649")));
    }

    [Fact]
    public void SevMemoryAcceptance_HasTheBytesThatKernelsCarry() => Assert.Equal(
        Convert.FromHexString("fe10a0c5a73831458a4a0500d2fd1649"),
        KnownGuids.SevMemoryAcceptanceProtocol.ToByteArray());
}
