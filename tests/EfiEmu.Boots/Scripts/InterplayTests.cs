using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Scripts;

/// <summary>Scripts, binaries and firmware's own C# call each other.</summary>
public sealed class InterplayTests : IDisposable
{
    private const int InstallProtocolInterface = 128;
    private const string Protocol = "6f1b2d3c-1111-4222-8333-9a9b9c9d9e9f";

    private readonly string _folder = Directory.CreateTempSubdirectory("efiemu-scripts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Script_ThatStartsABinary_GetsItsStatus()
    {
        Child(code =>
        {
            code.Print(code.Text("child\r\n"));
            code.Return(0x8000000000000007);
        });

        ScriptRun run = ScriptRun.Finished("""
            local status, image = bs.load_image(read_file("child.efi"))
            expect(status, Status.Success)
            print(bs.start_image(image))
            """, _folder);

        Assert.Equal(["EFI_DEVICE_ERROR"], run.Lines);
        Assert.Equal("child\r\n", run.Result.Report!.Console);
    }

    [Fact]
    public void Script_ThatOffersAProtocol_IsCalledByABinary()
    {
        Child(code =>
        {
            Label found = code.Space(8);
            code.Boot(BootService.LocateProtocol, code.Data(Guid.Parse(Protocol).ToByteArray()), 0, found);
            code.Load(rbx, found);
            code.Call(__qword_ptr[rbx + 8], rbx, 40, 2, 0, 0, 100);
            code.Return(rax);
        });

        ScriptRun run = ScriptRun.Finished($$"""
            local interface = protocol("{{Protocol}}", {
              { name = "Nothing", f = function() end },
              { name = "Sum", f = function(this, a, b, _, _, c) print(a, b, c) return a + b + c end },
            })
            expect(bs.install_protocol_interface(nil, "{{Protocol}}", interface), Status.Success)
            local _, image = bs.load_image(read_file("child.efi"))
            print(bs.start_image(image).value)
            """, _folder);

        Assert.Equal(["40\t2\t100", "142"], run.Lines);
        ServiceCalled call = Assert.Single(run.Result.Report!.CallsOf("Sum"));
        Assert.Equal(["a=0x28", "b=0x2"], call.Arguments.Skip(1).Take(2).Select((text, i) => $"{call.Function.Parameters[i + 1].Name}={text}"));
    }

    [Fact]
    public void Script_ThatRegistersForAProtocol_HearsOfABinaryThatInstallsIt()
    {
        Child(code => code.Boot(
            InstallProtocolInterface, code.Space(8), code.Data(Guid.Parse(Protocol).ToByteArray()), 0, code.Data(1, 2, 3, 4, 5, 6, 7, 8)));

        ScriptRun run = ScriptRun.Finished($$"""
            local registration
            local _, event = bs.create_event{ notify = function()
              local status, interface = bs.locate_protocol("{{Protocol}}", registration)
              print(status, status == Status.Success and hex(memory.read_u64(interface)))
            end }
            local status
            status, registration = bs.register_protocol_notify("{{Protocol}}", event)
            print(status)
            local _, image = bs.load_image(read_file("child.efi"))
            print(bs.start_image(image))
            """, _folder);

        Assert.Equal("EFI_SUCCESS", run.Lines[0]);
        Assert.Contains("EFI_SUCCESS\t0x807060504030201", run.Lines);
    }

    [Fact]
    public void Script_CallsAMemberThatFirmwareOffers()
    {
        ScriptRun run = ScriptRun.Finished("""
            local status, rng = bs.locate_protocol("Rng")
            local _, buffer = bs.allocate_pool("LoaderData", 16)
            memory.fill(buffer, 16)
            print(Status(call(memory.read_u64(rng + 8), rng, 0, 16, buffer)))
            print(memory.read_u64(buffer) ~= 0)
            """);

        Assert.Equal(["EFI_SUCCESS", "true"], run.Lines);
        Assert.Equal(1UL, run.Result.Report!.Calls("GetRNG"));
    }

    [Fact]
    public void Lab_ThatBootsABinary_SeesWhatItDid()
    {
        Child(code => code.Boot(BootService.Stall, 1000));

        ScriptRun run = ScriptRun.Finished("""
            local report = boot("child.efi")
            print(report.end_, report.services["bs.Stall"], report.guest)
            """, _folder);

        Assert.Equal(["returned\t1\tchild.efi"], run.Lines);
    }

    [Fact]
    public void Lab_ThatDisturbsABinary_IsInTheReport()
    {
        Child(code =>
        {
            code.Boot(BootService.AllocatePool, 2, 100, code.Space(8));
            code.Return(rax);
        });

        Assert.Equal(["EFI_SUCCESS", "EFI_OUT_OF_RESOURCES"], ScriptRun.Finished("""
            print(boot("child.efi").status)
            fail("bs.AllocatePool", 1, Status.OutOfResources)
            print(boot("child.efi").status)
            """, _folder).Lines);
    }

    private void Child(Action<GuestCode> write) => File.WriteAllBytes(Path.Combine(_folder, "child.efi"), GuestCode.Image(write));
}
