using EfiEmu.Sdk;

namespace EfiEmu.Hosting;

/// <summary>What a boot's scope knows of its boot; the services of that scope read it.</summary>
internal sealed class BootContext
{
    private IFirmwareContext? _firmware;

    /// <summary>The boot.</summary>
    public IBoot? Boot { get; set; }

    /// <summary>Its firmware.</summary>
    /// <exception cref="InvalidOperationException">Asked for outside of a boot, or before firmware is up.</exception>
    public IFirmwareContext Firmware
    {
        get => _firmware ?? throw new InvalidOperationException("there is no firmware here: this service belongs to a boot whose firmware is up");
        set => _firmware = value;
    }
}
