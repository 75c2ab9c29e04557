using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using Microsoft.Extensions.DependencyInjection;

namespace EfiEmu.Hosting;

/// <summary>One boot in a scope of its own: firmware's engine, with the plugins and guests that are registered.</summary>
internal sealed class BootExecution(IServiceScopeFactory scopes, PluginCatalogue plugins)
{
    /// <summary>Runs a boot on the calling thread.</summary>
    /// <returns>The report. Cancelled where the token is; faulted by what a plugin, an instrument or a bug threw.</returns>
    public async Task<BootReport> RunAsync(QueuedBoot boot, CancellationToken cancellation)
    {
        AsyncServiceScope scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            IServiceProvider services = scope.ServiceProvider;
            BootContext context = services.GetRequiredService<BootContext>();
            context.Boot = boot;
            var runner = new BootRunner(
                new PeImageLoader(),
                firmware =>
                {
                    context.Firmware = firmware;
                    return plugins.Create(services);
                },
                _ => services);
            try
            {
                return runner.Boot(boot.Request, boot.Watch, cancellation);
            }
            catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
            {
                throw new InvalidOperationException($"a plugin or instrument cancelled the boot without being asked to: {fault.Message}", fault);
            }
        }
    }
}
