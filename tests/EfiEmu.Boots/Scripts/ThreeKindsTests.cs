using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Scripts;

/// <summary>One boot with a guest in Lua, a binary and a plugin in C#, all on one protocol database.</summary>
public sealed class ThreeKindsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("efiemu-scripts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void PluginThatABinaryCalls_InstallsAProtocol_OfWhichAScriptHearsAndWhichItCalls()
    {
        // The binary finds the plugin's protocol and has it announce the other one.
        File.WriteAllBytes(Path.Combine(_folder, "child.efi"), GuestCode.Guest(code =>
        {
            Label found = code.Space(8);
            code.Boot(BootService.LocateProtocol, code.Data(Announcer.ProtocolGuid.ToByteArray()), 0, found);
            code.Load(rbx, found);
            code.Call(__qword_ptr[rbx], rbx, 41);
            code.Return(rax);
        }).Bytes.ToArray());

        ScriptRun run = ScriptRun.Finished($$"""
            local registration
            local _, event = bs.create_event{ tpl = Tpl.Callback, notify = function()
              local status, announced = bs.locate_protocol("{{Announcer.Announced}}", registration)
              print("heard", status, call(memory.read_u64(announced), announced))
            end }
            _, registration = bs.register_protocol_notify("{{Announcer.Announced}}", event)
            local _, image = bs.load_image(read_file("child.efi"))
            print("child", bs.start_image(image))
            """, _folder, ProtocolDefinition.Of(_ => new Announcer()));

        Assert.Equal(["heard\tEFI_SUCCESS\t42", "child\tEFI_SUCCESS"], run.Lines);
        BootReport report = run.Result.Report!;
        Assert.Single(report.CallsOf("Announce"));
        Assert.Single(report.CallsOf("Answer"));
    }

    /// <summary>Announce(This, n) installs another protocol, whose Answer(This) is n + 1.</summary>
    private sealed class Announcer : IEfiProtocol
    {
        public static Guid ProtocolGuid { get; } = new("0c7c9f9a-7f0e-4d59-a3a0-5f8d9d2b6f11");

        public static Guid Announced { get; } = new("2b8a7e54-3f0a-4c0e-9c57-6b6f1f0a7d22");

        public static string ProtocolName => "Announcer";

        public void Install(IFirmwareContext firmware) => firmware.InstallProtocol<Announcer>(
            new InterfaceBuilder(firmware, ProtocolName, size: 8)
                .Function(0, "Announce", call => Announce(firmware, call[1]), InterfaceBuilder.This, new("Number"))
                .Build());

        private static EfiStatus Announce(IFirmwareContext firmware, ulong number)
        {
            EfiResult<GuestAddress> answer = new InterfaceBuilder(firmware, "Announced", size: 8)
                .ValueFunction(0, "Answer", _ => number + 1, InterfaceBuilder.This)
                .Build();
            return answer.Succeeded
                ? firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (Announced, answer.Value)).Status
                : answer.Status;
        }
    }
}
