using Xunit;

namespace EfiEmu.Loaders.Tests.Lua;

/// <summary>What scripts cannot do.</summary>
public sealed class SandboxTests
{
    public static TheoryData<string> Endless => new()
    {
        "while true do end",
        "::again:: goto again",
        "repeat until false",
        "while true do pcall(function() while true do end end) end",
        "while true do xpcall(function() while true do end end, function() while true do end end) end",
        "while true do pcall(pcall, function() while true do end end) end",
        "while true do pcall(error) end",
        "local co = coroutine.wrap(function() while true do end end) co()",
        "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
        "while true do coroutine.wrap(function() end)() end",
        "while true do local co = coroutine.create(function() while true do pcall(error) end end) coroutine.resume(co) end",
        "local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() while true do end end }) coroutine.yield() end) "
            + "coroutine.resume(co) while true do coroutine.close(co) end",
        "local x = setmetatable({}, { __index = function() while true do end end }).x",
        "print(setmetatable({}, { __tostring = function() while true do end end }))",
        "local x = setmetatable({}, { __eq = function() while true do end end }) == setmetatable({}, {})",
        "local x <close> = setmetatable({}, { __close = function() while true do end end })",
        "for _ in pairs(setmetatable({}, { __pairs = function() return function() return 1 end end })) do end",
        "error(setmetatable({}, { __tostring = function() while true do end end }))",
        "table.sort({ 3, 2, 1 }, function() while true do end end)",
        "table.sort(setmetatable({}, { __len = function() return 1 << 60 end }), function() return false end)",
        "string.gsub('x', 'x', function() while true do end end)",
        "string.find(string.rep('a', 100000), string.rep('a*', 30) .. 'b')",
        "string.find(string.rep('a', 100000), string.rep('a?', 100) .. string.rep('a', 100) .. 'b')",
        "string.match(string.rep('a', 10000), '^(.-)(.-)(.-)(.-)(.-)b$')",
        "string.find(string.rep('a', 2000000), string.rep('a', 1000000) .. 'b', 1, true)",
        "while true do string.find(string.rep('(', 10000), string.rep('%b()', 50)) end",
        "for i = 1, math.maxinteger do local s = string.rep('x', 1000000) end",
        "table.insert(setmetatable({}, { __len = function() while true do end end }), 1)",
        "local t = setmetatable({}, { __len = function() return 1 << 53 end }) table.insert(t, 1, 1)",
        "local t = setmetatable({}, { __len = function() return 1 << 53 end }) table.remove(t, 1)",
        "for _ in utf8.codes(string.rep('a', 1000000)) do local x = 1 while true do end end",
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public void Script_WithoutAnEnd_MeetsItsBudget(string source)
    {
        (ScriptResult result, _) = LuaRun.Of(source);

        Assert.Equal((ScriptEnd.Budget, 4, "test.lua: the script ran more than 5000000 steps"), (result.End, result.ExitCode, result.Message));
    }

    [Theory]
    [InlineData("local t = {} for i = 1, math.maxinteger do t[i] = {} end")]
    [InlineData("local s = 'x' while true do s = s .. s end")]
    [InlineData("string.rep('x', 200000000)")]
    [InlineData("local t = {} for i = 1, math.maxinteger do t[i] = string.rep('x', 1000) .. i end")]
    [InlineData("local t = {} while true do t[#t + 1] = coroutine.create(print) end")]
    [InlineData("local s = string.rep('x', 8000000) string.gsub(s, '', s)")]
    [InlineData("table.concat({ string.rep('x', 10000000), string.rep('x', 10000000), string.rep('x', 10000000) })")]
    public void Script_ThatWantsAllMemory_MeetsItsBudget(string source)
    {
        (ScriptResult result, _) = LuaRun.Of(source, LuaRun.Small with { Steps = 500_000_000 });

        Assert.Equal((ScriptEnd.Budget, "test.lua: the script's values took more than 33554432 bytes"), (result.End, result.Message));
    }

    [Fact]
    public void Script_ThatPrintsWithoutEnd_MeetsItsBudget()
    {
        (ScriptResult result, string output) = LuaRun.Of("while true do print(string.rep('x', 1000)) end");

        Assert.Equal((ScriptEnd.Budget, "test.lua: the script printed more than 1048576 bytes"), (result.End, result.Message));
        Assert.InRange(output.Length, 1, 1 << 20);
    }

    [Fact]
    public void Script_ThatTakesLongByTheClock_MeetsItsBudget()
    {
        (ScriptResult result, _) = LuaRun.Of("for i = 1, 1000000 do end", LuaRun.Small with { Time = TimeSpan.FromSeconds(2) }, time: new RacingClock());

        Assert.Equal((ScriptEnd.Budget, "test.lua: the script ran longer than 2 s"), (result.End, result.Message));
    }

    [Fact]
    public async Task Script_ThatIsInterrupted_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        Task run = Task.Run(() => LuaRun.Of("while true do pcall(function() while true do end end) end", LuaRun.Small with { Steps = ulong.MaxValue }, cancellation: cancellation.Token));
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Theory]
    [InlineData("local function f() return 1 + f() end f()")]
    [InlineData("local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k + 1] end print(t[1])")]
    [InlineData("local t = setmetatable({}, {}) getmetatable(t).__concat = function(a, b) return a .. b end print(t .. t)")]
    [InlineData("local function f(s) return s:gsub('.', f) end f('x')")]
    public void Recursion_WithoutAnEnd_FailsWithOneLine(string source)
    {
        (ScriptResult result, _) = LuaRun.Of(source, LuaRun.Small with { Steps = 500_000_000, MemoryBytes = 256 << 20 });

        Assert.Equal(ScriptEnd.Failed, result.End);
        Assert.Contains("overflow", result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("os")]
    [InlineData("io")]
    [InlineData("package")]
    [InlineData("debug")]
    [InlineData("require")]
    [InlineData("load")]
    [InlineData("loadstring")]
    [InlineData("loadfile")]
    [InlineData("dofile")]
    [InlineData("collectgarbage")]
    [InlineData("warn")]
    public void Name_OfWhatReachesOutside_IsNotThere(string name)
    {
        Assert.Equal($"test.lua:1: {name} is not offered to scripts", LuaRun.Failure($"local x = {name}"));
        Assert.Equal(["nil"], LuaRun.Lines($"print(rawget(_G, '{name}'))"));
    }

    [Theory]
    [InlineData("string.dump(print)", "attempt to call a nil value (field 'dump')")]
    [InlineData("setmetatable({}, { __gc = print })", "setmetatable: __gc is not offered to scripts")]
    [InlineData("getmetatable('').__index = nil", "attempt to index a string value")]
    [InlineData("string.format('%p', {})", "string.format: %p is not offered to scripts: addresses differ from run to run")]
    [InlineData("math.randomseed()", "math.randomseed: expected an integer for seed, got nil")]
    [InlineData("getmetatable(bs).__index = nil", "attempt to index a boolean value")]
    [InlineData("bs.stall = print", "bs.stall: cannot be set")]
    [InlineData("for _ in pairs({ [{}] = 1 }) do end", "pairs: keys of type table have no order that is the same on every run")]
    [InlineData("coroutine.yield()", "attempt to yield from outside a coroutine")]
    [InlineData("coroutine.resume(coroutine.running())", "coroutine.resume: the coroutine is not suspended")]
    [InlineData("table.unpack({}, 1, 1 << 40)", "table.unpack: more than 10000000 elements")]
    [InlineData("table.move({}, 1, math.maxinteger - 1, 2)", "table.move: more than 10000000 elements")]
    [InlineData("string.rep('x', 1 << 60)", "string.rep: the result is too long")]
    [InlineData("error({})", "(error object is a table value)")]
    public void Attempt_AtWhatIsClosed_FailsWithItsLine(string source, string message)
    {
        string failure = LuaRun.Failure(source);

        Assert.StartsWith("test.lua:1: " + message, failure, StringComparison.Ordinal);
    }

    [Fact]
    public void ByteCode_IsNoScript()
    {
        (ScriptResult result, _) = LuaRun.Of([0x1b, 0x4c, 0x75, 0x61, 0x54, 0x00, 0x19, 0x93, 0x0d, 0x0a, 0x1a, 0x0a]);

        Assert.Equal((ScriptEnd.Malformed, 2), (result.End, result.ExitCode));
        Assert.Contains("attempt to load a binary chunk", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SyntaxError_NamesTheLine()
    {
        (ScriptResult result, _) = LuaRun.Of("print(1)\nx = = 2");

        Assert.Equal((ScriptEnd.Malformed, 2, "test.lua:2: unexpected symbol near '='"), (result.End, result.ExitCode, result.Message));
    }

    [Fact]
    public void RandomBytes_AreNoScriptAndNoHarm()
    {
        var random = new Random(5);
        for (int round = 0; round < 500; round++)
        {
            byte[] source = new byte[random.Next(1, 200)];
            random.NextBytes(source);

            (ScriptResult result, _) = LuaRun.Of(source);

            Assert.StartsWith("test.lua:", result.Message ?? "test.lua:", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Order_OfKeys_IsAscending() => Assert.Equal(
        ["false", "true", "-1.5", "1", "2", "10", "B", "a", "b"],
        LuaRun.Lines("for key in pairs{ b = 1, a = 1, B = 1, [10] = 1, [2] = 1, [1] = 1, [-1.5] = 1, [true] = 1, [false] = 1 } do print(key) end"));

    [Fact]
    public void Print_OfATable_ShowsNoAddress() => Assert.Equal(
        ["table: 1\ttable: 2\ttable: 1", "function: 3"],
        LuaRun.Lines("local a, b = {}, {} print(a, b, a) print(print)"));

    // Each look at it moves it by a second.
    private sealed class RacingClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now++;
    }
}
