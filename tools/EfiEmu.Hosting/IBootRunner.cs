using EfiEmu.Firmware;

namespace EfiEmu.Hosting;

/// <summary>Runs boots: as many at a time as the options say, the others wait in a bounded queue.</summary>
/// <remarks>
/// Boots know nothing of each other. What goes wrong in one - a budget, a plugin's exception, a bug in EfiEmu - ends that one.
/// The exception is what no process survives: a plugin that recurses until the host's stack is used up.
/// </remarks>
public interface IBootRunner
{
    /// <summary>Queues a boot. Waits while the queue is full.</summary>
    /// <param name="request">What to boot.</param>
    /// <param name="cancellation">Ends the wait, and the boot at any time after it.</param>
    /// <returns>The boot, which may not have begun yet.</returns>
    /// <exception cref="InvalidOperationException">The service is stopping and takes no more boots.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the queue was full.</exception>
    ValueTask<IBoot> BootAsync(BootRequest request, CancellationToken cancellation = default);

    /// <summary>The same, with somebody who watches and may disturb the boot.</summary>
    /// <param name="request">What to boot.</param>
    /// <param name="instrument">Called on the boot's thread; what it throws is the boot's fault.</param>
    /// <param name="cancellation">Ends the wait, and the boot at any time after it.</param>
    /// <inheritdoc cref="BootAsync(BootRequest, CancellationToken)"/>
    ValueTask<IBoot> BootAsync(BootRequest request, IBootInstrument? instrument, CancellationToken cancellation = default);
}
