using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Hostile;

/// <summary>Guests that hand firmware protocols, paths and functions of which nothing is right.</summary>
public sealed class DamagedStructureTests
{
    private const int InstallProtocolInterface = 128;
    private const int LocateDevicePath = 184;
    private const int UnloadImage = 224;
    private const int ConnectController = 264;
    private const int InstallMultiple = 328;
    private const ulong Wild = 0x0000_7abc_def0_1230;

    // Device paths that end nowhere, go nowhere, or are longer than they are.
    public static TheoryData<byte[]> DevicePaths => new(
        [0, 0, 0, 0],
        [0x7f, 0xff, 0, 0],
        [0x7f, 0xff, 3, 0],
        [4, 4, 4, 0, 4, 4, 4, 0, 4, 4, 4, 0],
        [4, 4, 0xff, 0xff, 1, 2, 3],
        [4, 4, 6, 0, 0x5c, 0, 0x7f, 0xff, 4, 0],
        [4, 3, 20, 0, 0x27, 0xe4, 0x68, 0x55, 0xfc, 0x68, 0x3d, 0x4f, 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68, 0x7f, 1, 0, 0]);

    [Theory]
    [MemberData(nameof(DevicePaths))]
    public void DevicePath_ThatIsDamaged_HangsNothing(byte[] path)
    {
        byte[] child = GuestCode.Image(_ => { });
        BootReport report = GuestBoot.Run(code =>
        {
            // Rubbish that is never zero lies behind the path, up to the end of the image.
            Label damaged = code.Data([.. path, .. Enumerable.Repeat((byte)0x11, 1000)]);
            Label handle = code.Space(8);
            Label place = code.Space(8);
            Label protocol = code.Data(KnownGuids.DevicePathProtocol.ToByteArray());
            code.Boot(InstallProtocolInterface, handle, protocol, 0, damaged);
            code.Assembler.lea(rax, __[damaged]);
            code.Assembler.mov(__[place], rax);
            code.Boot(LocateDevicePath, protocol, place, code.Space(8));
            code.Boot(BootService.LoadImage, 0, r13, damaged, 0, 0, code.Space(8));
            code.Boot(BootService.LoadImage, 1, r13, damaged, code.Data(child), (ulong)child.Length, code.Space(8));
            code.Load(rbx, handle);
            code.Boot(ConnectController, rbx, 0, damaged, 1);
            code.Boot(InstallMultiple, code.Space(8), protocol, damaged, 0);
        });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Returned, BootEnd.Fault });
    }

    [Fact]
    public void NotifyFunction_ThatIsWild_FaultsThere()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            code.Boot(BootService.CreateEvent, 0x200, 8, Wild, 0, handle);
            code.Load(rbx, handle);
            code.Boot(BootService.SignalEvent, rbx);
        });

        FaultReport fault = report.Tells(BootEnd.Fault, "");
        Assert.Equal(Wild, fault.Rip);
        Assert.Contains("bs.CreateEvent", fault.LastServices[0], StringComparison.Ordinal);
    }

    [Fact]
    public void NotifyFunction_ThatIsAFirmwareFunction_Works()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            code.Assembler.mov(rsi, __[r12 + BootService.CloseEvent]);
            code.Boot(BootService.CreateEvent, 0x200, 8, rsi, 0, handle);
            code.Load(rbx, handle);
            code.Boot(BootService.SignalEvent, rbx);
        });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Returned, BootEnd.Fault });
    }

    [Fact]
    public void DriverBinding_WithWildFunctions_FaultsThere()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            byte[] binding = [.. Enumerable.Repeat(BitConverter.GetBytes(Wild), 6).SelectMany(bytes => bytes)];
            code.Boot(InstallProtocolInterface, handle, code.Data(KnownGuids.DriverBindingProtocol.ToByteArray()), 0, code.Data(binding));
            code.Load(rbx, handle);
            code.Boot(ConnectController, rbx, 0, 0, 1);
        });

        Assert.Equal(Wild, report.Tells(BootEnd.Fault, "").Rip);
    }

    [Theory]
    [InlineData("LoadFile")]
    [InlineData("SimpleFileSystem")]
    public void FileProtocol_WithWildFunctions_FaultsThere(string kind)
    {
        Guid guid = kind == "LoadFile" ? KnownGuids.LoadFileProtocol : KnownGuids.SimpleFileSystemProtocol;
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            Label path = code.Data([4, 3, 20, 0, .. new byte[16], 4, 4, 8, 0, 0x61, 0, 0, 0, 0x7f, 0xff, 4, 0]);
            Label volume = code.Data([4, 3, 20, 0, .. new byte[16], 0x7f, 0xff, 4, 0]);
            byte[] wild = [.. Enumerable.Repeat(BitConverter.GetBytes(Wild), 4).SelectMany(bytes => bytes)];
            code.Boot(InstallProtocolInterface, handle, code.Data(KnownGuids.DevicePathProtocol.ToByteArray()), 0, volume);
            code.Boot(InstallProtocolInterface, handle, code.Data(guid.ToByteArray()), 0, code.Data(wild));
            code.Boot(BootService.LoadImage, 0, r13, path, 0, 0, code.Space(8));
            code.Return(rax);
        });

        Assert.Equal(Wild, report.Tells(BootEnd.Fault, "").Rip);
    }

    [Fact]
    public void UnloadFunction_ThatIsWild_FaultsThere()
    {
        byte[] child = GuestCode.Image(code =>
        {
            // A driver stays loaded when it succeeds; this one is an application, so it unloads itself while it runs.
            Label place = code.Space(8);
            code.Boot(152, r13, code.Data(KnownGuids.LoadedImageProtocol.ToByteArray()), place);
            code.Load(rbx, place);
            code.Assembler.mov(rax, Wild);
            code.Assembler.mov(__[rbx + 88], rax);
            code.Boot(UnloadImage, r13);
        });

        BootReport report = GuestBoot.Run(GuestBoot.Request(_ => { }) with { Guest = Emulator.Guest("child.efi", child) });

        Assert.Equal(Wild, report.Tells(BootEnd.Fault, "").Rip);
    }

    [Fact]
    public void Service_CalledWithAStackThatEnds_FaultsAtItsArguments()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(rsp, (128 * Emulator.MiB) - 8);
            code.Assembler.call(__qword_ptr[r12 + BootService.LoadImage]);
        });

        FaultReport fault = report.Tells(BootEnd.Fault, "no RAM or device there");
        Assert.InRange(fault.Address ?? 0, 128 * Emulator.MiB, (128 * Emulator.MiB) + 0x100);
    }

    [Fact]
    public void InstallMultiple_WithoutAnEnd_StopsAtTheEndOfTheStack()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            // Every argument is the same GUID and the same interface: the second pair is refused.
            Label guid = code.Data(new Guid("11111111-2222-3333-4444-555555555555").ToByteArray());
            code.Boot(InstallMultiple, code.Space(8), guid, 1, guid, 1, guid, 1, guid, 1);
            code.Return(rax);
        });

        Assert.Equal((BootEnd.Returned, EfiStatus.InvalidParameter), (report.Outcome.End, report.Outcome.Status));
    }
}
