using Xunit;
using Xunit.Sdk;

namespace EfiEmu.Boots.Support;

public sealed class RealImagesTests
{
    [Fact]
    public void Path_OfAnImageThatCannotBeHad_FailsAndSaysWhy()
    {
        XunitException failure = Assert.ThrowsAny<XunitException>(() => RealImages.Path("no-such-image"));

        Assert.Contains("tools/images get no-such-image gives no image: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReasonToSkip_ForAnImageThatCannotBeHad_IsGivenOutsideCiAlone()
    {
        string? reason = RealImages.ReasonToSkip("no-such-image");

        Assert.Equal(Environment.GetEnvironmentVariable("CI") == "true", reason is null);
    }
}
