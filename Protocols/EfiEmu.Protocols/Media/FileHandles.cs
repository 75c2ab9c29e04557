using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>The open files of the boot volume. A file handle is a copy of one function table; its address says which file is meant.</summary>
internal sealed class FileHandles
{
    private const string ProtocolName = "File";
    private const ulong ModeRead = 1;
    private const ulong ModeWrite = 2;
    private const ulong ModeCreate = 1UL << 63;
    private const ulong SettableAttributes = 0x36;

    private static readonly EfiStatus WarnDeleteFailure = new(2);

    private readonly IFirmwareContext _firmware;
    private readonly InterfaceBuilder _table;
    private readonly Dictionary<ulong, OpenFile> _open = [];
    private readonly Lazy<VolumeEntry> _root;

    public FileHandles(IFirmwareContext firmware)
    {
        _firmware = firmware;
        _root = new Lazy<VolumeEntry>(() => VolumeEntry.BuildTree(firmware.BootVolume));
        _table = BuildTable(firmware);
    }

    /// <summary>Opens the root directory.</summary>
    public EfiStatus OpenRoot(GuestAddress handle) => handle.IsNull ? EfiStatus.InvalidParameter : OpenEntry(_root.Value, handle);

    private InterfaceBuilder BuildTable(IFirmwareContext firmware)
    {
        Parameter self = InterfaceBuilder.This;
        var bufferSize = new Parameter("BufferSize", ParameterKind.Out);
        var buffer = new Parameter("Buffer", ParameterKind.Pointer);
        var type = new Parameter("InformationType", ParameterKind.Guid);
        return new InterfaceBuilder(firmware, ProtocolName, FileProtocolLayout.Size)
            .Field(FileProtocolLayout.Revision, FileProtocolLayout.Revision1)
            .Function(
                FileProtocolLayout.Open, "Open", call => OnFile(call, file => Open(file, call)),
                self, new("NewHandle", ParameterKind.Out), new("FileName", ParameterKind.Text), new("OpenMode"), new("Attributes"))
            .Function(FileProtocolLayout.Close, "Close", call => OnFile(call, _ => Close(call, EfiStatus.Success)), self)
            .Function(FileProtocolLayout.Delete, "Delete", call => OnFile(call, _ => Close(call, WarnDeleteFailure)), self)
            .Function(FileProtocolLayout.Read, "Read", call => OnFile(call, file => Read(file, call)), self, bufferSize, buffer)
            .Function(
                FileProtocolLayout.Write, "Write",
                call => OnFile(call, file => file.Entry.IsDirectory ? EfiStatus.Unsupported : EfiStatus.AccessDenied),
                self, bufferSize, buffer)
            .Function(
                FileProtocolLayout.GetPosition, "GetPosition", call => OnFile(call, file => GetPosition(file, call.Pointer(1))),
                self, new("Position", ParameterKind.Out))
            .Function(
                FileProtocolLayout.SetPosition, "SetPosition", call => OnFile(call, file => file.SetPosition(call[1])), self, new("Position"))
            .Function(
                FileProtocolLayout.GetInfo, "GetInfo", call => OnFile(call, file => GetInfo(file, call)), self, type, bufferSize, buffer)
            .Function(
                FileProtocolLayout.SetInfo, "SetInfo", call => OnFile(call, _ => EfiStatus.WriteProtected),
                self, type, new("BufferSize"), buffer)
            .Function(FileProtocolLayout.Flush, "Flush", call => OnFile(call, _ => EfiStatus.AccessDenied), self);
    }

    private EfiStatus OnFile(IGuestCall call, Func<OpenFile, EfiStatus> body) =>
        _open.TryGetValue(call[0], out OpenFile? file) ? body(file) : EfiStatus.InvalidParameter;

    private EfiStatus OpenEntry(VolumeEntry entry, GuestAddress handle)
    {
        if (!_table.Build().TryGet(out GuestAddress file))
        {
            return EfiStatus.OutOfResources;
        }

        _open[file.Value] = new OpenFile(entry);
        _firmware.Memory.WritePointer(handle, file);
        return EfiStatus.Success;
    }

    private EfiStatus Open(OpenFile file, IGuestCall call)
    {
        GuestAddress handle = call.Pointer(1);
        GuestAddress name = call.Pointer(2);
        ulong mode = call[3];
        ulong attributes = call[4];
        if (handle.IsNull || name.IsNull || mode is not (ModeRead or (ModeRead | ModeWrite) or (ModeRead | ModeWrite | ModeCreate)))
        {
            return EfiStatus.InvalidParameter;
        }

        if ((mode & ModeCreate) != 0 && (attributes & ~SettableAttributes) != 0)
        {
            return EfiStatus.InvalidParameter;
        }

        if ((mode & ModeWrite) != 0)
        {
            return EfiStatus.WriteProtected;
        }

        EfiResult<VolumeEntry> found = VolumePath.Locate(file.Entry, _firmware.Memory.ReadUtf16(name), attributes);
        return found.TryGet(out VolumeEntry entry) ? OpenEntry(entry, handle) : found.Status;
    }

    private EfiStatus Close(IGuestCall call, EfiStatus status)
    {
        _open.Remove(call[0]);
        _firmware.BootServices.FreePool(call.Pointer(0));
        return status;
    }

    private EfiStatus Read(OpenFile file, IGuestCall call) =>
        call.Pointer(1).IsNull ? EfiStatus.InvalidParameter : file.Read(_firmware.Memory, call.Pointer(1), call.Pointer(2));

    private EfiStatus GetPosition(OpenFile file, GuestAddress position)
    {
        if (position.IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        EfiResult<ulong> result = file.GetPosition();
        if (result.TryGet(out ulong value))
        {
            _firmware.Memory.WriteUInt64(position, value);
        }

        return result.Status;
    }

    private EfiStatus GetInfo(OpenFile file, IGuestCall call)
    {
        GuestAddress type = call.Pointer(1);
        GuestAddress size = call.Pointer(2);
        if (type.IsNull || size.IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        byte[]? information = Information(file.Entry, _firmware.Memory.ReadGuid(type));
        return information is null
            ? EfiStatus.Unsupported
            : VariableSizeBuffer.Return(_firmware.Memory, size, call.Pointer(3), information);
    }

    private byte[]? Information(VolumeEntry entry, Guid type)
    {
        if (type == FileInformation.FileInfoGuid)
        {
            return FileInformation.OfFile(entry, entry.Name);
        }

        if (type == FileInformation.FileSystemInfoGuid)
        {
            return FileInformation.OfVolume(_root.Value);
        }

        return type == FileInformation.VolumeLabelGuid ? FileInformation.OfLabel() : null;
    }
}
