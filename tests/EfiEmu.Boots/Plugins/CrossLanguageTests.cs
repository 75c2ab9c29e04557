using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Plugins;

/// <summary>Guests and protocols in C# and in machine code, calling each other.</summary>
public sealed class CrossLanguageTests
{
    private static readonly Guid Adder = new("a55e3b1e-0001-4a3c-9b7e-6f2b1c0d9e8f");
    private static readonly Guid Greeter = new("6d0c2cf6-2ac5-4f0c-8f4e-5d1a2a4be0a1");

    // A resident binary whose protocol has one member: Add(This, A, B, C, D), of which the last comes on the stack.
    private static byte[] AdderImage => GuestCode.Image(
        code =>
        {
            Assembler a = code.Assembler;
            Label member = code.Function(() =>
            {
                a.lea(rax, __[rdx + r8]);
                a.add(rax, r9);
                // Above the frame of the function lie the return address and the shadow space.
                a.add(rax, __[rsp + 0x88 + 8 + 0x20]);
                code.Return(rax);
            });
            Label @interface = code.Space(8);
            code.Store(@interface, member);
            code.Boot(BootService.InstallProtocolInterface, code.Space(8), code.Data(Adder.ToByteArray()), 0, @interface);
            code.Return(rax);
        },
        PeFile.BootServiceDriver);

    [Fact]
    public void GuestInCSharp_CallsAProtocolThatABinaryInstalled()
    {
        EfiStatus started = EfiStatus.Aborted;
        ulong sum = 0;

        BootReport report = GuestInCSharp.Run(guest =>
        {
            started = guest.Start(AdderImage);
            GuestAddress adder = guest.BootServices.LocateProtocol(Adder).Value;
            sum = guest.Call(guest.Memory.ReadPointer(adder), adder.Value, 1, 20, 300, 4000);
        });

        Assert.Equal((EfiStatus.Success, 4321UL), (started, sum));
        Assert.True(report.Instructions > 0);
    }

    [Fact]
    public void Binary_CallsAProtocolOfAPluginFromADll()
    {
        using PluginAssembly greeter = PluginAssembly.Load(PluginFiles.Greeter);

        BootReport report = PluginFiles.Boot(
            GuestCode.Guest(code =>
            {
                Label found = code.Space(8);
                code.Boot(BootService.LocateProtocol, code.Data(Greeter.ToByteArray()), 0, found);
                code.Load(rbx, found);
                code.Call(__qword_ptr[rbx], rbx, code.Text("binary"));
                code.Return(rax);
            }),
            greeter.Protocols);

        Assert.Equal("Hello, binary!\r\n", report.Console);
        Assert.Equal((BootEnd.Returned, EfiStatus.Success), (report.Outcome.End, report.Outcome.Status));
    }

    [Fact]
    public void GuestInCSharp_StartsABinaryAndSeesWhatItReturns()
    {
        EfiStatus status = EfiStatus.Success;

        BootReport report = GuestInCSharp.Run(guest => status = guest.Start(GuestCode.Image(code =>
        {
            code.Print(code.Text("child\n"));
            code.Return(EfiStatus.DeviceError.Value);
        })));

        Assert.Equal((EfiStatus.DeviceError, "child\n"), (status, report.Console));
    }

    [Fact]
    public void GuestInCSharp_StartsABinaryThatLeavesByExit()
    {
        EfiStatus status = EfiStatus.Success;

        GuestInCSharp.Run(guest => status = guest.Start(GuestCode.Image(
            code => code.Boot(BootService.Exit, r13, EfiStatus.NotReady.Value, 0, 0))));

        Assert.Equal(EfiStatus.NotReady, status);
    }

    [Fact]
    public void NotifyFunctionOfABinary_RunsWhenCSharpInstalls()
    {
        byte[] listener = GuestCode.Image(
            code =>
            {
                Label system = code.Space(8);
                Label seen = code.Text("the binary saw it\n");
                Label notify = code.Function(() =>
                {
                    code.Load(r14, system);
                    code.Print(seen);
                });
                Label created = code.Space(8);
                code.Store(system, r14);
                code.Boot(BootService.CreateEvent, (ulong)EventType.NotifySignal, Tpl.Callback.Value, notify, 0, created);
                code.Load(rbx, created);
                code.Boot(BootService.RegisterProtocolNotify, code.Data(Adder.ToByteArray()), rbx, code.Space(8));
                code.Return(rax);
            },
            PeFile.BootServiceDriver);

        BootReport report = GuestInCSharp.Run(guest =>
        {
            Assert.Equal(EfiStatus.Success, guest.Start(listener));
            guest.Print("before\n");
            Assert.True(guest.BootServices.InstallProtocolInterface(default, Adder, guest.SystemTable).Succeeded);
            guest.Print("after\n");
        });

        Assert.Equal("before\nthe binary saw it\nafter\n", report.Console);
    }

    [Fact]
    public void NotifyFunctionInCSharp_RunsWhenABinaryInstalls()
    {
        int notified = 0;
        ulong sum = 0;

        GuestInCSharp.Run(guest =>
        {
            GuestAddress registration = default;
            using EventSubscription subscription = guest.BootServices.Subscribe(
                () =>
                {
                    // RegisterProtocolNotify signals nothing here, since nobody has installed the protocol yet.
                    notified++;
                    GuestAddress adder = guest.BootServices.LocateProtocol(Adder, registration).Value;
                    sum = guest.Call(guest.Memory.ReadPointer(adder), adder.Value, 1, 2, 3, 4);
                },
                Tpl.Callback).Value;
            registration = guest.BootServices.RegisterProtocolNotify(Adder, subscription.Event).Value;
            Assert.Equal(EfiStatus.Success, guest.Start(AdderImage));
        });

        Assert.Equal((1, 10UL), (notified, sum));
    }

    [Fact]
    public void MemberInCSharp_ThatABinaryCalls_MayCallTheBinaryBack()
    {
        string order = "";

        GuestInCSharp.Run(guest =>
        {
            // The binary calls member 0 of this, with a function of its own; the member calls that function.
            GuestAddress @interface = new InterfaceBuilder(guest, "Caller", 8)
                .ValueFunction(0, "CallBack", call =>
                {
                    ulong answer = guest.Call(call.Pointer(1), 7);
                    order += $"member got {answer};";
                    return answer + 1;
                })
                .Build().Value;
            guest.BootServices.InstallProtocolInterface(default, Adder, @interface);
            EfiStatus status = guest.Start(GuestCode.Image(code =>
            {
                Assembler a = code.Assembler;
                Label twice = code.Function(() =>
                {
                    a.lea(rax, __[rcx + rcx]);
                    code.Return(rax);
                });
                Label found = code.Space(8);
                code.Boot(BootService.LocateProtocol, code.Data(Adder.ToByteArray()), 0, found);
                code.Load(rbx, found);
                code.Call(__qword_ptr[rbx], rbx, twice);
                code.Return(rax);
            }));
            order += $"binary returned {status.Value}";
        });

        Assert.Equal("member got 14;binary returned 15", order);
    }
}
