using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Guests;

/// <summary>What the Sdk gives guests in C#, used by guests on real firmware.</summary>
public sealed class GuestHelperTests
{
    private static readonly Guid Unknown = new("0badcafe-0000-4000-8000-000000000001");

    [Fact]
    public void StackScope_GivesAlignedZeroedRoomAndTakesItBack() => GuestInCSharp.Run(guest =>
    {
        GuestAddress before = guest.StackPointer;
        for (int i = 0; i < 2; i++)
        {
            using var outer = new StackScope(guest);
            GuestAddress first = outer.Reserve(24);
            Assert.Equal(new byte[24], guest.Memory.ReadBytes(first, 24));
            guest.Memory.Fill(first, 24, 0xff);
            using (var inner = new StackScope(guest))
            {
                GuestAddress second = inner.Reserve(1);
                Assert.Equal((0UL, 0UL), (first.Value % 16, second.Value % 16));
                Assert.True(second.Value < first.Value && first.Value < before.Value);
            }

            Assert.Equal(first, guest.StackPointer);
        }

        Assert.Equal(before, guest.StackPointer);
    });

    [Fact]
    public void StackScope_PlacesWhatServicesRead() => GuestInCSharp.Run(guest =>
    {
        using var stack = new StackScope(guest);

        Assert.Equal(Unknown, guest.Memory.ReadGuid(stack.Place(Unknown)));
        Assert.Equal("placed", guest.Memory.ReadUtf16(stack.Place("placed")));
        Assert.Equal(ulong.MaxValue, guest.Memory.ReadUInt64(stack.Place(ulong.MaxValue)));
    });

    [Fact]
    public void OutParameters_LeaveTheMemoryMapAlone() => GuestInCSharp.Run(guest =>
    {
        ulong key = Key(guest);

        Assert.True(guest.BootServices.LocateProtocol<SimpleTextOutput>().Succeeded);
        Assert.Equal(EfiStatus.NotFound, guest.BootServices.LocateProtocol(Unknown).Status);

        Assert.Equal(key, Key(guest));
    });

    [Fact]
    public void OwnedPages_AreTheGuestsUntilTheScopeEnds() => GuestInCSharp.Run(guest =>
    {
        GuestAddress address;
        using (OwnedPages pages = guest.BootServices.OwnPages(3, MemoryType.LoaderCode).Value)
        {
            address = pages.Address;
            Assert.Equal((3UL, MemoryType.LoaderCode), (pages.Pages, TypeAt(guest, address)));
        }

        Assert.Equal(MemoryType.Conventional, TypeAt(guest, address));
        Assert.Equal(EfiStatus.NotFound, guest.BootServices.FreePages(address, 3));
    });

    [Fact]
    public void OwnedMemory_OfAnImpossibleKind_IsRefusedByFirmwaresStatus() => GuestInCSharp.Run(guest =>
    {
        Assert.Equal(EfiStatus.InvalidParameter, guest.BootServices.OwnPages(1, MemoryType.Conventional).Status);
        Assert.Equal(EfiStatus.OutOfResources, guest.BootServices.OwnPages(1UL << 40, MemoryType.LoaderData).Status);
        Assert.Equal(EfiStatus.InvalidParameter, guest.BootServices.OwnPool(MemoryType.Conventional, 8).Status);
    });

    [Fact]
    public void OwnedPool_IsFreedWhereTheScopeEnds()
    {
        BootReport report = GuestInCSharp.Run(guest =>
        {
            GuestAddress address;
            using (OwnedPool pool = guest.BootServices.OwnPool(MemoryType.LoaderData, 100).Value)
            {
                address = pool.Address;
                Assert.Equal((100UL, 0UL), (pool.Bytes, address.Value % 8));
            }

            Assert.Equal(EfiStatus.InvalidParameter, guest.BootServices.FreePool(address));
        });

        Assert.DoesNotContain(report.Events.OfType<Remark>(), r => r.Text.Contains("left behind", StringComparison.Ordinal));
    }

    [Fact]
    public void MemoryMap_ReadByAnotherStride_IsWhatACarelessLoaderSees() => GuestInCSharp.Run(guest =>
    {
        GuestMemoryMap map = guest.BootServices.ReadMemoryMap(8).Value;
        MemoryDescriptor[] right = [.. map.Descriptors];
        MemoryDescriptor[] everySecond = [.. map.Read(2 * map.DescriptorSize)];
        MemoryDescriptor[] packed = [.. map.Read(MemoryDescriptor.Size)];

        Assert.True(map.DescriptorSize > MemoryDescriptor.Size, "edk2 makes descriptors larger than the structure, so that loaders cannot count on it");
        Assert.Equal((ulong)right.Length, map.Size / map.DescriptorSize);
        Assert.Equal(right.Where((_, i) => i % 2 == 0), everySecond);
        Assert.Equal(right[0], packed[0]);
        Assert.NotEqual(right[1], packed[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read(0).Count());
    });

    [Fact]
    public void MemoryMap_FetchedAgain_HasTheNewKeyInTheSameBuffer() => GuestInCSharp.Run(guest =>
    {
        GuestMemoryMap map = guest.BootServices.ReadMemoryMap(8).Value;
        (ulong key, GuestAddress buffer) = (map.Key, map.Buffer);
        GuestAddress pages = guest.BootServices.AllocatePages(1, MemoryType.AcpiNvs).Value;

        Assert.Equal(EfiStatus.Success, map.Refetch());

        Assert.NotEqual(key, map.Key);
        Assert.Equal(buffer, map.Buffer);
        Assert.Equal(MemoryType.AcpiNvs, TypeAt(map, pages));
    });

    [Fact]
    public void TplScope_HoldsNotificationsBackUntilItEnds() => GuestInCSharp.Run(guest =>
    {
        List<string> order = [];
        using EventSubscription subscription = guest.BootServices.Subscribe(() => order.Add("notified"), Tpl.Callback).Value;

        using (TplScope raised = guest.BootServices.EnterTpl(Tpl.Notify))
        {
            Assert.Equal(Tpl.Application, raised.Before);
            guest.BootServices.SignalEvent(subscription.Event);
            order.Add("raised");
        }

        Assert.Equal(["raised", "notified"], order);
    });

    [Fact]
    public void Subscription_RunsAtEachSignalUntilTheScopeEnds() => GuestInCSharp.Run(guest =>
    {
        int notified = 0;
        EfiEvent identity;
        using (EventSubscription subscription = guest.BootServices.Subscribe(() => notified++, Tpl.Callback).Value)
        {
            identity = subscription.Event;
            guest.BootServices.SignalEvent(identity);
            guest.BootServices.SignalEvent(identity);
        }

        Assert.Equal((2, EfiStatus.InvalidParameter), (notified, guest.BootServices.SignalEvent(identity)));
    });

    [Fact]
    public void Subscription_AtAnImpossibleLevel_IsRefused() => GuestInCSharp.Run(guest => Assert.Equal(
        EfiStatus.InvalidParameter, guest.BootServices.Subscribe(() => { }, Tpl.Application).Status));

    [Fact]
    public void Subscription_ToAGroup_RunsWhenAnotherMemberIsSignalled() => GuestInCSharp.Run(guest =>
    {
        int notified = 0;
        using EventSubscription one = guest.BootServices.Subscribe(() => notified++, Tpl.Callback, Unknown).Value;
        using EventSubscription other = guest.BootServices.Subscribe(() => notified++, Tpl.Callback, Unknown).Value;

        guest.BootServices.SignalEvent(one.Event);

        Assert.Equal(2, notified);
    });

    [Fact]
    public void Timer_Periodic_NotifiesAsOftenAsTimePasses() => GuestInCSharp.Run(guest =>
    {
        int notified = 0;
        using EventSubscription ticks = guest.BootServices.Subscribe(() => notified++, Tpl.Callback, type: EventType.Timer).Value;

        Assert.Equal(EfiStatus.Success, guest.BootServices.SetTimer(ticks.Event, TimerDelay.Periodic, TimeSpan.FromMilliseconds(100)));
        guest.BootServices.Stall(1_050_000);

        Assert.Equal(10, notified);
    });

    [Fact]
    public void WaitForEvent_GivesTheEventThatWasSignalled() => GuestInCSharp.Run(guest =>
    {
        EfiEvent never = guest.BootServices.CreateEvent(EventType.None).Value;
        EfiEvent timer = guest.BootServices.CreateEvent(EventType.Timer).Value;
        Assert.Equal(EfiStatus.NotReady, guest.BootServices.CheckEvent(timer));
        guest.BootServices.SetTimer(timer, TimerDelay.Relative, TimeSpan.FromSeconds(1));

        Assert.Equal(new EfiResult<int>(EfiStatus.Success, 1), guest.BootServices.WaitForEvent(never, timer));
        Assert.Equal((EfiStatus.Success, EfiStatus.Success), (guest.BootServices.CloseEvent(never), guest.BootServices.CloseEvent(timer)));
    });

    [Fact]
    public void OpenProtocol_IsExclusiveUntilTheScopeEnds() => GuestInCSharp.Run(guest =>
    {
        EfiHandle handle = guest.BootServices.InstallProtocolInterface(default, KnownGuids.LoadedImageProtocol, guest.Self().Address).Value;
        using (OpenedProtocol<LoadedImage> opened = guest.BootServices.OpenProtocol<LoadedImage>(handle).Value)
        {
            Assert.Equal((handle, guest.Self().ImageBase), (opened.Handle, opened.Interface.ImageBase));
            Assert.Equal(EfiStatus.AccessDenied, guest.BootServices.OpenProtocol<LoadedImage>(handle).Status);
            Assert.Equal(
                EfiStatus.AccessDenied, guest.BootServices.UninstallProtocolInterface(handle, KnownGuids.LoadedImageProtocol, guest.Self().Address));
        }

        Assert.Equal(EfiStatus.NotFound, guest.BootServices.CloseProtocol(handle, KnownGuids.LoadedImageProtocol));
        Assert.Equal(EfiStatus.Unsupported, guest.BootServices.OpenProtocol<SimpleTextOutput>(handle).Status);
        Assert.Equal(
            EfiStatus.Success, guest.BootServices.UninstallProtocolInterface(handle, KnownGuids.LoadedImageProtocol, guest.Self().Address));
    });

    [Fact]
    public void LocateHandles_GivesHandlesInTheOrderOfInstallation() => GuestInCSharp.Run(guest =>
    {
        EfiHandle one = guest.BootServices.InstallProtocolInterface(default, Unknown, default).Value;
        EfiHandle other = guest.BootServices.InstallProtocolInterface(default, Unknown, default).Value;

        Assert.Equal([one, other], guest.BootServices.LocateHandles(Unknown).Value);
        Assert.Equal(EfiStatus.NotFound, guest.BootServices.LocateHandles(Guid.Empty).Status);
    });

    [Fact]
    public void LoadOptions_GivenToAChild_AreWhatItReads()
    {
        // The child prints the options that its LoadedImage has.
        byte[] child = GuestCode.Image(code =>
        {
            Label image = code.Space(8);
            code.Boot(BootService.HandleProtocol, r13, code.Data(KnownGuids.LoadedImageProtocol.ToByteArray()), image);
            code.Load(rax, image);
            code.Assembler.mov(rdi, __[rax + 56]);
            code.Print(rdi);
        });

        BootReport report = GuestInCSharp.Run(guest =>
        {
            using OwnedPool file = guest.BootServices.OwnPool(MemoryType.LoaderData, (ulong)child.Length).Value;
            guest.Memory.Write(file.Address, child);
            EfiHandle image = guest.BootServices.LoadImage(file.Address, file.Bytes).Value;
            LoadedImage information = guest.BootServices.HandleProtocol<LoadedImage>(image).Value;
            Assert.Equal(guest.ImageHandle, information.ParentHandle);
            Assert.Equal("", information.LoadOptions);

            Assert.Equal(EfiStatus.Success, information.SetLoadOptions("root=/dev/vda1"));

            Assert.Equal("root=/dev/vda1", information.LoadOptions);
            Assert.Equal(EfiStatus.Success, guest.BootServices.StartImage(image));
        });

        Assert.Equal("root=/dev/vda1", report.Console);
    }

    [Fact]
    public void MemoryAccept_MakesMemoryUsable()
    {
        BootReport report = GuestInCSharp.Run(
            guest =>
            {
                MemoryDescriptor unaccepted = guest.BootServices.ReadMemoryMap(8).Value.Descriptors.First(d => d.Type == MemoryType.Unaccepted);
                MemoryAccept accept = guest.BootServices.LocateProtocol<MemoryAccept>().Value;
                Assert.Equal(EfiStatus.Success, accept.AcceptMemory(unaccepted.PhysicalStart, 2 << 20));
                guest.Memory.WriteUInt64(unaccepted.PhysicalStart + ((2UL << 20) - 8), 1);
            },
            "sev-snp",
            4 * Emulator.GiB);

        Assert.Equal(2UL << 20, report.Ram.AcceptedByGuest);
    }

    [Fact]
    public void Call_BelowTheFirstService_IsTheGuestsOwnMistake() => GuestInCSharp.Run(guest =>
        Assert.Throws<ArgumentOutOfRangeException>(() => guest.BootServices.Call(16)));

    private static ulong Key(IGuestContext guest)
    {
        ulong size = 0;
        guest.BootServices.GetMemoryMap(ref size, GuestAddress.Null, out _, out _);
        using var stack = new StackScope(guest);
        GuestAddress buffer = stack.Reserve(size);
        Assert.Equal(EfiStatus.Success, guest.BootServices.GetMemoryMap(ref size, buffer, out ulong key, out _));
        return key;
    }

    private static MemoryType TypeAt(IGuestContext guest, GuestAddress address)
    {
        GuestMemoryMap map = guest.BootServices.ReadMemoryMap(8).Value;
        MemoryType type = TypeAt(map, address);
        guest.BootServices.FreePool(map.Buffer);
        return type;
    }

    private static MemoryType TypeAt(GuestMemoryMap map, GuestAddress address) =>
        map.Descriptors.Single(d => d.PhysicalStart.Value <= address.Value && address.Value <= d.PhysicalEnd.Value).Type;
}
