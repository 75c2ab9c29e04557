using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests.Confidential;

public sealed class MemoryAcceptanceTests
{
    private static readonly Guid Sev = new("c5a010fe-38a7-4531-8a4a-0500d2fd1649");
    private static readonly Guid Edkii = new("38c74800-5590-4db4-a0f3-675d9b8e8026");
    private static readonly Guid BeforeExit = new("8be0e274-3970-4b44-80c5-1ab9502f3bfc");

    private static FakeFirmware Firmware(bool negotiation, bool accept)
    {
        var firmware = new FakeFirmware { OffersNegotiation = negotiation, OffersMemoryAccept = accept };
        return firmware.Start(new SevMemoryAcceptanceProtocol()).Start(new EdkiiMemoryAcceptProtocol());
    }

    private static FakeFirmware SevSnp()
    {
        FakeFirmware firmware = Firmware(negotiation: true, accept: true);
        MemoryAttributes internalBits = (MemoryAttributes)0x0700_0000_0000_0000;
        firmware.Dxe.Map.Add(new(new(0), 0xa0000, MemoryAttributes.SystemRam, MemoryAttributes.WriteBack, GcdMemoryType.SystemMemory));
        firmware.Dxe.Map.Add(new(new(0x1_0000_0000), 0x4000_0000, MemoryAttributes.SystemRam | internalBits | MemoryAttributes.Runtime, default, GcdMemoryType.Unaccepted));
        firmware.Dxe.Map.Add(new(new(0x1_4000_0000), 0x1000, default, default, GcdMemoryType.Reserved));
        firmware.Dxe.Map.Add(new(new(0x2_0000_0000), 0x1000, MemoryAttributes.SystemRam, default, GcdMemoryType.Unaccepted));
        return firmware;
    }

    [Fact]
    public void Install_Negotiation_PutsBothOnOneHandleByOneCall()
    {
        FakeFirmware firmware = Firmware(negotiation: true, accept: true);

        Assert.Equal(firmware.Services.HandleOf(Sev), firmware.Services.HandleOf(Edkii));
        Assert.Equal([Guid.Empty, Edkii, Sev], firmware.Services.Installed.Select(i => i.Protocol));
        Assert.Equal(2, firmware.Services.InstallCalls);
        Assert.Equal(8UL, firmware.Services.Pool[firmware.Services.InterfaceOf(Sev).Value].Bytes);
    }

    [Fact]
    public void Install_Negotiation_CreatesOneCallbackInTheGroup()
    {
        FakeBootServices.FakeEvent created = Assert.Single(Firmware(negotiation: true, accept: true).Services.Events).Value;

        Assert.Equal((EventType.NotifySignal, Tpl.Callback, BeforeExit), (created.Type, created.Tpl, created.Group));
    }

    [Fact]
    public void Install_AcceptWithoutNegotiation_OffersMemoryAcceptAlone()
    {
        FakeFirmware firmware = Firmware(negotiation: false, accept: true);

        Assert.True(firmware.Services.Has(Edkii));
        Assert.False(firmware.Services.Has(Sev));
        Assert.Empty(firmware.Services.Events);
    }

    [Fact]
    public void Install_NegotiationWithoutAccept_OffersNegotiationAlone()
    {
        FakeFirmware firmware = Firmware(negotiation: true, accept: false);

        Assert.False(firmware.Services.Has(Edkii));
        Assert.True(firmware.Services.Has(Sev));
    }

    [Fact]
    public void Install_NothingOffered_InstallsNothing()
    {
        FakeFirmware firmware = Firmware(negotiation: false, accept: false);

        Assert.Equal([Guid.Empty], firmware.Services.Installed.Select(i => i.Protocol));
        Assert.Empty(firmware.Services.Events);
    }

    [Fact]
    public void BeforeExit_NobodyAllowed_AcceptsEveryRangeAndClosesItsEvent()
    {
        FakeFirmware firmware = SevSnp();
        int pool = firmware.Services.Pool.Count;
        firmware.Services.SignalGroup(BeforeExit);

        Assert.Equal(
            [
                "GetMemorySpaceMap",
                "accept 0x100000000+0x40000000 FirmwareAtExitBootServices",
                "remove 0x100000000+0x40000000",
                "add SystemMemory 0x100000000+0x40000000 caps 0xf",
                "accept 0x200000000+0x1000 FirmwareAtExitBootServices",
                "remove 0x200000000+0x1000",
                "add SystemMemory 0x200000000+0x1000 caps 0xf",
                "FreePool",
                "CloseEvent",
            ],
            firmware.Log);
        Assert.Empty(firmware.Services.Events);
        Assert.Equal(pool, firmware.Services.Pool.Count);
    }

    [Fact]
    public void BeforeExit_AfterAllow_DoesNothingAndKeepsItsEvent()
    {
        FakeFirmware firmware = SevSnp();
        GuestAddress acceptance = firmware.Services.InterfaceOf(Sev);

        Assert.Equal(EfiStatus.Success, firmware.Call(acceptance, 0, acceptance.Value));
        Assert.Equal(EfiStatus.Success, firmware.Call(acceptance, 0, 0));
        firmware.Services.SignalGroup(BeforeExit);
        Assert.Empty(firmware.Log);
        Assert.Single(firmware.Services.Events);
    }

    [Fact]
    public void BeforeExit_AcceptFails_StopsAndStillCloses()
    {
        FakeFirmware firmware = SevSnp();
        firmware.AcceptStatus = EfiStatus.DeviceError;
        firmware.Services.SignalGroup(BeforeExit);

        Assert.Equal(
            ["GetMemorySpaceMap", "accept 0x100000000+0x40000000 FirmwareAtExitBootServices", "FreePool", "CloseEvent"], firmware.Log);
    }

    [Fact]
    public void BeforeExit_NoMemoryForTheSnapshot_StillCloses()
    {
        FakeFirmware firmware = SevSnp();
        firmware.Dxe.MapStatus = EfiStatus.OutOfResources;
        firmware.Services.SignalGroup(BeforeExit);

        Assert.Equal(["GetMemorySpaceMap", "CloseEvent"], firmware.Log);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AcceptMemory_ActsForTheGuestAndPassesTheStatusOn(bool negotiation)
    {
        FakeFirmware firmware = Firmware(negotiation, accept: true);
        GuestAddress accept = firmware.Services.InterfaceOf(Edkii);

        Assert.Equal(EfiStatus.Success, firmware.Call(accept, 0, accept.Value, 0x1_0000_0000, 0x20_0000));
        firmware.AcceptStatus = EfiStatus.InvalidParameter;
        Assert.Equal(EfiStatus.InvalidParameter, firmware.Call(accept, 0, accept.Value, 0x1_0000_0001, 0x1000));
        Assert.Equal(["accept 0x100000000+0x200000 Guest", "accept 0x100000001+0x1000 Guest"], firmware.Log);
    }

    [Fact]
    public void AcceptMemory_NoBytes_SucceedsWithoutTouchingThePlatform()
    {
        FakeFirmware firmware = Firmware(negotiation: false, accept: true);
        GuestAddress accept = firmware.Services.InterfaceOf(Edkii);

        Assert.Equal(EfiStatus.Success, firmware.Call(accept, 0, accept.Value, 0x1_0000_0000, 0));
        Assert.Empty(firmware.Log);
    }
}
