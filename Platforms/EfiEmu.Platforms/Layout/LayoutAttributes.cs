using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>The RUNTIME attribute follows from the type of an allocation.</summary>
internal static class LayoutAttributes
{
    public static MemoryAttributes Of(MemoryType type, MemoryAttributes capabilities) =>
        type == MemoryType.RuntimeServicesCode || type == MemoryType.RuntimeServicesData || type == MemoryType.PalCode
            ? capabilities | MemoryAttributes.Runtime
            : capabilities & ~MemoryAttributes.Runtime;
}
