using System.Buffers.Binary;
using System.Text;
using EfiEmu.Loaders.Tests.Support;
using Xunit;

namespace EfiEmu.Loaders.Tests;

public sealed class ImageDescriberTests
{
    /// <summary>A PE image that carries the setup header of a bzImage.</summary>
    private static byte[] Kernel(string version, ushort pointer = 0x300, byte sectors = 4)
    {
        byte[] file = new PeBuilder { SizeOfHeaders = 0x1000, PeOffset = 0x40, SizeOfImage = 0x3000, DirectoryCount = 6 }
            .WithSection(".text", 0x1000, 0x200, 0x1000, PeBuilder.Pattern(0x200, 1)).Build();
        file[0x1f1] = sectors;
        "HdrS"u8.CopyTo(file.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x20e), pointer);
        Encoding.Latin1.GetBytes(version).CopyTo(file.AsSpan(pointer is 0 or > 0xc00 ? 0x500 : pointer + 0x200));
        return file;
    }

    [Fact]
    public void Describe_LinuxKernel_NamesItsRelease()
    {
        ImageDescription description = ImageDescriber.Describe(Kernel("6.1.0-56-cloud-amd64 (debian@host) #1 SMP\0"));

        Assert.Equal(new ImageDescription("Linux 6.1.0-56-cloud-amd64, PE32+ x86-64", true, "6.1.0-56-cloud-amd64"), description);
    }

    [Theory]
    [InlineData("", (ushort)0x300, (byte)4)]
    [InlineData("6.1\0", (ushort)0, (byte)4)]
    [InlineData("6.1\0", (ushort)0xffff, (byte)255)]
    [InlineData("6.1\0", (ushort)0x300, (byte)1)]
    [InlineData("6.\u0001\0", (ushort)0x300, (byte)4)]
    public void Describe_KernelWithoutSoundVersion_SaysLinuxAlone(string version, ushort pointer, byte sectors)
    {
        ImageDescription description = ImageDescriber.Describe(Kernel(version, pointer, sectors));

        Assert.Equal(new ImageDescription("Linux, PE32+ x86-64", true, null), description);
    }

    [Fact]
    public void Describe_VersionWithoutEnd_IsNotUsed() =>
        Assert.Null(ImageDescriber.Describe(Kernel(new string('6', 400))).LinuxVersion);

    [Theory]
    [InlineData((ushort)10, "EFI application, PE32+ x86-64")]
    [InlineData((ushort)11, "EFI boot-service driver, PE32+ x86-64")]
    [InlineData((ushort)12, "EFI runtime driver, PE32+ x86-64")]
    public void Describe_PlainImage_NamesItsKind(ushort subsystem, string expected)
    {
        ImageDescription description = ImageDescriber.Describe(PeBuilder.Application().With(b => b.Subsystem = subsystem).Build());

        Assert.Equal(new ImageDescription(expected, false, null), description);
    }

    [Fact]
    public void Describe_NoImage_SaysSo() =>
        Assert.Equal(new ImageDescription("not a loadable PE image", false, null), ImageDescriber.Describe("hello"u8.ToArray()));

    [Fact]
    public void Refusal_SoundImage_IsNull() => Assert.Null(ImageDescriber.Refusal(PeBuilder.Application().Build()));

    [Theory]
    [InlineData("empty", "the file is empty")]
    [InlineData("text", "signature: no MZ or PE signature at offset 0")]
    [InlineData("short", "signature: no MZ or PE signature at offset 0")]
    [InlineData("stub", "DOS header: 0x0-0x40 ends beyond the file (0x20 bytes)")]
    [InlineData("header", "DOS header, e_lfanew: PE headers 0x40-0x148 end beyond the file (0x100 bytes)")]
    [InlineData("cut", "section .data: raw data 0x600-0x800 ends beyond the file (0x700 bytes)")]
    [InlineData("arm", "FileHeader.Machine: 0xaa64 (Arm64) is not for x86 firmware")]
    [InlineData("ia32", "FileHeader.Machine: 0x14c (32-bit x86) does not run on x86-64 firmware")]
    public void Refusal_FileThatCannotBoot_IsOneClearLine(string kind, string expected)
    {
        byte[] file = kind switch
        {
            "empty" => [],
            "text" => Encoding.ASCII.GetBytes(new string('x', 4000)),
            "short" => "hello"u8.ToArray(),
            "stub" => PeBuilder.Application().Build()[..0x20],
            "header" => PeBuilder.Application().Build()[..0x100],
            "cut" => PeBuilder.Application().Build()[..0x700],
            "arm" => PeBuilder.Application().With(b => b.Machine = 0xaa64).Build(),
            _ => PeBuilder.Application().With(b => { b.Machine = 0x14c; b.IsPe32Plus = false; }).Build(),
        };

        Assert.Equal(expected, ImageDescriber.Refusal(file));
    }

    [Fact]
    public void Describe_RandomSetupHeaders_NeverThrow()
    {
        var random = new Random(201);
        byte[] seed = Kernel("6.1.0\0");
        for (int i = 0; i < 2000; i++)
        {
            byte[] file = [.. seed];
            random.NextBytes(file.AsSpan(0x1f0, 0x60));
            "HdrS"u8.CopyTo(file.AsSpan(0x202));
            file = file[..random.Next(0x200, file.Length)];
            Assert.NotEmpty(ImageDescriber.Describe(file).Description);
        }
    }
}
