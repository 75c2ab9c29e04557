using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Scripts;

/// <summary>Scripts that are guests themselves.</summary>
public sealed class GuestScriptTests
{
    [Fact]
    public void Script_ThatTouchesBootServices_IsTheGuestFromThereOn()
    {
        ScriptRun run = ScriptRun.Finished("""
            print("before")
            local status, map = bs.get_memory_map{}
            print(status, bs.exit_boot_services(map.key))
            print("after")
            """);

        Assert.Equal(["before", "EFI_SUCCESS\tEFI_SUCCESS", "after"], run.Lines);
        BootReport report = Assert.IsType<BootReport>(run.Result.Report);
        Assert.Equal(EfiStatus.Success, Assert.Single(report.ExitBootServices).Status);
        Assert.Equal("test.lua", report.Guest.Name);
        Assert.DoesNotContain(report.Events, e => e is Remark { Text: var text } && text.Contains("left behind", StringComparison.Ordinal));
    }

    [Fact]
    public void Script_ThatReturnsAnError_IsAGuestThatFailed()
    {
        ScriptRun run = ScriptRun.Of("bs.stall(1) return Status.DeviceError");

        Assert.Equal((1, BootEnd.Returned), (run.Result.ExitCode, run.Result.Report!.Outcome.End));
        Assert.Equal("EFI_DEVICE_ERROR", run.Result.Report.Outcome.Status.ToString());
    }

    [Fact]
    public void Script_ThatTouchesNothingOfAGuest_BootsNothing() => Assert.Null(ScriptRun.Finished("print(1)").Result.Report);

    [Fact]
    public void Script_UntilExitBootServices_EndsThere()
    {
        ScriptRun run = ScriptRun.Finished("""
            machine{ ["until"] = "exit-boot-services" }
            local _, map = bs.get_memory_map{}
            bs.exit_boot_services(map.key)
            print("never")
            """);

        Assert.Equal((BootEnd.ExitBootServices, ""), (run.Result.Report!.Outcome.End, run.Output));
    }

    [Fact]
    public void Script_ThatTouchesUnacceptedMemory_EndsInAFault()
    {
        ScriptRun run = ScriptRun.Of("machine{ platform = 'sev-snp' } pcall(memory.read_u64, 0x100000000) print('never')");

        Assert.Equal((1, BootEnd.Fault, ""), (run.Result.ExitCode, run.Result.Report!.Outcome.End, run.Output));
        Assert.Equal(0x100000000UL, run.Result.Report.Fault!.Address);
    }

    [Fact]
    public void Script_InACoroutine_CallsServicesAsAnywhere() => Assert.Equal(["1", "EFI_SUCCESS", "2"], ScriptRun.Finished("""
        local co = coroutine.create(function()
          coroutine.yield(1)
          coroutine.yield((bs.stall(1)))
          coroutine.yield(2)
        end)
        for _ = 1, 3 do
          print(select(2, coroutine.resume(co)))
        end
        """).Lines);

    [Fact]
    public void Timer_ThatFallsDue_RunsItsFunction() => Assert.Equal(["fired", "EFI_SUCCESS"], ScriptRun.Finished("""
        local _, timer = bs.create_event{ type = EventType.Timer | EventType.NotifySignal, notify = function() print("fired") end }
        bs.set_timer(timer, "Relative", 100000)
        print(bs.stall(50000))
        """).Lines);

    [Fact]
    public void Memory_WrittenAndRead_IsExactTo64Bits() => Assert.Equal(
        ["0xfedcba9876543210", "0x76543210", "0x3210", "0x10", "caf\u00e9", "a\tb"],
        ScriptRun.Finished("""
        local _, buffer = bs.allocate_pool("LoaderData", 64)
        memory.write_u64(buffer, 0xfedcba9876543210)
        print(hex(memory.read_u64(buffer)))
        print(hex(memory.read_u32(buffer)))
        print(hex(memory.read_u16(buffer)))
        print(hex(memory.read_u8(buffer)))
        memory.write_utf16(buffer, "café")
        print(memory.read_utf16(buffer))
        memory.write_bytes(buffer, "a\tb\0")
        print(memory.read_bytes(buffer, 3))
        """).Lines);

    [Fact]
    public void Variable_SetAndGot_IsTheSame() => Assert.Equal(["EFI_SUCCESS", "EFI_SUCCESS\tvalue\t7", "EFI_NOT_FOUND"], ScriptRun.Finished("""
        local vendor = Guid("11111111-2222-3333-4444-555555555555")
        print(rt.set_variable("Name", vendor, 7, "value"))
        print(rt.get_variable("Name", vendor))
        print(rt.get_variable("Other", vendor))
        """).Lines);

    [Fact]
    public void BareGetMemoryMap_WithASizeTooSmall_SaysWhatFirmwareAsksFor() => Assert.Equal(["EFI_BUFFER_TOO_SMALL\ttrue\t48"], ScriptRun.Finished("""
        local status, map = bs.get_memory_map{ size = 0 }
        print(status, map.required_size > 4000, map.descriptor_size)
        """).Lines);

    [Theory]
    [InlineData("bs.exit_boot_services(nil)", "bs.exit_boot_services: expected an integer for key, got nil")]
    [InlineData("bs.exit_boot_services('x')", "bs.exit_boot_services: expected an integer for key, got \"x\"")]
    [InlineData("bs.exit_boot_servises(1)", "bs has no \"exit_boot_servises\"")]
    [InlineData("bs.allocate_pages('Loader', 1)", "bs.allocate_pages: there is no MemoryType \"Loader\"")]
    [InlineData("bs.locate_protocol('Nothing')", "bs.locate_protocol: \"Nothing\" is neither a GUID nor the name of one")]
    [InlineData("bs.get_memory_map{ sise = 1 }", "bs.get_memory_map: there is no argument \"sise\"; there are size, buffer, slack, type")]
    [InlineData("print(Status.Succes)", "Status.Succes: there is no such name")]
    [InlineData("local x = nil; x.y = 1", "attempt to index a nil value (local 'x')")]
    [InlineData("machine{ platform = 'vax' } bs.stall(1)", "bs.stall: platform: 'vax' is unknown; known: plain, sev-snp, tdx")]
    public void Error_AnyOf_NamesScriptLineAndCall(string statement, string message) =>
        Assert.Equal("test.lua:3: " + message, ScriptRun.Failure("\n\n" + statement));

    [Fact]
    public void Error_InANotifyFunction_NamesItsLineAndEndsTheScript() => Assert.Equal("test.lua:1: inside", ScriptRun.Failure("""
        local _, e = bs.create_event{ notify = function() error("inside") end }
        pcall(bs.signal_event, e)
        print("never")
        """));

    [Fact]
    public void Recursion_ThroughFirmware_IsBounded() => Assert.Contains("nest deeper than 100", ScriptRun.Failure("""
        local interface
        local function again() return call(memory.read_u64(interface), interface) end
        interface = protocol("11111111-2222-3333-4444-555555555555", { { name = "Again", f = again } })
        again()
        """), StringComparison.Ordinal);

    [Fact]
    public void Coroutine_WhoseCallIsBeingAnswered_CannotBeResumedByOthers() => Assert.Equal(
        ["false\ttest.lua:3: coroutine.resume: the coroutine is not suspended", "normal"],
        ScriptRun.Finished("""
        local main = coroutine.running()
        local _, e = bs.create_event{ notify = function()
          print(pcall(coroutine.resume, main))
          print(coroutine.status(main))
        end }
        bs.signal_event(e)
        """).Lines);
}
