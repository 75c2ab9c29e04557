using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Support;

/// <summary>Boots a guest that is a few lines of a test.</summary>
internal static class GuestInCSharp
{
    /// <summary>Boots, and sees that the guest returned.</summary>
    public static BootReport Run(Action<IGuestContext> body, string platform = "plain", ulong memory = 128 * Emulator.MiB)
    {
        BootReport report = Emulator.Boot(
            GuestBoot.Request(_ => { }) with
            {
                Guest = ManagedImage.ToGuestFile(new GuestDefinition("test", "a test", _ => new Guest(body))),
                Platform = platform,
                MemoryBytes = memory,
                Until = BootUntil.GuestEnd,
            },
            []);
        // What a test asserts inside its guest ends up here.
        Assert.True(report.Fault is null, report.Fault?.Summary);
        Assert.Equal((BootEnd.Returned, EfiStatus.Success), (report.Outcome.End, report.Outcome.Status));
        return report;
    }

    /// <summary>Starts a PE image as a child.</summary>
    /// <returns>What StartImage returned.</returns>
    public static EfiStatus Start(this IGuestContext guest, byte[] image)
    {
        using OwnedPool file = guest.BootServices.OwnPool(MemoryType.LoaderData, (ulong)image.Length).Value;
        guest.Memory.Write(file.Address, image);
        EfiResult<EfiHandle> loaded = guest.BootServices.LoadImage(file.Address, file.Bytes);
        return loaded.TryGet(out EfiHandle handle) ? guest.BootServices.StartImage(handle) : loaded.Status;
    }

    private sealed class Guest(Action<IGuestContext> body) : IGuestImage
    {
        public EfiStatus Run(IGuestContext guest)
        {
            body(guest);
            return EfiStatus.Success;
        }
    }
}
