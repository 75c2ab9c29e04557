using EfiEmu.Firmware.Reports;

namespace EfiEmu.Hosting;

/// <summary>The records of one boot so far: one writer, any number of readers, nobody waits for a reader.</summary>
internal sealed class BootEventLog : IAsyncEnumerable<BootEvent>
{
    private readonly Lock _gate = new();
    private IReadOnlyList<BootEvent> _events = [];
    private List<BootEvent>? _growing = [];
    private TaskCompletionSource? _more;

    public BootEventLog() => _events = _growing;

    /// <summary>Adds a record.</summary>
    public void Add(BootEvent happened)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _growing?.Add(happened);
            waiting = _more;
            _more = null;
        }

        waiting?.SetResult();
    }

    /// <summary>Ends the stream.</summary>
    /// <param name="events">The report's list, which takes the place of this one; null where there is no report.</param>
    public void End(IReadOnlyList<BootEvent>? events)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _events = events ?? _events;
            _growing = null;
            waiting = _more;
            _more = null;
        }

        waiting?.SetResult();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerator<BootEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        for (int next = 0; ; next++)
        {
            BootEvent? happened;
            while (!TryGet(next, out happened, out Task? more))
            {
                if (more is null)
                {
                    yield break;
                }

                await more.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            cancellationToken.ThrowIfCancellationRequested();
            yield return happened;
        }
    }

    // False with a task: wait for it. False without one: the stream ended.
    private bool TryGet(int index, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BootEvent? happened, out Task? more)
    {
        lock (_gate)
        {
            happened = index < _events.Count ? _events[index] : null;
            more = null;
            if (happened is null && _growing is not null)
            {
                // Readers continue on threads of their own, never on the boot's.
                _more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = _more.Task;
            }

            return happened is not null;
        }
    }
}
