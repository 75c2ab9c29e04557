using System.Text;
using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests.Media;

public sealed class SimpleFileSystemTests
{
    private const ulong ReadMode = 1;
    private const ulong NotFound = 0x8000_0000_0000_000e;
    private const ulong Invalid = 0x8000_0000_0000_0002;

    private static readonly Guid FileInfo = new("09576e92-6d3f-11d2-8e39-00a0c969723b");
    private static readonly Guid FileSystemInfo = new("09576e93-6d3f-11d2-8e39-00a0c969723b");
    private static readonly Guid VolumeLabel = new("db47d7d3-fe81-11d3-9a35-0090273fc14d");
    private static readonly byte[] Kernel = [.. Enumerable.Range(0, 10000).Select(i => (byte)(i * 3))];

    private readonly FakeFirmware _firmware = new();
    private readonly GuestAddress _root;

    public SimpleFileSystemTests()
    {
        _firmware.BootVolume = new Dictionary<string, ReadOnlyMemory<byte>>
        {
            ["\\efi\\boot\\bootx64.efi"] = Kernel,
            ["\\efi\\boot\\grub.cfg"] = Encoding.ASCII.GetBytes("set timeout=0\n"),
            ["\\a long name.configuration"] = Encoding.ASCII.GetBytes("x"),
            ["\\initrd.img"] = ReadOnlyMemory<byte>.Empty,
        };
        _firmware.Start(new SimpleFileSystemProtocol());
        GuestAddress handle = _firmware.Allocate(8);
        Assert.Equal(EfiStatus.Success, _firmware.Call(FileSystem, 8, FileSystem.Value, handle.Value));
        _root = _firmware.Ram.ReadPointer(handle);
    }

    private GuestAddress FileSystem => _firmware.Services.InterfaceOf(SimpleFileSystemProtocol.ProtocolGuid);

    private (EfiStatus Status, GuestAddress File) Open(GuestAddress from, string name, ulong mode = ReadMode, ulong attributes = 0)
    {
        GuestAddress handle = _firmware.Place(0UL);
        EfiStatus status = _firmware.Call(from, 8, from.Value, handle.Value, _firmware.Place(name).Value, mode, attributes);
        return (status, _firmware.Ram.ReadPointer(handle));
    }

    private GuestAddress Opened(string name)
    {
        (EfiStatus status, GuestAddress file) = Open(_root, name);
        Assert.Equal(EfiStatus.Success, status);
        return file;
    }

    private (EfiStatus Status, byte[] Data) Read(GuestAddress file, ulong size)
    {
        GuestAddress length = _firmware.Place(size);
        GuestAddress buffer = _firmware.Allocate((uint)Math.Min(size, 20000));
        EfiStatus status = _firmware.Call(file, 32, file.Value, length.Value, buffer.Value);
        ulong count = _firmware.Ram.ReadUInt64(length);
        return (status, status.IsError ? BitConverter.GetBytes(count) : _firmware.Ram.ReadBytes(buffer, (int)count));
    }

    private (EfiStatus Status, ulong Size, byte[] Info) GetInfo(GuestAddress file, Guid type, ulong available = 512)
    {
        GuestAddress size = _firmware.Place(available);
        GuestAddress buffer = _firmware.Allocate(512);
        EfiStatus status = _firmware.Call(file, 64, file.Value, _firmware.Place(type.ToByteArray()).Value, size.Value, buffer.Value);
        return (status, _firmware.Ram.ReadUInt64(size), _firmware.Ram.ReadBytes(buffer, 512));
    }

    private static string NameIn(byte[] info, int offset)
    {
        string text = Encoding.Unicode.GetString(info, offset, info.Length - offset);
        return text[..text.IndexOf('\0', StringComparison.Ordinal)];
    }

    private string[] List(GuestAddress directory)
    {
        var names = new List<string>();
        for ((EfiStatus Status, byte[] Data) entry = Read(directory, 512); entry.Data.Length > 0; entry = Read(directory, 512))
        {
            Assert.Equal(EfiStatus.Success, entry.Status);
            names.Add(NameIn(entry.Data, 80));
        }

        return [.. names];
    }

    [Fact]
    public void Install_PutsTheProtocolOnTheBootDevice()
    {
        Assert.Equal(_firmware.BootDevice, _firmware.Services.HandleOf(SimpleFileSystemProtocol.ProtocolGuid));
        Assert.Equal(0x10000UL, _firmware.Ram.ReadUInt64(FileSystem));
        Assert.Equal(0x10000UL, _firmware.Ram.ReadUInt64(_root));
        Assert.Equal((MemoryType.BootServicesData, 88UL), _firmware.Services.Pool[_root.Value]);
    }

    [Fact]
    public void OpenVolume_Null_IsInvalidParameter() =>
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(FileSystem, 8, FileSystem.Value, 0));

    [Fact]
    public void OpenVolume_NoMemory_IsOutOfResources()
    {
        GuestAddress handle = _firmware.Allocate(8);
        _firmware.Services.IsOutOfMemory = true;

        Assert.Equal(EfiStatus.OutOfResources, _firmware.Call(FileSystem, 8, FileSystem.Value, handle.Value));
    }

    [Theory]
    [InlineData("\\EFI\\BOOT\\BOOTX64.EFI")]
    [InlineData("efi\\boot\\bootx64.efi")]
    [InlineData("EFI\\.\\Boot\\..\\boot\\\\BootX64.efi")]
    [InlineData("EFI\\BOOT\\BOOTX64.EFI. ")]
    public void Open_AnySpelling_FindsTheGuest(string name) =>
        Assert.Equal(Kernel, Read(Opened(name), 20000).Data);

    [Fact]
    public void Open_FromADirectory_IsRelativeUnlessItBeginsWithABackslash()
    {
        GuestAddress boot = Opened("\\efi\\boot");

        Assert.Equal("set timeout=0\n"u8, Read(Open(boot, "grub.cfg").File, 100).Data);
        Assert.Equal(EfiStatus.Success, Open(boot, "..\\..\\INITRD.IMG").Status);
        Assert.Equal(EfiStatus.Success, Open(boot, "\\initrd.img").Status);
        Assert.Equal(EfiStatus.NotFound, Open(boot, "initrd.img").Status);
        Assert.Equal(EfiStatus.Success, Open(boot, ".").Status);
        Assert.Equal(EfiStatus.Success, Open(boot, "\\").Status);
    }

    [Theory]
    [InlineData("nothing", NotFound)]
    [InlineData("nothing\\here", NotFound)]
    [InlineData("initrd.img\\below", NotFound)]
    [InlineData("initrd.img\\", NotFound)]
    [InlineData("nothing\\", Invalid)]
    [InlineData("", Invalid)]
    [InlineData("..", Invalid)]
    [InlineData("efi\\..\\..", Invalid)]
    [InlineData("...", Invalid)]
    [InlineData("a*b", Invalid)]
    [InlineData("a\u0001b", Invalid)]
    [InlineData("efi/boot", Invalid)]
    public void Open_NameThatLeadsNowhere_FailsAsOnFat(string name, ulong expected) =>
        Assert.Equal(new EfiStatus(expected), Open(_root, name).Status);

    [Fact]
    public void Open_AbsentDirectoryToCreate_IsNotFoundBecauseAttributesSayDirectory() =>
        Assert.Equal(EfiStatus.NotFound, Open(_root, "nothing\\", attributes: 0x10).Status);

    [Fact]
    public void Open_OverlongName_IsInvalidParameter()
    {
        Assert.Equal(EfiStatus.InvalidParameter, Open(_root, new string('x', 257)).Status);
        Assert.Equal(EfiStatus.NotFound, Open(_root, new string('x', 255)).Status);
    }

    [Theory]
    [InlineData(3UL, 0UL, 0x8000000000000008UL)]
    [InlineData(0x8000000000000003UL, 0UL, 0x8000000000000008UL)]
    [InlineData(0x8000000000000003UL, 1UL, Invalid)]
    [InlineData(0x8000000000000003UL, 0x40UL, Invalid)]
    [InlineData(0UL, 0UL, Invalid)]
    [InlineData(2UL, 0UL, Invalid)]
    [InlineData(0x8000000000000001UL, 0UL, Invalid)]
    [InlineData(5UL, 0UL, Invalid)]
    public void Open_OtherModesThanRead_AreRefused(ulong mode, ulong attributes, ulong expected) =>
        Assert.Equal(new EfiStatus(expected), Open(_root, "initrd.img", mode, attributes).Status);

    [Fact]
    public void Open_Null_IsInvalidParameter()
    {
        GuestAddress name = _firmware.Place("initrd.img");

        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(_root, 8, _root.Value, 0, name.Value, ReadMode, 0));
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(_root, 8, _root.Value, _firmware.Allocate(8).Value, 0, ReadMode, 0));
    }

    [Fact]
    public void Close_FreesTheHandle_WhichIsNoFileAnyMore()
    {
        GuestAddress file = Opened("initrd.img");

        Assert.Equal(EfiStatus.Success, _firmware.Call(file, 16, file.Value));
        Assert.False(_firmware.Services.Pool.ContainsKey(file.Value));
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(file, 16, file.Value));
    }

    [Fact]
    public void Delete_WarnsAndCloses()
    {
        GuestAddress file = Opened("initrd.img");

        Assert.Equal("EFI_WARN_DELETE_FAILURE", _firmware.Call(file, 24, file.Value).ToString());
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(file, 24, file.Value));
        Assert.Equal(EfiStatus.Success, Open(_root, "initrd.img").Status);
    }

    [Fact]
    public void Read_InPieces_EqualsTheFile()
    {
        GuestAddress file = Opened("\\efi\\boot\\bootx64.efi");
        var data = new List<byte>();
        for (byte[] piece = Read(file, 777).Data; piece.Length > 0; piece = Read(file, 777).Data)
        {
            data.AddRange(piece);
        }

        Assert.Equal(Kernel, data);
        Assert.Equal((EfiStatus.Success, 0), (Read(file, 777).Status, Read(file, 777).Data.Length));
    }

    [Fact]
    public void Position_OfAFile_CanBeSetAnywhere()
    {
        GuestAddress file = Opened("\\efi\\boot\\bootx64.efi");
        GuestAddress position = _firmware.Allocate(8);

        Assert.Equal(EfiStatus.Success, _firmware.Call(file, 56, file.Value, 9990));
        Assert.Equal(Kernel[9990..], Read(file, 100).Data);
        Assert.Equal(EfiStatus.Success, _firmware.Call(file, 48, file.Value, position.Value));
        Assert.Equal(10000UL, _firmware.Ram.ReadUInt64(position));
        Assert.Equal(EfiStatus.Success, _firmware.Call(file, 56, file.Value, 5));
        Assert.Equal(EfiStatus.Success, _firmware.Call(file, 56, file.Value, ulong.MaxValue));
        Assert.Equal(EfiStatus.Success, _firmware.Call(file, 48, file.Value, position.Value));
        Assert.Equal(10000UL, _firmware.Ram.ReadUInt64(position));
        Assert.Equal(EfiStatus.Success, _firmware.Call(file, 56, file.Value, 10001));
        Assert.Equal(EfiStatus.DeviceError, Read(file, 100).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(file, 48, file.Value, 0));
    }

    [Fact]
    public void Read_HugeSize_ReturnsTheRestOfTheFile()
    {
        GuestAddress file = Opened("\\efi\\boot\\grub.cfg");
        _firmware.Call(file, 56, file.Value, 4);

        Assert.Equal("timeout=0\n"u8, Read(file, ulong.MaxValue).Data);
    }

    [Fact]
    public void Read_NullSize_IsInvalidParameter() =>
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(_root, 32, _root.Value, 0, 0));

    [Fact]
    public void ReadDirectory_Root_ListsItsEntriesThenNothing()
    {
        Assert.Equal(["a long name.configuration", "EFI", "INITRD.IMG"], List(_root));
        Assert.Empty(List(_root));
    }

    [Fact]
    public void ReadDirectory_BelowTheRoot_BeginsWithItsDotEntries() =>
        Assert.Equal([".", "..", "BOOTX64.EFI", "GRUB.CFG"], List(Opened("\\efi\\boot")));

    [Fact]
    public void ReadDirectory_ShortBuffer_IsTooSmallAndStays()
    {
        GuestAddress efi = Opened("\\efi");

        (EfiStatus status, byte[] size) = Read(efi, 83);
        Assert.Equal((EfiStatus.BufferTooSmall, 84UL), (status, BitConverter.ToUInt64(size)));
        Assert.Equal(".", NameIn(Read(efi, 84).Data, 80));
    }

    [Fact]
    public void Position_OfADirectory_CanOnlyGoBackToItsStart()
    {
        string[] first = List(_root);

        Assert.Equal(EfiStatus.Unsupported, _firmware.Call(_root, 56, _root.Value, 1));
        Assert.Equal(EfiStatus.Unsupported, _firmware.Call(_root, 56, _root.Value, ulong.MaxValue));
        Assert.Equal(EfiStatus.Unsupported, _firmware.Call(_root, 48, _root.Value, _firmware.Allocate(8).Value));
        Assert.Equal(EfiStatus.Success, _firmware.Call(_root, 56, _root.Value, 0));
        Assert.Equal(first, List(_root));
    }

    [Fact]
    public void Write_IsRefused()
    {
        GuestAddress file = Opened("initrd.img");
        ulong size = _firmware.Place(1UL).Value;

        Assert.Equal(EfiStatus.AccessDenied, _firmware.Call(file, 40, file.Value, size, size));
        Assert.Equal(EfiStatus.Unsupported, _firmware.Call(_root, 40, _root.Value, size, size));
        Assert.Equal(EfiStatus.AccessDenied, _firmware.Call(file, 80, file.Value));
        Assert.Equal(EfiStatus.WriteProtected, _firmware.Call(file, 72, file.Value, _firmware.Place(FileInfo.ToByteArray()).Value, 0, 0));
    }

    [Fact]
    public void GetInfo_OfAFile_HasTheSpecifiedLayout()
    {
        (EfiStatus status, ulong size, byte[] info) = GetInfo(Opened("\\efi\\boot\\bootx64.efi"), FileInfo);

        Assert.Equal((EfiStatus.Success, 80UL + 24), (status, size));
        Assert.Equal(size, BitConverter.ToUInt64(info, 0));
        Assert.Equal(10000UL, BitConverter.ToUInt64(info, 8));
        Assert.Equal(12288UL, BitConverter.ToUInt64(info, 16));
        Assert.Equal(0x20UL, BitConverter.ToUInt64(info, 72));
        Assert.Equal("BOOTX64.EFI", NameIn(info, 80));
        Assert.Equal(Convert.FromHexString("BC070101000000000000000" + "0FF070000"), info[24..40]);
    }

    [Fact]
    public void GetInfo_OfTheRoot_HasNoName()
    {
        (EfiStatus status, ulong size, byte[] info) = GetInfo(_root, FileInfo);

        Assert.Equal((EfiStatus.Success, 82UL, 0x10UL), (status, size, BitConverter.ToUInt64(info, 72)));
        Assert.Equal("", NameIn(info, 80));
    }

    [Fact]
    public void GetInfo_OfTheVolume_IsReadOnlyAndFull()
    {
        (EfiStatus status, ulong size, byte[] info) = GetInfo(_root, FileSystemInfo);

        Assert.Equal((EfiStatus.Success, 36UL + 14), (status, size));
        Assert.Equal(size, BitConverter.ToUInt64(info, 0));
        Assert.Equal(1, info[8]);
        Assert.Equal(0UL, BitConverter.ToUInt64(info, 24));
        Assert.Equal(4096u, BitConverter.ToUInt32(info, 32));
        Assert.Equal(0UL, BitConverter.ToUInt64(info, 16) % 4096);
        Assert.Equal("EFIEMU", NameIn(info, 36));
    }

    [Fact]
    public void GetInfo_OfTheLabel_IsItsText()
    {
        (EfiStatus status, ulong size, byte[] info) = GetInfo(_root, VolumeLabel);

        Assert.Equal((EfiStatus.Success, 14UL, "EFIEMU"), (status, size, NameIn(info, 0)));
    }

    [Fact]
    public void GetInfo_Refusals_FollowTheDriver()
    {
        Assert.Equal((EfiStatus.BufferTooSmall, 82UL), (GetInfo(_root, FileInfo, 81).Status, GetInfo(_root, FileInfo, 81).Size));
        Assert.Equal((EfiStatus.BufferTooSmall, 14UL), (GetInfo(_root, VolumeLabel, 0).Status, GetInfo(_root, VolumeLabel, 0).Size));
        Assert.Equal(EfiStatus.Unsupported, GetInfo(_root, Guid.Empty).Status);
        ulong type = _firmware.Place(FileInfo.ToByteArray()).Value;
        ulong size = _firmware.Place(512UL).Value;
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(_root, 64, _root.Value, 0, size, type));
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(_root, 64, _root.Value, type, 0, type));
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(_root, 64, _root.Value, type, size, 0));
    }
}
