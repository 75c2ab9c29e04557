using EfiEmu.Firmware.Reports;
using EfiEmu.Testing;
using Xunit;

public sealed class LoaderTests
{
    [Theory]
    [InlineData("edk2-202211", 1)]
    [InlineData("edk2-202502", 2)]
    public async Task OldKernel_OnSevSnp_KeepsAllItsMemory(string firmware, int attempts)
    {
        BootReport report = await EfiMachine.SevSnp(16.GiB()).WithFirmware(firmware).Boot("guest:unenlightened-kernel");

        Assert.Equal(BootEnd.HandOff, report.Outcome.End);
        Assert.Equal(attempts, report.ExitBootServices.Count);
        Assert.Equal(0UL, report.Ram.LostToGuest);
    }
}
