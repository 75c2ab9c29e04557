using System.Text;
using Xunit;

namespace EfiEmu.Loaders.Tests.Lua;

/// <summary>The counted string searches against Lua's own.</summary>
public sealed class StringLibraryTests
{
    private static readonly string[] Pieces =
    [
        "a", "b", "1", " ", ".", "%a", "%d", "%s", "%w", "%A", "%p", "%x", "[ab]", "[^a]", "[a-c1]", "[%d_]", "[]]", "[^%s]", "(a)", "(.)", "()", "(",
        ")", "(a*)", "*", "+", "-", "?", "%b()", "%bab", "%f[a]", "%f[%W]", "^", "$", "%1", "%2", "%%", "%", "[", "[a-", "%f", "%b",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Searches_OfRandomPatterns_GiveWhatLuaGives(int seed)
    {
        var random = new Random(seed);
        var cases = new StringBuilder("local cases = {\n");
        for (int i = 0; i < 2000; i++)
        {
            string pattern = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            string subject = string.Concat(Enumerable.Range(0, random.Next(0, 12)).Select(_ => "aabb1c ()_"[random.Next(10)]));
            cases.Append($"{{ \"{subject}\", \"{pattern}\", {random.Next(-3, 8)} }},\n");
        }

        string source = cases.Append("}\n").Append(Exercise).ToString();
        using var lua = new KeraLua.Lua();
        string printed = "";
        lua.Register("print", state =>
        {
            printed += KeraLua.Lua.FromIntPtr(state).ToString(1) + "\n";
            return 0;
        });
        Assert.False(lua.DoString(source));

        (ScriptResult result, string output) = LuaRun.Of(source, LuaRun.Small with { Steps = 100_000_000 });

        Assert.Null(result.Message);
        Assert.Equal(printed, output);
    }

    [Theory]
    [InlineData("print(('x'):rep(3, ','))", "x,x,x")]
    [InlineData("print(string.format('%5.1f|%-4s|%q|%s', 1.25, 'a', 'b\\n', nil))", "  1.2|a   |\"b\\")]
    [InlineData("print(#string.format('%s', {}))", "8")]
    [InlineData("print(('a b c'):gsub('%w', { a = 1, b = false }))", "1 b c\t3")]
    [InlineData("print(('abc'):gsub('%w', '%0%0', 2))", "aabbc\t2")]
    [InlineData("print(('x = 1, y = 2'):gsub('(%w+) = (%w+)', '%2 = %1'))", "1 = x, 2 = y\t2")]
    [InlineData("print(tostring(12):len(), (12 .. ''):rep(2))", "2\t1212")]
    public void StringFunctions_GiveWhatTheManualSays(string source, string line) => Assert.Equal(line, LuaRun.Lines(source)[0]);

    [Theory]
    [InlineData("('x'):find('(')", "unfinished capture in a pattern")]
    [InlineData("('x'):gsub('x', '%9')", "string.gsub: invalid capture index %9 in replacement string")]
    [InlineData("('x'):gsub()", "bad argument #2 to 'gsub' (string expected, got no value)")]
    [InlineData("('x'):gsub('x', print, 'y')", "bad argument #4 to 'gsub' (number expected, got string)")]
    [InlineData("('x'):find('[a')", "string.find: malformed pattern (missing ']')")]
    [InlineData("('x'):find('%')", "string.find: malformed pattern (ends with '%')")]
    [InlineData("string.format('%d', 'x')", "bad argument #2 to 'format' (number expected, got string)")]
    [InlineData("table.concat({ {} })", "invalid value (table) at index 1 in table for 'concat'")]
    [InlineData("table.sort({ 1, 'x' })", "attempt to compare string with number")]
    public void Mistake_NamesTheLineOfTheScript(string source, string message) => Assert.Equal("test.lua:1: " + message, LuaRun.Failure(source));

    [Fact]
    public void Sort_IsStable() => Assert.Equal(["a1 b1 a2 b2 a3 b3"], LuaRun.Lines("""
        local list = { "a2", "a1", "b2", "b1", "a3", "b3" }
        table.sort(list, function(x, y) return x:sub(2) < y:sub(2) end)
        print(table.concat(list, " "))
        """));

    [Fact]
    public void Sort_OfManyNumbers_GivesWhatLuaGives() => Assert.Equal(["true"], LuaRun.Lines("""
        local list = {}
        for i = 1, 2000 do
          list[i] = math.random(1000)
        end
        table.sort(list)
        local sorted = true
        for i = 2, #list do
          sorted = sorted and list[i - 1] <= list[i]
        end
        print(sorted)
        """));

    // Results of one case on one line; of errors only that there was one.
    private const string Exercise = """
        local function show(ok, ...)
          if not ok then
            return "error"
          end
          local parts = {}
          for i = 1, select("#", ...) do
            parts[i] = tostring((select(i, ...)))
          end
          return table.concat(parts, ";")
        end
        for i, c in ipairs(cases) do
          local s, p, init = c[1], c[2], c[3]
          local all = {}
          local ok = pcall(function()
            for a, b in string.gmatch(s, p) do
              all[#all + 1] = tostring(a) .. "," .. tostring(b)
            end
          end)
          print(i .. " " .. show(pcall(string.find, s, p, init)) .. " | " .. show(pcall(string.match, s, p, init)) .. " | "
            .. show(pcall(string.gsub, s, p, "<%0>")) .. " | " .. show(pcall(string.gsub, s, p, function(a) return #tostring(a) end, 2)) .. " | "
            .. tostring(ok) .. " " .. table.concat(all, ";") .. " | " .. show(pcall(string.find, s, p, init, true)))
        end
        """;
}
