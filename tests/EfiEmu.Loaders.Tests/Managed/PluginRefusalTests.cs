using System.Reflection;
using System.Reflection.Emit;
using EfiEmu.Firmware;
using EfiEmu.Loaders.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Loaders.Tests.Managed;

/// <summary>Files that are no plugins, each with its line.</summary>
public sealed class PluginRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_EmptyFile_SaysSo() => AssertRefused([], "the file is empty");

    [Theory]
    [InlineData("M")]
    [InlineData("hello, this is text")]
    public void Load_TextFile_SaysThatItIsNoDll(string text) =>
        AssertRefused(System.Text.Encoding.ASCII.GetBytes(text), "not a DLL: it does not begin with MZ");

    [Fact]
    public void Load_EfiImage_SaysThatItIsBootedInstead() =>
        AssertRefused(Probes.Read("memory"), "an EFI image: boot it, it is no plugin");

    [Fact]
    public void Load_NativeLibrary_SaysSo()
    {
        byte[] native = PeBuilder.Application().With(b => b.Subsystem = 3).Build();

        AssertRefused(native, "a native library without .NET metadata; a plugin is a .NET assembly");
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Load_DllThatWasCutShort_SaysSo(double part)
    {
        byte[] hello = File.ReadAllBytes(PluginDll.Hello);

        AssertRefused(hello[..(int)(hello.Length * part)], "damaged or cut short: its headers or metadata cannot be read");
    }

    [Fact]
    public void Load_MissingFile_SaysSo()
    {
        string path = Path.Combine(_folder.Path, "nothing.dll");

        AssertRefused(path, "no such file");
        AssertRefused(Path.Combine(path, "below.dll"), "no such file");
    }

    [Fact]
    public void Load_Folder_SaysThatItIsNoFile() => AssertRefused(_folder.Path, "a folder, not a file");

    [Fact]
    public void Load_LibraryWithoutPlugins_SaysWhatAPluginIs() => AssertRefused(
        PluginDll.Companion, "holds no plugin: no class that implements IGuestImage or IEfiProtocol of EfiEmu.Sdk");

    [Theory]
    [InlineData("0.2.0.0")]
    [InlineData("1.1.0.0")]
    public void Load_PluginForAnotherContract_NamesBothVersions(string compiled)
    {
        var version = Version.Parse(compiled);
        byte[] other = PluginDll.WithReference(File.ReadAllBytes(PluginDll.Hello), "EfiEmu.Sdk", version);

        AssertRefused(other, $"compiled against EfiEmu.Sdk {version.ToString(2)}, this is EfiEmu.Sdk 0.1: compile it again");
    }

    [Fact]
    public void Load_PluginForALaterBuildOfTheContract_IsLoadedAsFarAsItsReferencesGo()
    {
        // What is shared is the host's assembly, whatever build the plugin saw.
        byte[] other = PluginDll.WithReference(File.ReadAllBytes(PluginDll.Hello), "EfiEmu.Sdk", new Version(0, 1, 9));

        using PluginAssembly plugin = PluginAssembly.Load(_folder.Put("other.dll", other));

        Assert.Equal("hello", Assert.Single(plugin.Guests).Name);
    }

    [Fact]
    public void Load_PluginForALaterFramework_NamesBothVersions()
    {
        byte[] later = PluginDll.WithReference(File.ReadAllBytes(PluginDll.Hello), "System.Runtime", new Version(99, 0, 0));

        AssertRefused(later, $"compiled for .NET 99; this is .NET {Environment.Version.Major}");
    }

    [Fact]
    public void Load_PluginThatReachesIntoTheEmulator_NamesWhatItReferences() => AssertRefused(
        PluginDll.Make("Curious", module =>
        {
            TypeBuilder guest = Guest(module);
            guest.DefineField("runner", typeof(BootRunner), FieldAttributes.Public);
            return [guest];
        }),
        "references EfiEmu.Firmware, which is not shared with plugins; EfiEmu.Sdk is");

    [Fact]
    public void Load_PartOfTheEmulator_SaysSo() => AssertRefused(
        typeof(PluginAssembly).Assembly.Location, "EfiEmu.Loaders is a part of EfiEmu, not a plugin");

    [Fact]
    public void Load_GuestWithoutAttribute_NamesTheClass() => AssertRefused(
        PluginDll.Make("Nameless", module => [Guest(module)]), "class Guest implements IGuestImage but carries no [Guest] attribute");

    [Fact]
    public void Load_AttributeOnAnotherClass_NamesTheClass() => AssertRefused(
        PluginDll.Make("Named", module => [Named(module.DefineType("Other", TypeAttributes.Public), "other")]),
        "class Other carries [Guest] but does not implement IGuestImage");

    [Fact]
    public void Load_PluginThatNamesNoProtocol_NamesTheClass() => AssertRefused(
        PluginDll.Make("Mute", module => [Installer(module)]),
        "class Installer implements IFirmwarePlugin alone; a protocol plugin implements IEfiProtocol");

    [Theory]
    [InlineData("Hello World")]
    [InlineData("")]
    [InlineData("-hello")]
    public void Load_GuestWithANameThatNobodyCanType_QuotesIt(string name) => AssertRefused(
        PluginDll.Make("Shouting", module => [Named(Guest(module), name)]),
        $"a guest is named \"{name}\"; a name is lower-case words with hyphens");

    [Fact]
    public void Load_TwoGuestsOfOneName_NamesIt() => AssertRefused(
        PluginDll.Make("Twins", module => [Named(Guest(module, "First"), "twin"), Named(Guest(module, "Second"), "twin")]),
        "two guests are named twin");

    [Fact]
    public void Load_DllWithoutItsDependency_LoadsAndFailsWhereItIsNeeded()
    {
        using PluginAssembly odd = PluginAssembly.Load(_folder.Copy(PluginDll.Odd));

        Assert.Contains(odd.Guests, g => g.Name == "has-a-companion");
    }

    private static TypeBuilder Guest(ModuleBuilder module, string name = "Guest")
    {
        TypeBuilder type = module.DefineType(name, TypeAttributes.Public, typeof(object), [typeof(IGuestImage)]);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        MethodBuilder run = type.DefineMethod(
            nameof(IGuestImage.Run), MethodAttributes.Public | MethodAttributes.Virtual, typeof(EfiStatus), [typeof(IGuestContext)]);
        ILGenerator code = run.GetILGenerator();
        code.Emit(OpCodes.Ldnull);
        code.Emit(OpCodes.Throw);
        return type;
    }

    private static TypeBuilder Installer(ModuleBuilder module)
    {
        TypeBuilder type = module.DefineType("Installer", TypeAttributes.Public, typeof(object), [typeof(IFirmwarePlugin)]);
        MethodBuilder install = type.DefineMethod(
            nameof(IFirmwarePlugin.Install), MethodAttributes.Public | MethodAttributes.Virtual, typeof(void), [typeof(IFirmwareContext)]);
        install.GetILGenerator().Emit(OpCodes.Ret);
        return type;
    }

    private static TypeBuilder Named(TypeBuilder type, string name)
    {
        ConstructorInfo attribute = typeof(GuestAttribute).GetConstructor([typeof(string), typeof(string)])!;
        type.SetCustomAttribute(new CustomAttributeBuilder(attribute, [name, "made by a test"]));
        return type;
    }

    private void AssertRefused(byte[] file, string fault) => AssertRefused(_folder.Put("plugin.dll", file), fault);

    private static void AssertRefused(string path, string fault)
    {
        PluginException refused = Assert.Throws<PluginException>(() => PluginAssembly.Load(path));

        Assert.Equal($"plugin: {path}: {fault}", refused.Message);
        Assert.Equal(path, refused.File);
    }
}
