using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using EfiEmu.Firmware;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>
/// Finds the plugin classes of an assembly: those that implement the contract's interfaces, by themselves or through base
/// classes and interfaces of the same assembly.
/// </summary>
/// <param name="metadata">The assembly.</param>
/// <param name="contract">The name of the contract's assembly.</param>
internal sealed class PluginClassFinder(MetadataReader metadata, string contract)
{
    private readonly List<int> _guests = [];
    private readonly List<int> _protocols = [];

    /// <summary>The classes in the order of the file.</summary>
    /// <param name="fault">What is wrong with a class that looks like a plugin and is none.</param>
    public PluginClasses Find(out string? fault)
    {
        fault = null;
        foreach (TypeDefinitionHandle type in metadata.TypeDefinitions)
        {
            if (CanBeMade(metadata.GetTypeDefinition(type)))
            {
                fault ??= Add(type);
            }
        }

        return new PluginClasses(_guests, _protocols);
    }

    private static bool CanBeMade(TypeDefinition type) =>
        (type.Attributes & (TypeAttributes.Interface | TypeAttributes.Abstract)) == 0 && type.GetGenericParameters().Count == 0;

    private string? Add(TypeDefinitionHandle type)
    {
        HashSet<string> offers = [];
        Collect(type, offers, []);
        bool guest = offers.Contains(nameof(IGuestImage));
        bool protocol = offers.Contains(nameof(IEfiProtocol));
        if (guest)
        {
            _guests.Add(MetadataTokens.GetToken(type));
        }

        if (protocol)
        {
            _protocols.Add(MetadataTokens.GetToken(type));
        }

        TypeDefinition definition = metadata.GetTypeDefinition(type);
        string? wrong = (guest, CarriesGuestAttribute(definition), protocol) switch
        {
            (true, false, _) => "implements IGuestImage but carries no [Guest] attribute",
            (false, true, _) => "carries [Guest] but does not implement IGuestImage",
            (_, _, false) when offers.Contains(nameof(IFirmwarePlugin)) => "implements IFirmwarePlugin alone; a protocol plugin implements IEfiProtocol",
            _ => null,
        };
        return wrong is null ? null : $"class {PluginFaults.OneLine(metadata.GetString(definition.Name))} {wrong}";
    }

    // In a damaged file a type may be its own base: each is looked at once.
    private void Collect(EntityHandle type, HashSet<string> offers, HashSet<EntityHandle> seen)
    {
        if (type.IsNil || !seen.Add(type))
        {
            return;
        }

        if (ContractType(type) is { } offered)
        {
            offers.Add(offered);
        }
        else if (type.Kind == HandleKind.TypeDefinition)
        {
            TypeDefinition definition = metadata.GetTypeDefinition((TypeDefinitionHandle)type);
            foreach (InterfaceImplementationHandle implementation in definition.GetInterfaceImplementations())
            {
                Collect(metadata.GetInterfaceImplementation(implementation).Interface, offers, seen);
            }

            Collect(definition.BaseType, offers, seen);
        }
    }

    private bool CarriesGuestAttribute(TypeDefinition type) => type.GetCustomAttributes()
        .Select(handle => metadata.GetCustomAttribute(handle).Constructor)
        .Where(constructor => constructor.Kind == HandleKind.MemberReference)
        .Any(constructor => ContractType(metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent) == nameof(GuestAttribute));

    // The name of a type of the contract; null for every other.
    private string? ContractType(EntityHandle type)
    {
        if (type.IsNil || type.Kind != HandleKind.TypeReference)
        {
            return null;
        }

        TypeReference reference = metadata.GetTypeReference((TypeReferenceHandle)type);
        EntityHandle scope = reference.ResolutionScope;
        return !scope.IsNil
            && scope.Kind == HandleKind.AssemblyReference
            && metadata.StringComparer.Equals(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name, contract)
            && metadata.StringComparer.Equals(reference.Namespace, typeof(IEfiProtocol).Namespace!)
            ? metadata.GetString(reference.Name)
            : null;
    }
}
