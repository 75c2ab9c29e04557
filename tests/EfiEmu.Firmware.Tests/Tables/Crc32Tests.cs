using System.Text;
using EfiEmu.Firmware.Tables;
using Xunit;

namespace EfiEmu.Firmware.Tests.Tables;

public sealed class Crc32Tests
{
    // A probe got the first two from OVMF's CalculateCrc32 as well.
    [Theory]
    [InlineData("123456789", 0xCBF43926)]
    [InlineData("a", 0xE8B7BE43)]
    [InlineData("", 0)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339)]
    public void Of_KnownText_IsItsPublishedValue(string text, uint expected) =>
        Assert.Equal(expected, Crc32.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Of_ZeroBytes_IsWhatOvmfComputes() => Assert.Equal(0x0D968558u, Crc32.Of(new byte[256]));

    [Fact]
    public void Continue_OverParts_GivesTheWhole()
    {
        byte[] bytes = new byte[4096];
        new Random(3).NextBytes(bytes);

        Assert.Equal(Crc32.Of(bytes), Crc32.Continue(Crc32.Of(bytes.AsSpan(0, 1000)), bytes.AsSpan(1000)));
    }

    [Fact]
    public void Of_RandomBytes_EqualsLongDivision()
    {
        var random = new Random(9);
        for (int round = 0; round < 200; round++)
        {
            byte[] bytes = new byte[random.Next(0, 100)];
            random.NextBytes(bytes);
            Assert.Equal(Divide(bytes), Crc32.Of(bytes));
        }
    }

    private static uint Divide(byte[] bytes)
    {
        uint remainder = uint.MaxValue;
        foreach (byte value in bytes)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bool subtract = ((remainder ^ (uint)(value >> bit)) & 1) != 0;
                remainder = (remainder >> 1) ^ (subtract ? 0xEDB88320 : 0);
            }
        }

        return ~remainder;
    }
}
