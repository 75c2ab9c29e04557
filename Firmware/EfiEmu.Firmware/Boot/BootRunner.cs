using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Boots guests. Holds no state of a boot: many may run at once.</summary>
/// <param name="loader">Turns files into images.</param>
/// <param name="plugins">Makes the plugins of one boot, out of what its firmware gives them, in the order in which firmware starts them.</param>
/// <param name="services">What constructors of guests in C# may ask for in a boot with that firmware; null for the firmware alone.</param>
public sealed class BootRunner(
    IImageLoader loader,
    Func<IFirmwareContext, IReadOnlyList<IFirmwarePlugin>> plugins,
    Func<IFirmwareContext, IServiceProvider>? services = null)
{
    /// <summary>Runs one boot to its end. Never throws for what a guest does: that is what the report tells.</summary>
    /// <exception cref="BootRequestException">The request itself cannot be met (a name that is unknown, memory that is too small).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public BootReport Boot(BootRequest request, CancellationToken cancellation) => Boot(request, null, cancellation);

    /// <summary>The same, with somebody who watches and may disturb the boot.</summary>
    /// <inheritdoc cref="Boot(BootRequest, CancellationToken)"/>
    public BootReport Boot(BootRequest request, IBootInstrument? instrument, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        BootConfiguration configuration = BootConfiguration.Resolve(request);
        using var machine = new Machine(
            configuration.Platform,
            configuration.Layout,
            new MachineOptions(request.Seed, request.Budget.GuestBytesTouched) { Processor = configuration.Processor, Tier = configuration.Tier });
        IBootInstrument? exempt = instrument is null ? null : new ExemptInstrument(instrument);
        var recorder = new BootRecorder(
            () => new BootTime(machine.Clock.Nanoseconds, machine.InstructionsRetired), request.Budget, request.Trace)
        {
            Observer = exempt is null ? null : exempt.Happened,
        };
        var boot = new BootMachine(recorder, machine, configuration, loader, cancellation);
        return new BootCourse(boot, configuration, plugins, services, exempt).Run();
    }
}

/// <summary>A boot request that cannot be met.</summary>
/// <param name="field">The field at fault: memory, platform, cpu, cpu-tier, firmware, acceptance, plugin.</param>
/// <param name="fault">What is wrong with it.</param>
public class BootRequestException(string field, string fault) : Exception($"{field}: {fault}")
{
    /// <summary>The field at fault.</summary>
    public string Field { get; } = field;

    /// <summary>What is wrong with it.</summary>
    public string Fault { get; } = fault;
}
