using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace EfiEmu.Loaders.Tests.Support;

/// <summary>DLLs that tests load: real ones, and some that no compiler here would make.</summary>
internal static class PluginDll
{
    public static string Hello => Beside("HelloGuest", "HelloGuest.dll");

    public static string Greeter => Beside("GreeterProtocol", "GreeterProtocol.dll");

    public static string Odd => Beside("OddPlugins", "OddPlugins.dll");

    public static string Companion => Beside("OddPlugins", "Companion.dll");

    /// <summary>An assembly with the classes that a test defines.</summary>
    public static byte[] Make(string name, Func<ModuleBuilder, TypeBuilder[]> define)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        foreach (TypeBuilder type in define(assembly.DefineDynamicModule(name)))
        {
            type.CreateType();
        }

        using var stream = new MemoryStream();
        assembly.Save(stream);
        return stream.ToArray();
    }

    /// <summary>The same DLL, compiled against another version of an assembly that it references.</summary>
    public static byte[] WithReference(byte[] dll, string assembly, Version version)
    {
        byte[] file = [.. dll];
        using var image = new PEReader(new MemoryStream(dll));
        MetadataReader metadata = image.GetMetadataReader();
        AssemblyReferenceHandle row = metadata.AssemblyReferences.Single(r => metadata.GetString(metadata.GetAssemblyReference(r).Name) == assembly);
        int at = image.PEHeaders.MetadataStartOffset
            + metadata.GetTableMetadataOffset(TableIndex.AssemblyRef)
            + ((MetadataTokens.GetRowNumber(row) - 1) * metadata.GetTableRowSize(TableIndex.AssemblyRef));
        // ECMA-335 II.22.5: a row begins with the four parts of the version, 16 bits each.
        BitConverter.GetBytes((ushort)version.Major).CopyTo(file, at);
        BitConverter.GetBytes((ushort)version.Minor).CopyTo(file, at + 2);
        BitConverter.GetBytes((ushort)version.Build).CopyTo(file, at + 4);
        return file;
    }

    private static string Beside(string plugin, string file) => Path.Combine(AppContext.BaseDirectory, "plugins", plugin, file);
}
