using EfiEmu.Firmware;
using EfiEmu.Loaders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EfiEmu.Hosting;

/// <summary>Adds EfiEmu to a host.</summary>
public static class EfiEmuServices
{
    /// <summary>Adds EfiEmu, and the environment variables with its prefix to the host's configuration.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="defaults">Sets options; configuration wins over it.</param>
    public static EfiEmuBuilder AddEfiEmu(this IHostApplicationBuilder builder, Action<EfiEmuOptions>? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Configuration.AddEfiEmuEnvironment();
        return builder.Services.AddEfiEmu(defaults);
    }

    /// <summary>Adds EfiEmu: <see cref="IBootRunner"/>, <see cref="IGuestCatalogue"/>, the service that runs boots, its options.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="defaults">Sets options; the host's configuration wins over it.</param>
    public static EfiEmuBuilder AddEfiEmu(this IServiceCollection services, Action<EfiEmuOptions>? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptionsWithValidateOnStart<EfiEmuOptions>();
        if (defaults is not null)
        {
            services.Configure(defaults);
        }

        services.AddSingleton<IConfigureOptions<EfiEmuOptions>>(s => new ConfiguredOptions(s.GetService<IConfiguration>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EfiEmuOptions>, OptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PluginAssemblies>();
        services.TryAddSingleton<PluginCatalogue>();
        services.TryAddSingleton<IGuestCatalogue>(s => s.GetRequiredService<PluginCatalogue>());
        services.TryAddSingleton<BootExecution>();
        services.TryAddSingleton<BootQueue>();
        services.TryAddSingleton<IBootRunner>(s => s.GetRequiredService<BootQueue>());
        services.AddHostedService<BootService>();

        // For who boots on a thread of their own, without a scope: plugins get firmware's services alone. A boot that is kept and
        // run again cannot have a container in it, and a script that boots from inside of a boot cannot wait for a queue.
        services.TryAddSingleton(s => new BootRunner(new PeImageLoader(), firmware => s.GetRequiredService<PluginCatalogue>().Create(firmware)));
        services.TryAddSingleton<SlackLab>();
        AddBootServices(services);
        return new EfiEmuBuilder(services);
    }

    // What IFirmwareContext promises the constructors of plugins and guests, out of the boot whose scope it is.
    private static void AddBootServices(IServiceCollection services)
    {
        services.TryAddScoped<BootContext>();
        services.TryAddScoped(s => s.GetRequiredService<BootContext>().Boot ?? throw new InvalidOperationException("there is no boot here"));
        services.TryAddScoped(s => s.GetRequiredService<BootContext>().Firmware);
        services.TryAddScoped(s => s.GetRequiredService<BootContext>().Firmware.BootServices);
        services.TryAddScoped(s => s.GetRequiredService<BootContext>().Firmware.DxeServices);
        services.TryAddScoped(s => s.GetRequiredService<BootContext>().Firmware.Memory);
        services.TryAddScoped(s => s.GetRequiredService<BootContext>().Firmware.Acceptance);
        services.TryAddScoped(s => s.GetRequiredService<BootContext>().Firmware.Console);
        services.TryAddScoped(s => s.GetRequiredService<BootContext>().Firmware.Entropy);
    }
}
