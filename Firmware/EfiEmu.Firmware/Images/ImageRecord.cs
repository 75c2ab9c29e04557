using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Images;

/// <summary>An image in memory, as firmware keeps track of it.</summary>
internal sealed class ImageRecord
{
    public required string Name { get; init; }

    public required ILoadableImage File { get; init; }

    public required EfiHandle Handle { get; init; }

    /// <summary>Where it was copied to.</summary>
    public required GuestAddress Base { get; init; }

    /// <summary>The pages that were allocated for it, which start at or below <see cref="Base"/>.</summary>
    public required MemoryRange Pages { get; init; }

    /// <summary>EFI_LOADED_IMAGE_PROTOCOL in guest memory.</summary>
    public required GuestAddress Information { get; init; }

    /// <summary>Pool buffers that go with the image.</summary>
    public required IReadOnlyList<GuestAddress> Buffers { get; init; }

    /// <summary>Where it starts; a gate for an image whose code is C#.</summary>
    public required GuestAddress EntryPoint { get; init; }

    /// <summary>Set when StartImage runs it; an image starts once.</summary>
    public bool IsStarted { get; set; }

    /// <summary>What Exit was given for StartImage's caller.</summary>
    public (ulong Size, GuestAddress Data) ExitData { get; set; }
}
