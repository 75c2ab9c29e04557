namespace EfiEmu.Firmware.Events;

/// <summary>Who answers to which group: events of type NOTIFY_SIGNAL, the newest first.</summary>
/// <remarks>Events without a group share the group of the zero GUID, as they do in edk2.</remarks>
internal sealed class EventGroups
{
    private readonly Dictionary<Guid, LinkedList<EventRecord>> _members = [];

    public IReadOnlyCollection<EventRecord> MembersOf(Guid group) =>
        _members.TryGetValue(group, out LinkedList<EventRecord>? members) ? members : [];

    public void Join(EventRecord record)
    {
        Guid group = record.Plan.Group ?? Guid.Empty;
        if (!_members.TryGetValue(group, out LinkedList<EventRecord>? members))
        {
            _members.Add(group, members = []);
        }

        members.AddFirst(record.GroupNode);
    }

    public static void Leave(EventRecord record) => record.GroupNode.List?.Remove(record.GroupNode);
}
