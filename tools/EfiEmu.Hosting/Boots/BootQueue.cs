using System.Threading.Channels;
using EfiEmu.Firmware;
using Microsoft.Extensions.Options;

namespace EfiEmu.Hosting;

/// <summary>The boots that wait, in the order in which they were asked for.</summary>
internal sealed class BootQueue(IOptions<EfiEmuOptions> options) : IBootRunner
{
    private readonly Channel<QueuedBoot> _waiting = Channel.CreateBounded<QueuedBoot>(options.Value.QueueLength);
    private long _lastId;

    /// <summary>Where the service takes boots from.</summary>
    public ChannelReader<QueuedBoot> Waiting => _waiting.Reader;

    /// <inheritdoc/>
    public ValueTask<IBoot> BootAsync(BootRequest request, CancellationToken cancellation) => BootAsync(request, null, cancellation);

    /// <inheritdoc/>
    public async ValueTask<IBoot> BootAsync(BootRequest request, IBootInstrument? instrument, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellation.ThrowIfCancellationRequested();
        var boot = new QueuedBoot(Interlocked.Increment(ref _lastId), request, instrument, cancellation);
        CancellationTokenRegistration drop = cancellation.UnsafeRegister(
            static (state, token) => ((QueuedBoot)state!).TryDrop(token), boot);
        _ = boot.Completion.ContinueWith(
            static (_, state) => ((IDisposable)state!).Dispose(), drop, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await _waiting.Writer.WriteAsync(boot, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            boot.TryDrop(new CancellationToken(canceled: true));
            throw new InvalidOperationException("EfiEmu is stopping and takes no more boots");
        }

        return boot;
    }

    /// <summary>Takes no more boots.</summary>
    public void Close() => _waiting.Writer.TryComplete();
}
