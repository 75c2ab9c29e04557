namespace EfiEmu.Firmware.Events;

/// <summary>Armed timers by time, first come first served among equals.</summary>
internal sealed class TimerQueue
{
    private readonly SortedSet<EventRecord> _armed = new(ByTrigger.Instance);
    private ulong _turn;

    /// <summary>The next timer, or null.</summary>
    public EventRecord? First => _armed.Min;

    public void Arm(EventRecord record, ulong time)
    {
        Disarm(record);
        record.Trigger = (time, ++_turn);
        _armed.Add(record);
    }

    public void Disarm(EventRecord record)
    {
        if (record.Trigger is not null)
        {
            _armed.Remove(record);
            record.Trigger = null;
        }
    }

    private sealed class ByTrigger : IComparer<EventRecord>
    {
        public static ByTrigger Instance { get; } = new();

        public int Compare(EventRecord? x, EventRecord? y) =>
            Comparer<(ulong, ulong)?>.Default.Compare(x?.Trigger, y?.Trigger);
    }
}
