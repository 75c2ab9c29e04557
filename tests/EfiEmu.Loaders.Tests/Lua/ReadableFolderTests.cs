using Xunit;

namespace EfiEmu.Loaders.Tests.Lua;

/// <summary>The files that a script may read, and all the others.</summary>
public sealed class ReadableFolderTests : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("efiemu-files-").FullName;
    private readonly string _folder;

    public ReadableFolderTests()
    {
        _folder = Directory.CreateDirectory(Path.Combine(_top, "open")).FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        Directory.CreateDirectory(Path.Combine(_top, "open-not"));
        File.WriteAllText(Path.Combine(_folder, "sub", "file"), "inside");
        File.WriteAllText(Path.Combine(_top, "secret"), "outside");
        File.WriteAllText(Path.Combine(_top, "open-not", "secret"), "outside");
        File.CreateSymbolicLink(Path.Combine(_folder, "link-in"), Path.Combine("sub", "file"));
        File.CreateSymbolicLink(Path.Combine(_folder, "link-out"), Path.Combine("..", "secret"));
        File.CreateSymbolicLink(Path.Combine(_folder, "link-to-link"), "link-out");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "folder-out"), _top);
        File.CreateSymbolicLink(Path.Combine(_folder, "loop"), "loop");
        Directory.CreateSymbolicLink(Path.Combine(_top, "linked"), _folder);
    }

    public void Dispose() => Directory.Delete(_top, recursive: true);

    [Theory]
    [InlineData("sub/file")]
    [InlineData("./sub/../sub/file")]
    [InlineData("link-in")]
    [InlineData("../open/sub/file")]
    public void Read_OfAFileInside_GivesItsBytes(string path) => Assert.Equal(["inside"], LuaRun.Lines($"print(read_file('{path}'))", _folder));

    [Fact]
    public void Read_ByAbsolutePathInside_GivesItsBytes() =>
        Assert.Equal(["inside"], LuaRun.Lines($"print(read_file('{_folder}/sub/file'))", _folder));

    [Fact]
    public void Read_ThroughAFolderThatIsALinkItself_GivesItsBytes() =>
        Assert.Equal(["inside"], LuaRun.Lines("print(read_file('sub/file'))", Path.Combine(_top, "linked")));

    [Theory]
    [InlineData("../secret")]
    [InlineData("sub/../../secret")]
    [InlineData("../open-not/secret")]
    [InlineData("link-out")]
    [InlineData("link-to-link")]
    [InlineData("folder-out/secret")]
    [InlineData("folder-out/open/../secret")]
    [InlineData("/etc/hostname")]
    [InlineData("..")]
    [InlineData(".")]
    public void Read_OfWhatLiesOutside_IsRefused(string path)
    {
        Assert.Equal($"test.lua:1: read_file: {path}: lies outside of the folder that --allow-read names", LuaRun.Failure($"read_file('{path}')", _folder));
        Assert.Equal($"test.lua:1: boot: {path}: lies outside of the folder that --allow-read names", LuaRun.Failure($"boot('{path}')", _folder));
    }

    [Theory]
    [InlineData("nothing", "nothing: no such file")]
    [InlineData("sub", "sub: is a directory")]
    [InlineData("loop", "loop: cannot be read")]
    [InlineData("", "the path is empty or holds a NUL")]
    [InlineData("a\\0b", "the path is empty or holds a NUL")]
    public void Read_OfWhatIsNoFile_SaysSo(string path, string fault) =>
        Assert.Equal($"test.lua:1: read_file: {fault}", LuaRun.Failure($"read_file('{path}')", _folder));

    [Fact]
    public void Read_WithoutAFolder_IsRefused() => Assert.Equal(
        "test.lua:1: read_file: x: scripts read files only where --allow-read DIR names their folder", LuaRun.Failure("read_file('x')"));

    [Fact]
    public void Boot_OfAFileThatIsNoImage_SaysWhy() => Assert.StartsWith(
        "test.lua:1: boot: sub/file: ", LuaRun.Failure("boot('sub/file')", _folder), StringComparison.Ordinal);

    [Fact]
    public void Read_OfMoreThanTheScriptMayHold_IsRefused()
    {
        File.WriteAllBytes(Path.Combine(_folder, "big"), new byte[40 << 20]);

        Assert.Equal("test.lua:1: read_file: not enough memory for 41943040 bytes", LuaRun.Failure("read_file('big')", _folder));
    }
}
