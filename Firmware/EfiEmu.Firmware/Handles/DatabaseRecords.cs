using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Handles;

/// <summary>The kinds of record that the handle database keeps in pool.</summary>
internal enum RecordKind
{
    /// <summary>A handle.</summary>
    Handle,

    /// <summary>A protocol GUID that somebody installed or registered for; never freed.</summary>
    ProtocolEntry,

    /// <summary>One protocol on one handle.</summary>
    ProtocolInterface,

    /// <summary>One agent's open of a protocol interface.</summary>
    OpenUsage,

    /// <summary>A RegisterProtocolNotify registration.</summary>
    ProtocolNotify,
}

/// <summary>A record came into being or went, in the order in which firmware allocates and frees its pool.</summary>
/// <param name="Kind">What it is; <see cref="HandleRecordSizes.Of"/> gives its size.</param>
/// <param name="Id">Unique within the database, never reused.</param>
/// <param name="Added">True for a new record, false for one that is gone.</param>
internal readonly record struct RecordChange(RecordKind Kind, ulong Id, bool Added);

/// <summary>Pool bytes of each record.</summary>
/// <remarks>
/// Our reconstruction: the fields of edk2's MdeModulePkg/Core/Dxe/Hand/Handle.h counted with 8-byte pointers and
/// 16-byte list links (signature first, then links, then values).
/// </remarks>
internal static class HandleRecordSizes
{
    /// <summary>Signature, two links, locate request, database key.</summary>
    public const ulong Handle = 0x38;

    /// <summary>Signature, link, GUID, two list heads.</summary>
    public const ulong ProtocolEntry = 0x48;

    /// <summary>Signature, link, handle, link, entry, interface, list head, count.</summary>
    public const ulong ProtocolInterface = 0x58;

    /// <summary>Signature, link, agent, controller, attributes and count in 32 bits each.</summary>
    public const ulong OpenUsage = 0x30;

    /// <summary>Signature, entry, link, event, position.</summary>
    public const ulong ProtocolNotify = 0x30;

    /// <summary>One EFI_OPEN_PROTOCOL_INFORMATION_ENTRY of OpenProtocolInformation's buffer.</summary>
    public const ulong OpenInformationEntry = 24;

    /// <summary>One handle or GUID pointer in a buffer that a service returns.</summary>
    public const ulong Pointer = 8;

    /// <summary>The size of a kind.</summary>
    public static ulong Of(RecordKind kind) => kind switch
    {
        RecordKind.Handle => Handle,
        RecordKind.ProtocolEntry => ProtocolEntry,
        RecordKind.ProtocolInterface => ProtocolInterface,
        RecordKind.OpenUsage => OpenUsage,
        RecordKind.ProtocolNotify => ProtocolNotify,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

/// <summary>A handle and what is installed on it.</summary>
internal sealed class HandleRecord(ulong id, EfiHandle handle)
{
    public ulong Id { get; } = id;

    public EfiHandle Handle { get; } = handle;

    /// <summary>The database key at the handle's last change.</summary>
    public ulong Key { get; set; }

    /// <summary>In order of installation; services list it from the end.</summary>
    public List<InterfaceRecord> Interfaces { get; } = [];

    /// <summary>The newest interface of a protocol, or null.</summary>
    public InterfaceRecord? Find(Guid protocol)
    {
        for (int index = Interfaces.Count - 1; index >= 0; index--)
        {
            if (Interfaces[index].Entry.Protocol == protocol)
            {
                return Interfaces[index];
            }
        }

        return null;
    }
}

/// <summary>A protocol GUID that the database has met.</summary>
internal sealed class ProtocolRecord(ulong id, Guid protocol)
{
    public ulong Id { get; } = id;

    public Guid Protocol { get; } = protocol;

    /// <summary>In order of installation, a reinstalled one last.</summary>
    public LinkedList<InterfaceRecord> Interfaces { get; } = [];

    /// <summary>In order of registration.</summary>
    public List<NotifyRecord> Registrations { get; } = [];
}

/// <summary>One protocol on one handle.</summary>
internal sealed class InterfaceRecord(ulong id, HandleRecord owner, ProtocolRecord entry, GuestAddress address)
{
    public ulong Id { get; } = id;

    public HandleRecord Owner { get; } = owner;

    public ProtocolRecord Entry { get; } = entry;

    public GuestAddress Address { get; set; } = address;

    public OpenUsageList Opens { get; } = new();

    /// <summary>The place in <see cref="ProtocolRecord.Interfaces"/>.</summary>
    public LinkedListNode<InterfaceRecord>? Node { get; set; }
}

/// <summary>A RegisterProtocolNotify registration.</summary>
internal sealed class NotifyRecord(ulong id, GuestAddress key, ProtocolRecord entry, EfiEvent notified)
{
    public ulong Id { get; } = id;

    /// <summary>What the guest holds.</summary>
    public GuestAddress Key { get; } = key;

    public ProtocolRecord Entry { get; } = entry;

    public EfiEvent Event { get; } = notified;

    /// <summary>The interface reported last; null before the first one.</summary>
    public LinkedListNode<InterfaceRecord>? Position { get; set; }

    /// <summary>The interface to report next, or null.</summary>
    public LinkedListNode<InterfaceRecord>? Next => Position is null ? Entry.Interfaces.First : Position.Next;
}
