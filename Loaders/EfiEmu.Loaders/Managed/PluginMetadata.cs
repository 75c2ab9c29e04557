using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using EfiEmu.Firmware;

namespace EfiEmu.Loaders;

/// <summary>A plugin assembly's guest and protocol classes, as metadata tokens.</summary>
internal sealed record PluginClasses(IReadOnlyList<int> Guests, IReadOnlyList<int> Protocols)
{
    public static PluginClasses None { get; } = new([], []);

    public bool Any => Guests.Count + Protocols.Count > 0;
}

/// <summary>Reads from a file's metadata whether it is a plugin, and which classes of it are. No code of the file runs.</summary>
/// <remarks>ECMA-335 part II. The file is untrusted: whatever is in it, the answer is classes or a fault in one line.</remarks>
internal static class PluginMetadata
{
    /// <summary>The prefix that assembly names of EfiEmu have, and that plugins leave to it.</summary>
    public const string OwnPrefix = "EfiEmu.";

    private const ushort DosMagic = 0x5a4d;
    private const string Framework = "System.Runtime";

    private static readonly string ContractName = PluginLoadContext.Contract.GetName().Name!;
    private static readonly Version ContractVersion = PluginLoadContext.Contract.GetName().Version!;

    /// <summary>Reads a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="fault">Why it is no plugin, where it is a broken one or one for another host; null otherwise.</param>
    /// <param name="note">Why it is no plugin, where it is a sound file of another kind: a native library, a dependency.</param>
    public static PluginClasses Read(byte[] file, out string? fault, out string? note)
    {
        fault = null;
        note = null;
        if (file.Length < 2 || BitConverter.ToUInt16(file) != DosMagic)
        {
            fault = file.Length == 0 ? "the file is empty" : "not a DLL: it does not begin with MZ";
            return PluginClasses.None;
        }

        try
        {
            using var image = new PEReader(new MemoryStream(file, writable: false));
            CheckSections(image.PEHeaders, file.Length);
            if (!image.HasMetadata)
            {
                note = image.PEHeaders.PEHeader is { Subsystem: >= Subsystem.EfiApplication and <= Subsystem.EfiRuntimeDriver }
                    ? "an EFI image: boot it, it is no plugin"
                    : "a native library without .NET metadata; a plugin is a .NET assembly";
                return PluginClasses.None;
            }

            MetadataReader metadata = image.GetMetadataReader();
            return Read(metadata, out fault, out note);
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            fault = "damaged or cut short: its headers or metadata cannot be read";
            return PluginClasses.None;
        }
    }

    // What System.Reflection.Metadata throws for files that contradict themselves.
    private static bool IsDamage(Exception exception) => exception
        is BadImageFormatException or ArgumentException or InvalidOperationException or OverflowException or IOException
        or IndexOutOfRangeException or InvalidCastException;

    private static void CheckSections(PEHeaders headers, int length)
    {
        if (headers.SectionHeaders.Any(s => s.PointerToRawData < 0 || s.SizeOfRawData < 0 || (long)s.PointerToRawData + s.SizeOfRawData > length))
        {
            throw new BadImageFormatException("a section ends behind the end of the file");
        }
    }

    private static PluginClasses Read(MetadataReader metadata, out string? fault, out string? note)
    {
        note = null;
        if (!metadata.IsAssembly)
        {
            fault = "a .NET module without an assembly of its own";
            return PluginClasses.None;
        }

        string name = metadata.GetString(metadata.GetAssemblyDefinition().Name);
        if (name.StartsWith(OwnPrefix, StringComparison.Ordinal))
        {
            fault = null;
            note = $"{OneLine(name)} is a part of EfiEmu, not a plugin";
            return PluginClasses.None;
        }

        List<AssemblyReference> references = [.. metadata.AssemblyReferences.Select(metadata.GetAssemblyReference)];
        fault = ReferenceFault(metadata, references);
        if (fault is not null)
        {
            return PluginClasses.None;
        }

        PluginClasses classes = new PluginClassFinder(metadata, ContractName).Find(out fault);
        if (fault is not null)
        {
            return PluginClasses.None;
        }

        note = classes.Any
            ? null
            : "holds no plugin: no class that implements IGuestImage or IEfiProtocol of EfiEmu.Sdk";
        return classes;
    }

    private static string? ReferenceFault(MetadataReader metadata, IReadOnlyList<AssemblyReference> references)
    {
        foreach (AssemblyReference reference in references)
        {
            string name = metadata.GetString(reference.Name);
            string? fault = name switch
            {
                _ when name == ContractName => ContractFault(reference.Version),
                Framework when reference.Version.Major > Environment.Version.Major =>
                    $"compiled for .NET {Number(reference.Version.Major)}; this is .NET {Number(Environment.Version.Major)}",
                _ when name.StartsWith(OwnPrefix, StringComparison.Ordinal) => $"references {OneLine(name)}, which is not shared with plugins; EfiEmu.Sdk is",
                _ => null,
            };
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    // While the contract is 0.x, its minor version changes where plugins break.
    private static string? ContractFault(Version compiled) =>
        compiled.Major == ContractVersion.Major && compiled.Minor == ContractVersion.Minor
            ? null
            : $"compiled against {ContractName} {compiled.ToString(2)}, this is {ContractName} {ContractVersion.ToString(2)}: compile it again";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string OneLine(string text) => PluginFaults.OneLine(text);
}
