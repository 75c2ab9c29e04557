using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Ends the boot from inside nested calls between guest and firmware. Caught in one place, which makes the report.</summary>
internal sealed class BootStoppedException(BootEnd end, string reason) : Exception(reason)
{
    public BootEnd End { get; } = end;

    /// <summary>What a reset left as its status; null for every other end.</summary>
    public EfiStatus? Status { get; init; }

    /// <summary>Where a loader that hands over says that boot_params are: RSI at the jump.</summary>
    public GuestAddress BootParameters { get; init; }

    /// <summary>The address that a fault touched.</summary>
    public GuestAddress? Address { get; init; }
}

/// <summary>Leaves the frames above an image's entry point, as firmware's LongJump does when the image calls Exit.</summary>
/// <remarks>MdeModulePkg/Core/Dxe/Image/Image.c. Caught by StartImage of that image only.</remarks>
internal sealed class ImageExitException(EfiHandle image, EfiStatus status) : Exception("Exit")
{
    public EfiHandle Image { get; } = image;

    public EfiStatus Status { get; } = status;
}
