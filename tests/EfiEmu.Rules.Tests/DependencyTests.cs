using System.Xml.Linq;
using Xunit;

namespace EfiEmu.Rules.Tests;

/// <summary>The folder is the dependency rule; the compiler enforces the arrows, this table says which arrows there are.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Protocols/EfiEmu.Sdk"] = [],
        ["Protocols/EfiEmu.Protocols"] = ["EfiEmu.Sdk"],
        ["Platforms/EfiEmu.Cpu"] = ["Iced"],
        ["Platforms/EfiEmu.Platforms"] = ["EfiEmu.Cpu", "EfiEmu.Sdk"],
        ["Firmware/EfiEmu.Firmware"] = ["EfiEmu.Platforms", "EfiEmu.Sdk"],
        ["Loaders/EfiEmu.Loaders"] = ["EfiEmu.Cpu", "EfiEmu.Firmware", "EfiEmu.Sdk", "KeraLua", "Microsoft.Extensions.DependencyInjection.Abstractions"],
        ["Loaders/EfiEmu.Guests"] = ["EfiEmu.Sdk"],
        ["Loaders/EfiEmu.Guests/samples/HelloGuest"] = ["EfiEmu.Sdk"],
        ["Loaders/EfiEmu.Guests/samples/GreeterProtocol"] = ["EfiEmu.Sdk"],
        ["tools/EfiEmu.Hosting"] =
        [
            "EfiEmu.Firmware", "EfiEmu.Guests", "EfiEmu.Loaders", "EfiEmu.Platforms", "EfiEmu.Protocols", "EfiEmu.Sdk",
            "Microsoft.Extensions.Hosting", "Serilog", "Serilog.Extensions.Logging", "Serilog.Sinks.Console", "Serilog.Sinks.File",
        ],
        ["tools/EfiEmu.Testing"] = ["EfiEmu.Firmware", "EfiEmu.Hosting", "EfiEmu.Loaders", "EfiEmu.Sdk", "Microsoft.Extensions.Hosting"],
        ["tools/EfiEmu.Bench"] = ["EfiEmu.Firmware", "EfiEmu.Loaders", "EfiEmu.Platforms", "EfiEmu.Protocols", "EfiEmu.Sdk"],
        ["tools/EfiEmu.Cli"] =
        [
            "EfiEmu.Firmware", "EfiEmu.Guests", "EfiEmu.Hosting", "EfiEmu.Loaders", "EfiEmu.Platforms", "EfiEmu.Protocols", "EfiEmu.Sdk", "System.CommandLine",
        ],
    };

    private static IEnumerable<string> ProductProjects => SourceTree.Files
        .Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.StartsWith("tests/", StringComparison.Ordinal));

    [Fact]
    public void ProductProjects_ReferenceWhatTheTableAllows_AndNothingElse() => Assert.All(ProductProjects, project =>
    {
        Assert.True(Allowed.TryGetValue(Folder(project), out string[]? allowed), $"{project} is not in the table");
        Assert.Empty(References(project).Except(allowed));
    });

    [Fact]
    public void Table_NamesProjectsThatExist() => Assert.Empty(Allowed.Keys.Except(ProductProjects.Select(Folder)));

    [Fact]
    public void ProductProjects_NeverReachTheCompiler() =>
        // Plugins are compiled assemblies and scripts are Lua: nothing compiles C# at run time.
        Assert.All(ProductProjects, project => Assert.DoesNotContain(
            "Microsoft.CodeAnalysis",
            File.ReadAllText(Path.Combine(SourceTree.Root, Folder(project), "packages.lock.json")),
            StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Projects_LeavePackageVersionsToTheCentralFile() => Assert.All(
        // A stranger's project has no central file.
        SourceTree.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.StartsWith("tests/stranger/", StringComparison.Ordinal)),
        project => Assert.Empty(Elements(project, "PackageReference").Where(e => e.Attribute("Version") is not null).Select(_ => project)));

    private static IEnumerable<string> References(string project) =>
        Elements(project, "ProjectReference").Select(e => Path.GetFileNameWithoutExtension(Include(e)))
            .Concat(Elements(project, "PackageReference").Select(Include));

    private static string Include(XElement reference) => reference.Attribute("Include")?.Value ?? string.Empty;

    private static IEnumerable<XElement> Elements(string project, string name) =>
        XDocument.Load(Path.Combine(SourceTree.Root, project)).Descendants(name);

    private static string Folder(string project) => project[..project.LastIndexOf('/')];
}
