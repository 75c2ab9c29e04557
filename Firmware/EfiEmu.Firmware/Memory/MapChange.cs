using System.Globalization;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>What moved the map key.</summary>
internal enum MapChangeKind
{
    /// <summary>AllocatePages.</summary>
    AllocatePages,

    /// <summary>FreePages.</summary>
    FreePages,

    /// <summary>The pool took pages.</summary>
    PoolGrowth,

    /// <summary>The pool gave pages back.</summary>
    PoolReturn,

    /// <summary>The memory map took a page for its own entries.</summary>
    MapStorage,

    /// <summary>System memory joined the allocator.</summary>
    AddMemorySpace,

    /// <summary>Attributes of system memory changed.</summary>
    SetMemorySpaceCapabilities,

    /// <summary>Memory that nobody had tested was taken into use because nothing else was left.</summary>
    Promotion,
}

/// <summary>One step of the map key.</summary>
/// <param name="MapKey">The key after it.</param>
/// <param name="Kind">What did it.</param>
/// <param name="Type">The type that the range got, or that it had before it was freed.</param>
/// <param name="Range">The range that changed.</param>
internal readonly record struct MapChange(ulong MapKey, MapChangeKind Kind, MemoryType Type, MemoryRange Range)
{
    /// <summary>The change in words: AllocatePages LoaderData, 2 pages at 0x7e000000.</summary>
    public string Cause
    {
        get
        {
            ulong pages = Range.Length / GuestAddress.PageSize;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Verb} {Type}, {pages} {(pages == 1 ? "page" : "pages")} at 0x{Range.Start:x}");
        }
    }

    private string Verb => Kind switch
    {
        MapChangeKind.AllocatePages => "AllocatePages",
        MapChangeKind.FreePages => "FreePages",
        MapChangeKind.PoolGrowth => "AllocatePool",
        MapChangeKind.PoolReturn => "FreePool",
        MapChangeKind.MapStorage => "storage of the memory map:",
        MapChangeKind.AddMemorySpace => "AddMemorySpace",
        MapChangeKind.SetMemorySpaceCapabilities => "SetMemorySpaceCapabilities",
        MapChangeKind.Promotion => "untested memory taken into use:",
        _ => Kind.ToString(),
    };
}
