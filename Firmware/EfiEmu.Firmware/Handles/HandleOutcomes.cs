using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Handles;

/// <summary>What InstallProtocolInterface comes to.</summary>
/// <param name="Status">What the guest gets.</param>
/// <param name="Handle">The handle that has the protocol now; NULL on failure.</param>
/// <param name="Changes">Records made and dropped, also on failure.</param>
/// <param name="Notify">Events to signal, in this order.</param>
internal sealed record InstallOutcome(
    EfiStatus Status, EfiHandle Handle, IReadOnlyList<RecordChange> Changes, IReadOnlyList<EfiEvent> Notify);

/// <summary>The next step of an uninstall or reinstall.</summary>
/// <param name="Status">An error ends the service; otherwise SUCCESS.</param>
/// <param name="Disconnect">
/// The agent to disconnect from the handle before planning again; NULL when the removal can be completed.
/// </param>
internal readonly record struct RemovalPlan(EfiStatus Status, EfiHandle Disconnect)
{
    public bool MustDisconnect => !Disconnect.IsNull;
}

/// <summary>What an uninstall or reinstall comes to.</summary>
/// <param name="Status">What the guest gets.</param>
/// <param name="Changes">Records dropped, also on failure.</param>
/// <param name="Reconnect">Whether the handle must now be connected recursively, whose result is ignored.</param>
internal sealed record RemovalOutcome(EfiStatus Status, IReadOnlyList<RecordChange> Changes, bool Reconnect);

/// <summary>The arguments of OpenProtocol.</summary>
internal readonly record struct OpenRequest(
    EfiHandle Handle, Guid Protocol, EfiHandle Agent, EfiHandle Controller, OpenAttributes Attributes);

/// <summary>What OpenProtocol comes to.</summary>
/// <param name="Status">What the guest gets; with <paramref name="Disconnect"/>, what it gets if disconnecting fails.</param>
/// <param name="Interface">What to write to *Interface (NULL included); null to leave it alone.</param>
/// <param name="Created">The record made, if any.</param>
/// <param name="Disconnect">
/// The agent to disconnect from the handle before <see cref="OpenUsageTable.ContinueOpen"/>; NULL when the open is done.
/// </param>
internal readonly record struct OpenOutcome(
    EfiStatus Status, GuestAddress? Interface = null, RecordChange? Created = null, EfiHandle Disconnect = default)
{
    public bool MustDisconnect => !Disconnect.IsNull;
}

/// <summary>What LocateHandle comes to.</summary>
/// <param name="Status">What the guest gets.</param>
/// <param name="BufferBytes">What *BufferSize holds afterwards.</param>
/// <param name="Handles">Those that match; with BUFFER_TOO_SMALL firmware writes as many as fit.</param>
internal sealed record LocateOutcome(EfiStatus Status, ulong BufferBytes, IReadOnlyList<EfiHandle> Handles);

/// <summary>What LocateDevicePath comes to.</summary>
/// <param name="Status">What the guest gets.</param>
/// <param name="Handle">The best match.</param>
/// <param name="MatchedBytes">How far *DevicePath moves.</param>
/// <param name="RemainderIsEnd">Whether nothing but the end node of the whole path is left.</param>
/// <param name="Searched">Handles looked at: firmware holds them in a pool buffer of 8 bytes each meanwhile.</param>
/// <param name="Changes">Open records that looking at device paths made.</param>
internal sealed record DevicePathOutcome(
    EfiStatus Status,
    EfiHandle Handle,
    int MatchedBytes,
    bool RemainderIsEnd,
    int Searched,
    IReadOnlyList<RecordChange> Changes);
