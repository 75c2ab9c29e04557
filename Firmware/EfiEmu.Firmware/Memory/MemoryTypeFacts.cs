using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>What edk2 knows of each memory type.</summary>
/// <remarks>MdeModulePkg/Core/Dxe/Mem/Page.c, the memory type statistics.</remarks>
internal static class MemoryTypeFacts
{
    private const uint FirstOemType = 0x70000000;

    /// <summary>Types whose bins keep the runtime map stable: free memory inside such a bin is reported as the bin's type.</summary>
    public static bool IsSpecial(MemoryType type) => type.Value is 0 or 5 or 6 or 9 or 10 or 13 or 15;

    /// <summary>Types that carry RUNTIME in the memory map; no other type does.</summary>
    public static bool IsRuntime(MemoryType type) => type.Value is 5 or 6 or 13;

    /// <summary>Whether the number lies below EfiMaxMemoryType.</summary>
    public static bool IsSpecified(MemoryType type) => type.Value < MemoryType.Max.Value;

    /// <summary>Types that OEMs and OS loaders define.</summary>
    public static bool IsCustom(MemoryType type) => type.Value >= FirstOemType;

    /// <summary>Types that AllocatePages refuses: Conventional, Persistent, Unaccepted and numbers that nobody defines.</summary>
    public static bool CanBeAllocated(MemoryType type) =>
        IsCustom(type) || (IsSpecified(type) && type.Value is not (7 or 14 or 15));

    /// <summary>The attributes with RUNTIME as the type demands; a custom type keeps what it has, as in edk2.</summary>
    public static MemoryAttributes WithRuntimeOf(MemoryType type, MemoryAttributes attributes)
    {
        if (IsRuntime(type))
        {
            return attributes | MemoryAttributes.Runtime;
        }

        return IsSpecified(type) ? attributes & ~MemoryAttributes.Runtime : attributes;
    }
}
