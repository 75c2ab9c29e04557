using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using EfiEmu.Protocols;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EfiEmu.Cli;

/// <summary>The emulator of the command: a host with EfiEmu in it, started by the first boot. Listings start none.</summary>
internal sealed class Composition : IEmulator, IDisposable
{
    private const string Prefix = "guest:";
    private const string SettingsFile = "appsettings.json";

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lazy<IHost> _host;
    private EmulatorSettings _settings = new();

    public Composition() => _host = new Lazy<IHost>(StartHost);

    public IReadOnlyList<ListingRow> Protocols =>
    [
        .. BuiltInProtocols.List().Select(p => new ListingRow(p.Name, p.Guid.ToString())),
        .. OfPlugins(plugin => plugin.Protocols.Select(p => new ListingRow(p.Name, $"{p.Guid} ({plugin.Name})"))),
    ];

    public IReadOnlyList<ListingRow> Guests =>
    [
        .. BuiltInGuests.All.Select(g => new ListingRow(Prefix + g.Name, g.Description)),
        .. OfPlugins(plugin => plugin.Guests.Select(g => new ListingRow(Prefix + g.Name, $"{g.Description} ({plugin.Name})"))),
    ];

    public EfiEmuOptions Defaults => _host.Value.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<EfiEmuOptions>>().Value;

    public void Use(EmulatorSettings settings)
    {
        if (_host.IsValueCreated)
        {
            throw new InvalidOperationException("the host runs already");
        }

        _settings = settings;
    }

    public BootReport Boot(BootRequest request, CancellationToken cancellation) => Boot(request, null, cancellation);

    public BootReport BootWatched(BootRequest request, IBootInstrument instrument, CancellationToken cancellation) =>
        _host.Value.Services.GetRequiredService<BootRunner>().Boot(request, instrument, cancellation);

    public SlackReport MeasureSlack(BootRequest request, CancellationToken cancellation) =>
        _host.Value.Services.GetRequiredService<SlackLab>().Measure(request, new SlackLimits(), cancellation);

    public BootReport Boot(BootRequest request, IProgress<BootProgress>? progress, CancellationToken cancellation)
    {
        IBoot boot = Queue(request, cancellation);
        while (progress is not null && Task.WaitAny([boot.Completion], ProgressInterval) < 0)
        {
            progress.Report(boot.Progress);
        }

        return boot.Completion.GetAwaiter().GetResult();
    }

    public string? Refusal(ReadOnlyMemory<byte> file) => ImageDescriber.Refusal(file);

    public GuestFile Describe(string name, ReadOnlyMemory<byte> file)
    {
        ImageDescription description = ImageDescriber.Describe(file);
        return new GuestFile(name, file, description.Description, description.IsLinuxKernel);
    }

    public GuestFile? BuiltInGuest(string name) => name.StartsWith(Prefix, StringComparison.Ordinal)
        ? _host.Value.Services.GetRequiredService<IGuestCatalogue>().Find(name)
        : null;

    public void Dispose()
    {
        if (_host.IsValueCreated)
        {
            _host.Value.Dispose();
        }
    }

    private IBoot Queue(BootRequest request, CancellationToken cancellation) =>
        _host.Value.Services.GetRequiredService<IBootRunner>().BootAsync(request, cancellation).AsTask().GetAwaiter().GetResult();

    private string? PluginFolder
    {
        get
        {
            string beside = Path.Combine(AppContext.BaseDirectory, "plugins");
            string? configured = Environment.GetEnvironmentVariable("EFIEMU_PLUGINFOLDER");
            return _settings.PluginFolder ?? (!string.IsNullOrEmpty(configured) ? configured : Directory.Exists(beside) ? beside : null);
        }
    }

    private List<ListingRow> OfPlugins(Func<PluginAssembly, IEnumerable<ListingRow>> rows)
    {
        List<PluginAssembly> plugins = [.. _settings.Plugins.Select(PluginAssembly.Load), .. PluginFolder is { } folder ? PluginAssembly.LoadFolder(folder) : []];
        List<ListingRow> listed = [.. plugins.SelectMany(rows)];
        plugins.ForEach(plugin => plugin.Dispose());
        return listed;
    }

    // Start-up time is a goal: an empty host, no lifetime that watches the console, no watchers of files, no logs unasked.
    private IHost StartHost()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "efiemu", ContentRootPath = AppContext.BaseDirectory });
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, SettingsFile)))
        {
            builder.Configuration.AddJsonFile(SettingsFile, optional: true, reloadOnChange: false);
        }

        EfiEmuBuilder efiemu = builder.AddEfiEmu(options =>
        {
            options.ParallelBoots = 1;
            options.PluginFolder = PluginFolder;
            options.LogLevel = _settings.Verbose ? LogLevel.Information : LogLevel.None;
        });
        if (_settings.PluginFolder is { } folder)
        {
            // What the user typed wins over all configuration.
            builder.Services.PostConfigure<EfiEmuOptions>(options => options.PluginFolder = folder);
        }

        foreach (string plugin in _settings.Plugins)
        {
            efiemu.AddPlugin(plugin);
        }

        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        IConfigurationSection logging = builder.Configuration.GetSection(EfiEmuOptions.Section);
        if (_settings.Verbose || logging["LogLevel"] is not null || logging["LogFile"] is not null)
        {
            builder.Logging.AddEfiEmuLogging();
        }

        IHost host = builder.Build();
        host.Start();
        return host;
    }

    /// <summary>Program.cs handles Ctrl+C.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
