using Xunit;

namespace EfiEmu.Boots.Scripts;

/// <summary>Scripts that boot guests, watch them, and do to them what firmware could do.</summary>
public sealed class LabScriptTests
{
    private const string Loader = """
        local function loader()
          local status, map = bs.get_memory_map{}
          return bs.exit_boot_services(map.key)
        end

        """;

    [Fact]
    public void Report_OfABoot_HasWhatTheTextReportHas() => Assert.Equal(
        [
            "hand-off\t0\tnil", "EFI_INVALID_PARAMETER", "EFI_SUCCESS", "14 GiB\t14 GiB\t0 B", "guest-start, exit-boot-services-1, exit-boot-services-2, final",
            "UnacceptedMemory\tConventionalMemory", "3\ttrue\ttrue",
        ],
        ScriptRun.Finished("""
        local report = boot("guest:unenlightened-kernel", { platform = "sev-snp", memory = "16G" })
        print(report.end_, report.exit_code, report.status)
        for _, attempt in ipairs(report.attempts) do
          print(attempt.status)
        end
        print(size(report.ram.total - report.ram.accepted_before_guest), size(report.ram.accepted_at_exit_boot_services), size(report.ram.lost_to_guest))
        print(table.concat(report.maps.stages, ", "))
        local function high(stage)
          for _, descriptor in ipairs(report.maps[stage]) do
            if descriptor.physical_start == 4 << 30 then
              return descriptor.type_name
            end
          end
        end
        print(high("guest-start"), high("final"))
        print(report.services["bs.GetMemoryMap"], report:text():find("VERDICT", 1, true) ~= nil, #report.events > 20)
        """).Lines);

    [Fact]
    public void MachineAndOptions_ChooseForAllBootsAndForOne() => Assert.Equal(["tdx", "plain", "tdx"], ScriptRun.Finished("""
        machine{ platform = "tdx", memory = 4 << 30 }
        for _, platform in ipairs{ "tdx", "plain", "tdx" } do
          print(boot("guest:unenlightened-kernel", platform == "plain" and { platform = platform } or nil).platform)
        end
        """).Lines);

    [Fact]
    public void On_EachEvent_GivesItToTheFunctionUntilItIsRemoved() => Assert.Equal(["2", "0", "true"], ScriptRun.Finished(Loader + """
        local seen, keys = 0, {}
        local undo = on("memory_map_fetched", function(event)
          seen = seen + 1
          keys[#keys + 1] = event.map_key
        end)
        boot(loader)
        print(seen)
        undo()
        seen = 0
        boot(loader)
        print(seen)
        print(keys[1] < keys[2])
        """).Lines);

    [Fact]
    public void Before_AHookThatAllocates_MakesTheKeyStale() => Assert.Equal(["bs.ExitBootServices\ttrue", "EFI_INVALID_PARAMETER"], ScriptRun.Finished(Loader + """
        before("bs.ExitBootServices", function(call)
          print(call.name, call.arguments.MapKey > 0)
          expect(firmware.allocate_pages("BootServicesData", 1), Status.Success)
        end)
        print(boot(loader).status)
        """).Lines);

    [Fact]
    public void Before_AHookThatReturnsAStatus_AnswersInFirmwaresPlace() => Assert.Equal(["EFI_ABORTED", "0"], ScriptRun.Finished(Loader + """
        before("bs.ExitBootServices", function() return Status.Aborted end)
        local report = boot(loader)
        print(report.status)
        print(#report.attempts)
        """).Lines);

    [Fact]
    public void After_AHook_SeesTheResult() => Assert.Equal(["EFI_BUFFER_TOO_SMALL", "EFI_SUCCESS"], ScriptRun.Finished(Loader + """
        after("bs.GetMemoryMap", function(call) print(call.result) end)
        boot(loader)
        """).Lines);

    [Fact]
    public void Fail_TheNthCall_FailsInEachBoot() => Assert.Equal(["EFI_SUCCESS\tEFI_OUT_OF_RESOURCES\tEFI_SUCCESS", "EFI_SUCCESS\tEFI_OUT_OF_RESOURCES\tEFI_SUCCESS"], ScriptRun.Finished("""
        fail("bs.AllocatePages", 2, Status.OutOfResources)
        for _ = 1, 2 do
          boot(function()
            local statuses = {}
            for i = 1, 3 do
              statuses[i] = tostring(bs.allocate_pages("LoaderData", 1))
            end
            print(table.concat(statuses, "\t"))
          end)
        end
        """).Lines);

    [Fact]
    public void Between_TwoCalls_GrowsTheMapByExactlySoMany() => Assert.Equal(["5", "0"], ScriptRun.Finished("""
        between{ after = "bs.GetMemoryMap", before = "bs.Stall", grow = 5, times = 1 }
        boot(function()
          local lengths = {}
          for i = 1, 3 do
            lengths[i] = #firmware.memory_map().descriptors
            bs.get_memory_map{ size = 0 }
            bs.stall(1)
          end
          print(lengths[2] - lengths[1])
          print(lengths[3] - lengths[2])
        end)
        """).Lines);

    [Fact]
    public void Rules_MadeByAGuest_EndWithItsBoot() => Assert.Equal(["EFI_ABORTED", "EFI_SUCCESS"], ScriptRun.Finished(Loader + """
        print(boot(function()
          fail("bs.ExitBootServices", 1, Status.Aborted)
          return loader()
        end).status)
        print(boot(loader).status)
        """).Lines);

    [Fact]
    public void Firmware_BehindTheGuestsBack_SignalsElapsesAndRemarks() => Assert.Equal(["heard", "true", "true"], ScriptRun.Finished("""
        local report = boot(function()
          bs.create_event{ group = "READY_TO_BOOT", notify = function() print("heard") end }
          firmware.signal_group("READY_TO_BOOT")
          local before = firmware.now()
          firmware.elapse(1000000)
          print(firmware.now() - before >= 1000000)
          firmware.remark("a word of the lab")
        end)
        print(report:text():find("a word of the lab", 1, true) ~= nil)
        """).Lines);

    [Theory]
    [InlineData("expect(1, 2)", "expect: got 1, expected 2")]
    [InlineData("expect(Status.NotFound, Status.Success, 'status')", "expect: status: got EFI_NOT_FOUND, expected EFI_SUCCESS")]
    [InlineData("expect({ 1, { 2 } }, { 1, { 3 } })", "expect: got {1, {...}}, expected {1, {...}}")]
    [InlineData("expect_error(function() end)", "expect_error: there was no error")]
    [InlineData("expect_error(function() error('a') end, 'b')", "expect_error: got \"test.lua:1: a\", expected one with \"b\"")]
    [InlineData("boot('guest:nobody')", "boot: there is no guest:nobody; efiemu guests lists them")]
    [InlineData("boot('guest:enlightened-kernel', { platform = 'vax' })", "boot: platform: 'vax' is unknown; known: plain, sev-snp, tdx")]
    [InlineData("boot(function() error('in the guest') end)", "in the guest")]
    [InlineData("boot(function() return {} end)", "boot: a function that the machine calls must return a Status, an integer, a truth value or nothing")]
    [InlineData("boot(function() boot('guest:enlightened-kernel') end)", "boot: a machine is running")]
    [InlineData("boot('guest:enlightened-kernel') bs.stall(1)", "bs.stall: no guest is running; a script that calls boot() is a lab, and its guests are functions that it boots")]
    [InlineData("firmware.elapse(1)", "firmware.elapse: no machine is running")]
    [InlineData("for i = 1, 1001 do on('remark', print) end", "on: more than 1000 things to watch and to disturb")]
    [InlineData("before('bs.Nothing', print)", "before: there is no service \"bs.Nothing\"")]
    [InlineData("before('bs.Stall', function() bs.stall(1) end) boot(function() bs.stall(1) end)", "bs.stall: a hook acts for firmware; use firmware.*")]
    [InlineData("on('image_started', function() firmware.elapse(1) end) boot(function() end)", "firmware.elapse: a function that watches events can do nothing else; use before or after")]
    [InlineData("machine{ memory = '1X' }", "machine: \"1X\" is not a size; write 512M, 8G, 2TiB or a number of bytes")]
    [InlineData("machine{ memory = 5 }", "machine: memory: not a positive multiple of 4096 bytes of at most 4P")]
    [InlineData("boot(function() firmware.grow_map(1 << 40) end)", "firmware.grow_map: the map grows by at most 10000 descriptors at a time")]
    public void Mistake_InALab_FailsWithItsLine(string script, string message) => Assert.Equal("test.lua:1: " + message, ScriptRun.Failure(script));

    [Fact]
    public void On_AnEventThatThereIsNot_ListsThem()
    {
        string failure = ScriptRun.Failure("on('sunrise', print)");

        Assert.StartsWith("test.lua:1: on: there is no event \"sunrise\"; there are configuration_table_installed, ", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Maps_KeptWithoutEnd_MeetTheMemoryBudget()
    {
        ScriptRun run = ScriptRun.Of("boot(function() local kept = {} for i = 1, 5000 do kept[i] = firmware.memory_map() end end)");

        Assert.Equal((Loaders.ScriptEnd.Budget, 4), (run.Result.End, run.Result.ExitCode));
        Assert.Contains("the script's values took more than", run.Result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Boots_WithoutEnd_MeetTheStepBudget()
    {
        ScriptRun run = ScriptRun.Of("while true do boot(function() end) end", budget: Loaders.ScriptBudget.Default with { Steps = 1_000_000 });

        Assert.Equal(Loaders.ScriptEnd.Budget, run.Result.End);
    }

    [Fact]
    public void ExpectError_OfAGuestThatFails_GivesTheMessage() => Assert.Equal(["test.lua:1: oops"], ScriptRun.Finished(
        "print(expect_error(function() boot(function() error('oops') end) end))").Lines);

    [Fact]
    public void Random_OfAScript_DependsOnTheSeedAlone()
    {
        ScriptRun first = ScriptRun.Finished("print(math.random(1 << 40))");
        ScriptRun other = ScriptRun.Of("print(math.random(1 << 40))", machine: ScriptRun.Machine with { Seed = 7 });

        Assert.Equal(first.Output, ScriptRun.Finished("print(math.random(1 << 40))").Output);
        Assert.NotEqual(first.Output, other.Output);
    }
}
