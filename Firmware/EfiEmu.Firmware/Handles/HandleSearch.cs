using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Handles;

/// <summary>Reads the device path at an address, end nodes included; empty where there is none to read.</summary>
internal delegate ReadOnlyMemory<byte> DevicePathReader(GuestAddress devicePath);

/// <summary>LocateHandle, LocateProtocol, LocateDevicePath.</summary>
/// <remarks>UEFI 2.10 sections 7.3.5, 7.3.6, 7.3.16; MdeModulePkg/Core/Dxe/Hand/Locate.c.</remarks>
internal sealed class HandleSearch(HandleTable table, OpenUsageTable opens)
{
    /// <summary>EFI_LOCATE_SEARCH_TYPE AllHandles.</summary>
    public const uint AllHandles = 0;

    /// <summary>EFI_LOCATE_SEARCH_TYPE ByRegisterNotify.</summary>
    public const uint ByRegisterNotify = 1;

    /// <summary>EFI_LOCATE_SEARCH_TYPE ByProtocol.</summary>
    public const uint ByProtocol = 2;

    /// <summary>
    /// LocateHandle. All handles come in order of creation, those of a protocol in order of installation; a registration
    /// gives one handle, and moves on only when it fits. LocateHandleBuffer is this with a buffer that holds everything.
    /// </summary>
    /// <param name="searchType">0, 1 or 2.</param>
    /// <param name="protocol">For ByProtocol; null where the guest passed NULL.</param>
    /// <param name="registration">For ByRegisterNotify.</param>
    /// <param name="bufferBytes">Room in the guest's buffer.</param>
    /// <returns>
    /// SUCCESS; INVALID_PARAMETER for another search type or a missing key; NOT_FOUND when nothing matches, with the size
    /// left alone; BUFFER_TOO_SMALL with the size needed.
    /// </returns>
    /// <remarks>Differs from edk2: a registration that does not exist is INVALID_PARAMETER; edk2 follows the pointer.</remarks>
    public LocateOutcome LocateHandle(uint searchType, Guid? protocol, GuestAddress registration, ulong bufferBytes)
    {
        NotifyRecord? notify = table.FindRegistration(registration);
        EfiResult<IReadOnlyList<EfiHandle>> found = searchType switch
        {
            AllHandles => Matches([.. table.InOrder.Select(record => record.Handle)]),
            ByRegisterNotify when notify is null => EfiStatus.InvalidParameter,
            ByRegisterNotify => Matches(notify?.Next is { } next ? [next.Value.Owner.Handle] : []),
            ByProtocol when protocol is null => EfiStatus.InvalidParameter,
            ByProtocol => Matches(HandlesWith(protocol.Value)),
            _ => EfiStatus.InvalidParameter,
        };
        if (!found.TryGet(out IReadOnlyList<EfiHandle> handles))
        {
            return new LocateOutcome(found.Status, bufferBytes, []);
        }

        ulong needed = (ulong)handles.Count * HandleRecordSizes.Pointer;
        if (needed == 0)
        {
            return new LocateOutcome(EfiStatus.NotFound, bufferBytes, []);
        }

        if (needed > bufferBytes)
        {
            return new LocateOutcome(EfiStatus.BufferTooSmall, needed, handles);
        }

        if (searchType == ByRegisterNotify && notify is not null)
        {
            notify.Position = notify.Next;
        }

        return new LocateOutcome(EfiStatus.Success, needed, handles);
    }

    /// <summary>LocateProtocol: the oldest interface, or with a registration (not NULL) the next new one.</summary>
    /// <returns>
    /// The interface; NOT_FOUND, with NULL to write to *Interface. With a registration the protocol is that of the
    /// registration, whatever the argument says.
    /// </returns>
    /// <remarks>Differs from edk2: a registration that does not exist is NOT_FOUND; edk2 follows the pointer.</remarks>
    public EfiResult<GuestAddress> LocateProtocol(Guid protocol, GuestAddress registration)
    {
        if (registration.IsNull)
        {
            return table.TryGetProtocol(protocol, out ProtocolRecord? entry) && entry.Interfaces.First is { } oldest
                ? oldest.Value.Address
                : EfiStatus.NotFound;
        }

        NotifyRecord? notify = table.FindRegistration(registration);
        if (notify?.Next is not { } next)
        {
            return EfiStatus.NotFound;
        }

        notify.Position = next;
        return next.Value.Address;
    }

    /// <summary>
    /// LocateDevicePath: among the handles with the protocol, the one whose device path is the longest beginning of the
    /// given path's first instance. Ties go to the handle that got the protocol first.
    /// </summary>
    /// <returns>The handle; NOT_FOUND when none matches. A NULL Device pointer is the caller's to refuse, after a match only.</returns>
    public DevicePathOutcome LocateDevicePath(Guid protocol, ReadOnlySpan<byte> path, DevicePathReader read)
    {
        int sourceLength = DevicePathBytes.FirstInstanceLength(path);
        ReadOnlySpan<byte> source = path[..sourceLength];
        List<EfiHandle> handles = HandlesWith(protocol);
        var changes = new List<RecordChange>();
        int best = -1;
        EfiHandle bestHandle = EfiHandle.Null;
        foreach (EfiHandle handle in handles)
        {
            OpenOutcome opened = opens.HandleProtocol(handle, KnownGuids.DevicePathProtocol);
            if (opened.Created is { } trace)
            {
                changes.Add(trace);
            }

            if (opened.Status.IsError || opened.Interface is not { IsNull: false } address)
            {
                continue;
            }

            ReadOnlySpan<byte> candidate = read(address).Span;
            int length = DevicePathBytes.Length(candidate);
            if (DevicePathBytes.IsEnd(candidate[length..]) && length > best && source.StartsWith(candidate[..length]))
            {
                best = length;
                bestHandle = handle;
            }
        }

        return best < 0
            ? new DevicePathOutcome(EfiStatus.NotFound, EfiHandle.Null, 0, RemainderIsEnd: false, handles.Count, changes)
            : new DevicePathOutcome(
                EfiStatus.Success, bestHandle, best, DevicePathBytes.IsEnd(path[best..]), handles.Count, changes);
    }

    /// <summary>
    /// The look that InstallMultipleProtocolInterfaces takes before it installs a device path: the outcome is
    /// ALREADY_STARTED when some handle has exactly this path, otherwise SUCCESS.
    /// </summary>
    public DevicePathOutcome CheckDevicePathIsNew(ReadOnlySpan<byte> path, DevicePathReader read)
    {
        DevicePathOutcome found = LocateDevicePath(KnownGuids.DevicePathProtocol, path, read);
        bool duplicate = !found.Status.IsError && found.RemainderIsEnd;
        return found with { Status = duplicate ? EfiStatus.AlreadyStarted : EfiStatus.Success };
    }

    private static EfiResult<IReadOnlyList<EfiHandle>> Matches(IReadOnlyList<EfiHandle> handles) =>
        new(EfiStatus.Success, handles);

    private List<EfiHandle> HandlesWith(Guid protocol) =>
        table.TryGetProtocol(protocol, out ProtocolRecord? entry)
            ? [.. entry.Interfaces.Select(record => record.Owner.Handle)]
            : [];
}
