using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EfiEmu.Hosting.Tests;

/// <summary>A host with EfiEmu and the guests of these tests, started.</summary>
internal sealed class HostedEmulator : IAsyncDisposable
{
    private readonly IHost _host;

    private HostedEmulator(IHost host) => _host = host;

    public IBootRunner Runner => _host.Services.GetRequiredService<IBootRunner>();

    public IGuestCatalogue Guests => _host.Services.GetRequiredService<IGuestCatalogue>();

    public Gate Gate => _host.Services.GetRequiredService<Gate>();

    public Track Track => _host.Services.GetRequiredService<Track>();

    public static async Task<HostedEmulator> Start(
        Action<EfiEmuOptions>? options = null, Action<EfiEmuBuilder>? plugins = null, params (string Key, string Value)[] configuration)
    {
        IHost host = Build(options, plugins, configuration);
        await host.StartAsync();
        return new HostedEmulator(host);
    }

    public static IHost Build(
        Action<EfiEmuOptions>? options = null, Action<EfiEmuBuilder>? plugins = null, params (string Key, string Value)[] configuration)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(configuration.Select(c => new KeyValuePair<string, string?>(c.Key, c.Value)));
        builder.Logging.AddEfiEmuLogging();
        builder.Services.AddSingleton<Gate>().AddSingleton<Track>();
        EfiEmuBuilder efiemu = builder.Services.AddEfiEmu(o =>
        {
            o.ParallelBoots = 2;
            o.LogLevel = Microsoft.Extensions.Logging.LogLevel.None;
            options?.Invoke(o);
        });
        efiemu.AddGuest<GateGuest>().AddGuest<EndlessGuest>().AddGuest<ThrowingGuest>().AddGuest<RecursiveGuest>();
        plugins?.Invoke(efiemu);
        return builder.Build();
    }

    public BootRequest Request(string guest = "guest:unenlightened-kernel", string platform = "plain") => new()
    {
        Guest = Guests.Find(guest) ?? throw new ArgumentException(guest),
        Platform = platform,
        MemoryBytes = 1UL << 30,
        Firmware = FirmwareProfiles.Default,
    };

    public async Task<BootReport> Boot(BootRequest request) => await (await Runner.BootAsync(request)).Completion;

    public Task Stop(CancellationToken now = default) => _host.StopAsync(now);

    public async ValueTask DisposeAsync()
    {
        Gate.Open();
        await _host.StopAsync();
        _host.Dispose();
    }
}
