using System.Buffers.Binary;
using Xunit;

namespace EfiEmu.Cli.Tests;

/// <summary>Files that are no x86-64 UEFI image, given to the real emulator.</summary>
public sealed class RefusedImageTests : IDisposable
{
    private const int PeOffset = 0x40;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Boot_TextFile_GivesOneLine() => AssertRefused("this is not a program\n"u8.ToArray());

    [Fact]
    public void Boot_OneByte_GivesOneLine() => AssertRefused([0x4d]);

    [Fact]
    public void Boot_DosHeaderAlone_GivesOneLine() => AssertRefused(Header(0x8664, 0x20b)[..PeOffset]);

    [Fact]
    public void Boot_TruncatedHeaders_GivesOneLine() => AssertRefused(Header(0x8664, 0x20b)[..(PeOffset + 30)]);

    [Fact]
    public void Boot_32BitImage_GivesOneLine() => AssertRefused(Header(0x14c, 0x10b));

    [Fact]
    public void Boot_ArmImage_GivesOneLine() => AssertRefused(Header(0xaa64, 0x20b));

    [Fact]
    public void Boot_RandomBytes_NeverEndInAnInternalError()
    {
        var random = new Random(3);
        for (int round = 0; round < 200; round++)
        {
            byte[] bytes = Header(0x8664, 0x20b);
            random.NextBytes(bytes.AsSpan(PeOffset + 24));
            AssertRefused(bytes);
        }
    }

    private void AssertRefused(byte[] bytes)
    {
        string path = _folder.Put("image.efi", bytes);

        CommandRun run = CommandRun.Of(new Composition(), "boot", path);

        string line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches($"^efiemu: {path}: [^:]+: .", line);
        Assert.Equal((2, string.Empty), (run.ExitCode, run.Output));
    }

    private static byte[] Header(ushort machine, ushort magic)
    {
        byte[] bytes = new byte[0x200];
        "MZ"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x3c), PeOffset);
        "PE\0\0"u8.CopyTo(bytes.AsSpan(PeOffset));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(PeOffset + 4), machine);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(PeOffset + 20), 240);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(PeOffset + 24), magic);
        return bytes;
    }
}
