using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Hosting;
using EfiEmu.Loaders;
using EfiEmu.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EfiEmu.Testing;

/// <summary>A machine to boot guests on in a test. It never changes: each With gives another machine, and each boot starts at power-on.</summary>
/// <remarks>
/// Equal machines and guests give equal reports, so tests may share a machine and run at the same time. No configuration and no
/// environment variable is read.
/// </remarks>
public sealed class EfiMachine
{
    private const string GuestPrefix = "guest:";

    private Func<BootRequest, BootRequest> Request { get; init; } = request => request;

    private Action<EfiEmuBuilder> Plugins { get; init; } = _ => { };

    private EfiMachine()
    {
    }

    /// <summary>Plain x86-64: all memory is accepted at power-on.</summary>
    /// <param name="memoryBytes">RAM; see <see cref="MemorySizes"/>.</param>
    public static EfiMachine Plain(ulong memoryBytes) => On("plain", memoryBytes);

    /// <summary>An AMD SEV-SNP guest.</summary>
    /// <inheritdoc cref="Plain"/>
    public static EfiMachine SevSnp(ulong memoryBytes) => On("sev-snp", memoryBytes);

    /// <summary>An Intel TDX guest.</summary>
    /// <inheritdoc cref="Plain"/>
    public static EfiMachine Tdx(ulong memoryBytes) => On("tdx", memoryBytes);

    /// <summary>With a firmware by its name; see <see cref="FirmwareProfiles"/>.</summary>
    public EfiMachine WithFirmware(string name) => With(request => request with { Firmware = name });

    /// <summary>With a processor: NAME[,+feature,-feature], as <c>default,-bmi2</c>; efiemu boot --help has the names.</summary>
    public EfiMachine WithProcessor(string name) => With(request => request with { Processor = name });

    /// <summary>With guest code executed in another way: interpreter, translator, eager-translator. Every report stays the same.</summary>
    public EfiMachine WithTier(string name) => With(request => request with { Tier = name });

    /// <summary>With an acceptance policy by its name; see <see cref="AcceptancePolicies"/>.</summary>
    public EfiMachine WithAcceptance(string name) => With(request => request with { Acceptance = name });

    /// <summary>With the memory map of a real machine in the place of a size: a kernel log or the UEFI shell's memmap table.</summary>
    /// <param name="file">The file, which is read at each boot.</param>
    public EfiMachine WithMemoryMap(string file) =>
        With(request => request with { MemoryMap = new MemoryMapFile(Path.GetFileName(file), File.ReadAllBytes(file)) });

    /// <summary>With load options: the guest's command line.</summary>
    public EfiMachine WithLoadOptions(string text) => With(request => request with { LoadOptions = text });

    /// <summary>With an initial ramdisk, offered through LoadFile2.</summary>
    public EfiMachine WithInitrd(ReadOnlyMemory<byte> contents) => With(request => request with { Initrd = contents });

    /// <summary>With another seed for everything that is random to the guest; 0 unless set.</summary>
    public EfiMachine WithSeed(ulong seed) => With(request => request with { Seed = seed });

    /// <summary>With budgets of its own; a boot that runs out of one ends with <see cref="BootEnd.Budget"/>.</summary>
    public EfiMachine WithBudget(BootBudget budget) => With(request => request with { Budget = budget });

    /// <summary>With every service call as a record of its own.</summary>
    public EfiMachine WithTrace() => With(request => request with { Trace = true });

    /// <summary>Until another end than the guest's usual one.</summary>
    public EfiMachine Until(BootUntil end) => With(request => request with { Until = end });

    /// <summary>With a protocol of the test's own: made for each boot, with the boot's firmware for its constructor.</summary>
    public EfiMachine WithPlugin<TPlugin>()
        where TPlugin : class, IFirmwarePlugin => With(plugins => plugins.AddProtocol<TPlugin>());

    /// <summary>With the guests and protocols of a plugin DLL.</summary>
    public EfiMachine WithPlugin(string file) => With(plugins => plugins.AddPlugin(file));

    /// <summary>With services that constructors of plugins and guests may ask for.</summary>
    public EfiMachine WithServices(Action<IServiceCollection> add) => With(plugins => add(plugins.Services));

    /// <summary>Boots a PE file, or a guest in C# by its name (guest:NAME).</summary>
    /// <param name="image">The file, or the name: a built-in guest, or one of a plugin that the machine has.</param>
    /// <param name="cancellation">Ends the boot.</param>
    /// <returns>What became of the boot. A guest that fails is no exception: the report's outcome tells it.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="BootRequestException">The file is no bootable image, no guest has the name, or the machine cannot be built.</exception>
    public async Task<BootReport> Boot(string image, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.StartsWith(GuestPrefix, StringComparison.Ordinal)
            ? await Boot(_ => { }, guests => Named(guests, image), cancellation).ConfigureAwait(false)
            : await Boot(Path.GetFileName(image), await File.ReadAllBytesAsync(image, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
    }

    /// <summary>Boots a PE file that is in memory.</summary>
    /// <param name="name">What the report calls it.</param>
    /// <param name="image">The whole file.</param>
    /// <param name="cancellation">Ends the boot.</param>
    /// <inheritdoc cref="Boot(string, CancellationToken)"/>
    public Task<BootReport> Boot(string name, ReadOnlyMemory<byte> image, CancellationToken cancellation = default)
    {
        if (ImageDescriber.Refusal(image) is { } fault)
        {
            throw new BootRequestException("image", $"{name}: {fault}");
        }

        ImageDescription description = ImageDescriber.Describe(image);
        var guest = new GuestFile(name, image, description.Description, description.IsLinuxKernel);
        return Boot(_ => { }, _ => guest, cancellation);
    }

    /// <summary>Boots a guest that is a class of the test: one that carries <see cref="GuestAttribute"/>.</summary>
    /// <param name="cancellation">Ends the boot.</param>
    /// <inheritdoc cref="Boot(string, CancellationToken)"/>
    /// <exception cref="ArgumentException">The class does not carry the attribute.</exception>
    public Task<BootReport> Boot<TGuest>(CancellationToken cancellation = default)
        where TGuest : class, IGuestImage
    {
        string name = GuestPrefix + GuestDefinition.Of<TGuest>(_ => throw new InvalidOperationException("only the name is wanted")).Name;
        return Boot(plugins => plugins.AddGuest<TGuest>(), guests => Named(guests, name), cancellation);
    }

    private static EfiMachine On(string platform, ulong memoryBytes) =>
        new() { Request = request => request with { Platform = platform, MemoryBytes = memoryBytes } };

    private static GuestFile Named(IGuestCatalogue guests, string name) => guests.Find(name)
        ?? throw new BootRequestException("image", $"{name}: no such guest; there are {string.Join(", ", guests.Guests.Select(g => GuestPrefix + g.Name))}");

    private EfiMachine With(Func<BootRequest, BootRequest> change)
    {
        Func<BootRequest, BootRequest> before = Request;
        return new EfiMachine { Request = request => change(before(request)), Plugins = Plugins };
    }

    private EfiMachine With(Action<EfiEmuBuilder> add) => new() { Request = Request, Plugins = Plugins + add };

    // Each boot has a host of its own: tests share nothing.
    private async Task<BootReport> Boot(Action<EfiEmuBuilder> own, Func<IGuestCatalogue, GuestFile> find, CancellationToken cancellation)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        EfiEmuBuilder efiemu = builder.Services.AddEfiEmu(options => options.ParallelBoots = 1);
        Plugins(efiemu);
        own(efiemu);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        using IHost host = builder.Build();
        await host.StartAsync(cancellation).ConfigureAwait(false);
        var options = new EfiEmuOptions();
        BootRequest request = Request(options.RequestFor(find(host.Services.GetRequiredService<IGuestCatalogue>())));
        IBoot boot = await host.Services.GetRequiredService<IBootRunner>().BootAsync(request, cancellation).ConfigureAwait(false);
        await ((Task)boot.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        return await boot.Completion.ConfigureAwait(false);
    }

    // The test runner has the console and its signals.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
