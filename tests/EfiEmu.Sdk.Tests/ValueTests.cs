using Xunit;

namespace EfiEmu.Sdk.Tests;

/// <summary>The values that guests and firmware exchange, against the numbers and names of the specification.</summary>
public sealed class ValueTests
{
    [Theory]
    [InlineData(0x0000000000000000UL, "EFI_SUCCESS")]
    [InlineData(0x8000000000000002UL, "EFI_INVALID_PARAMETER")]
    [InlineData(0x8000000000000005UL, "EFI_BUFFER_TOO_SMALL")]
    [InlineData(0x800000000000000eUL, "EFI_NOT_FOUND")]
    [InlineData(0x8000000000000023UL, "EFI_HTTP_ERROR")]
    [InlineData(0x0000000000000005UL, "EFI_WARN_STALE_DATA")]
    [InlineData(0x800000000000001dUL, "0x800000000000001d")]
    [InlineData(0xa000000000000002UL, "0xa000000000000002")]
    [InlineData(0x0000000000001234UL, "0x1234")]
    public void EfiStatus_PrintsTheSpecificationsName(ulong value, string name) =>
        Assert.Equal(name, new EfiStatus(value).ToString());

    [Theory]
    [InlineData(0x8000000000000000UL, true, false)]
    [InlineData(0x0000000000000000UL, false, false)]
    [InlineData(0x0000000000000001UL, false, true)]
    public void EfiStatus_TopBit_MakesAnError(ulong value, bool error, bool warning) =>
        Assert.Equal((error, warning), (new EfiStatus(value).IsError, new EfiStatus(value).IsWarning));

    [Theory]
    [InlineData(0u, "ReservedMemoryType")]
    [InlineData(7u, "ConventionalMemory")]
    [InlineData(15u, "UnacceptedMemory")]
    [InlineData(0x80000000u, "0x80000000")]
    public void MemoryType_PrintsTheSpecificationsName(uint value, string name) =>
        Assert.Equal(name, new MemoryType(value).ToString());

    [Fact]
    public void GuestAddress_WrapsAsTheProcessorDoes() =>
        Assert.Equal(new GuestAddress(1), new GuestAddress(ulong.MaxValue) + 2);

    [Theory]
    [InlineData(0x0fffUL, false)]
    [InlineData(0x1000UL, true)]
    [InlineData(0x1fffUL, true)]
    [InlineData(0x2000UL, false)]
    public void MemoryRange_HoldsItsFirstByteAndNotItsEnd(ulong address, bool inside) =>
        Assert.Equal(inside, new MemoryRange(0x1000, 0x1000).Contains(address));

    [Fact]
    public void MemoryDescriptor_EndsAtItsLastByte() => Assert.Equal(
        new GuestAddress(0x4fff),
        new MemoryDescriptor(MemoryType.LoaderData, new GuestAddress(0x3000), 2, MemoryAttributes.SystemRam).PhysicalEnd);
}
