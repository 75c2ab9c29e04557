using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Handles;

public sealed class DevicePathTests
{
    private static readonly Guid FileSystem = Some.Protocol(1);
    private static readonly byte[] End = [0x7F, 0xFF, 4, 0];
    private static readonly byte[] EndInstance = [0x7F, 0x01, 4, 0];
    private static readonly byte[] Pci = [1, 1, 6, 0, 0, 3];
    private static readonly byte[] Disk = [3, 1, 8, 0, 9, 9, 9, 9];
    private static readonly byte[] File = [4, 4, 10, 0, (byte)'k', 0, (byte)'x', 0, 0, 0];

    private readonly TestDatabase _db = new TestDatabase().WithCoreAgent();
    private readonly Dictionary<GuestAddress, byte[]> _paths = [];

    [Fact]
    public void LocateDevicePath_FindsTheLongestBeginning()
    {
        Device(1, [.. Pci, .. End]);
        EfiHandle disk = Device(2, [.. Pci, .. Disk, .. End]);
        Device(3, [.. Pci, .. Disk, .. File, .. Disk, .. End]);

        DevicePathOutcome found = Locate(FileSystem, [.. Pci, .. Disk, .. File, .. End]);

        Assert.Equal((EfiStatus.Success, disk, 14, false), (found.Status, found.Handle, found.MatchedBytes, found.RemainderIsEnd));
        Assert.Equal(3, found.Searched);
        Assert.Equal(3, found.Changes.Count);
        Assert.Empty(Locate(FileSystem, End).Changes);
    }

    [Fact]
    public void LocateDevicePath_LooksOnlyAtHandlesWithTheProtocol()
    {
        EfiHandle bare = _db.Install(KnownGuids.DevicePathProtocol, Path(7, [.. Pci, .. End]));

        Assert.Equal(EfiStatus.NotFound, Locate(FileSystem, [.. Pci, .. End]).Status);
        Assert.Equal(bare, Locate(KnownGuids.DevicePathProtocol, [.. Pci, .. End]).Handle);
    }

    [Fact]
    public void LocateDevicePath_SkipsHandlesWithoutDevicePath()
    {
        _db.Install(FileSystem, Some.Interface(1));

        Assert.Equal(EfiStatus.NotFound, Locate(FileSystem, [.. Pci, .. End]).Status);
    }

    [Fact]
    public void LocateDevicePath_ComparesTheFirstInstanceOnly()
    {
        EfiHandle pci = Device(1, [.. Pci, .. End]);

        DevicePathOutcome found = Locate(FileSystem, [.. Pci, .. EndInstance, .. Disk, .. End]);

        Assert.Equal((pci, 6, false), (found.Handle, found.MatchedBytes, found.RemainderIsEnd));
    }

    [Fact]
    public void LocateDevicePath_AmongEqualPaths_TakesTheOneInstalledFirst()
    {
        EfiHandle first = Device(1, [.. Pci, .. End]);
        Device(2, [.. Pci, .. End]);

        Assert.Equal(first, Locate(FileSystem, [.. Pci, .. End]).Handle);
    }

    [Fact]
    public void LocateDevicePath_WithAnEmptyPathInstalled_MatchesEverything()
    {
        EfiHandle root = Device(1, End);

        Assert.Equal((root, 0), (Locate(FileSystem, [.. Disk, .. End]).Handle, Locate(FileSystem, [.. Disk, .. End]).MatchedBytes));
    }

    [Fact]
    public void CheckDevicePathIsNew_OfAnInstalledPath_IsAlreadyStarted()
    {
        Device(1, [.. Pci, .. Disk, .. End]);

        Assert.Equal(EfiStatus.AlreadyStarted, CheckNew([.. Pci, .. Disk, .. End]));
        Assert.Equal(EfiStatus.Success, CheckNew([.. Pci, .. End]));
        Assert.Equal(EfiStatus.Success, CheckNew([.. Pci, .. Disk, .. File, .. End]));
        Assert.Equal(EfiStatus.Success, CheckNew([.. Pci, .. Disk, .. EndInstance, .. Pci, .. End]));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 1, 1 })]
    [InlineData(new byte[] { 1, 1, 0, 0, 0x7F, 0xFF, 4, 0 })]
    [InlineData(new byte[] { 1, 1, 0xFF, 0xFF, 0x7F, 0xFF, 4, 0 })]
    public void LocateDevicePath_WithMalformedPaths_MatchesNothing(byte[] malformed)
    {
        Device(1, malformed);

        Assert.Equal(EfiStatus.NotFound, Locate(FileSystem, [.. Pci, .. End]).Status);
        Assert.Equal(EfiStatus.NotFound, Locate(FileSystem, malformed).Status);
    }

    [Fact]
    public void Lengths_OfRandomBytes_StayInside()
    {
        var random = new Random(5);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = new byte[random.Next(0, 40)];
            random.NextBytes(bytes);
            for (int index = 0; index < bytes.Length; index++)
            {
                bytes[index] = random.Next(4) == 0 ? (byte)random.Next(0, 9) : bytes[index];
            }

            Assert.InRange(DevicePathBytes.Length(bytes), DevicePathBytes.FirstInstanceLength(bytes), bytes.Length);
        }
    }

    private EfiHandle Device(int number, byte[] path)
    {
        EfiHandle handle = _db.Install(FileSystem, Some.Interface(number));
        _db.TryInstall(handle, KnownGuids.DevicePathProtocol, Path(number, path));
        return handle;
    }

    private GuestAddress Path(int number, byte[] path)
    {
        var address = new GuestAddress(0x9000UL + ((ulong)number * 0x100));
        _paths.Add(address, path);
        return address;
    }

    private DevicePathOutcome Locate(Guid protocol, byte[] path) =>
        _db.Search.LocateDevicePath(protocol, path, address => _paths[address]);

    private EfiStatus CheckNew(byte[] path) => _db.Search.CheckDevicePathIsNew(path, address => _paths[address]).Status;
}
