using System.Numerics;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Events;

/// <summary>The notifications that wait, first in first out for each level.</summary>
internal sealed class NotificationQueues
{
    private readonly LinkedList<EventRecord>[] _levels =
        [.. Enumerable.Range(0, (int)Tpl.High.Value + 1).Select(_ => new LinkedList<EventRecord>())];

    private uint _pending;

    /// <summary>Puts an event at the end of its level's queue, from wherever it stood: no event waits twice.</summary>
    public void Queue(EventRecord record)
    {
        Remove(record);
        int level = (int)record.Plan.NotifyTpl.Value;
        _levels[level].AddLast(record.QueueNode);
        _pending |= 1u << level;
    }

    public void Remove(EventRecord record)
    {
        if (record.QueueNode.List is null)
        {
            return;
        }

        int level = (int)record.Plan.NotifyTpl.Value;
        _levels[level].Remove(record.QueueNode);
        if (_levels[level].Count == 0)
        {
            _pending &= ~(1u << level);
        }
    }

    /// <summary>Takes the first event of the highest level above a level; null when none waits there.</summary>
    public EventRecord? Take(Tpl above)
    {
        if (_pending == 0 || (ulong)BitOperations.Log2(_pending) <= above.Value)
        {
            return null;
        }

        EventRecord? first = _levels[BitOperations.Log2(_pending)].First?.Value;
        if (first is not null)
        {
            Remove(first);
        }

        return first;
    }
}
