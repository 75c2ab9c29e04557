using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>An open file or directory, with its position.</summary>
/// <remarks>UEFI 2.10 section 13.5; FatPkg/EnhancedFatDxe for the statuses.</remarks>
internal sealed class OpenFile(VolumeEntry entry)
{
    private ulong _position;

    public VolumeEntry Entry { get; } = entry;

    public EfiStatus Read(IGuestMemory memory, GuestAddress size, GuestAddress buffer) =>
        Entry.IsDirectory ? ReadDirectory(memory, size, buffer) : ReadContent(memory, size, buffer);

    /// <summary>The position in bytes; UNSUPPORTED for a directory.</summary>
    public EfiResult<ulong> GetPosition() => Entry.IsDirectory ? EfiStatus.Unsupported : _position;

    /// <summary>Sets the position; all ones mean the end. A directory takes 0 only.</summary>
    public EfiStatus SetPosition(ulong position)
    {
        if (Entry.IsDirectory && position != 0)
        {
            return EfiStatus.Unsupported;
        }

        _position = position == ulong.MaxValue ? (ulong)Entry.Content.Length : position;
        return EfiStatus.Success;
    }

    private EfiStatus ReadContent(IGuestMemory memory, GuestAddress size, GuestAddress buffer)
    {
        ulong length = (ulong)Entry.Content.Length;
        if (_position > length)
        {
            return EfiStatus.DeviceError;
        }

        ulong count = Math.Min(memory.ReadUInt64(size), length - _position);
        if (count > 0)
        {
            memory.Write(buffer, Entry.Content.Span.Slice((int)_position, (int)count));
        }

        memory.WriteUInt64(size, count);
        _position += count;
        return EfiStatus.Success;
    }

    private EfiStatus ReadDirectory(IGuestMemory memory, GuestAddress size, GuestAddress buffer)
    {
        (VolumeEntry Entry, string Name)[] listing = Listing();
        if (_position >= (ulong)listing.Length)
        {
            memory.WriteUInt64(size, 0);
            return EfiStatus.Success;
        }

        (VolumeEntry next, string name) = listing[_position];
        EfiStatus status = VariableSizeBuffer.Return(memory, size, buffer, FileInformation.OfFile(next, name));
        _position += status.IsError ? 0UL : 1;
        return status;
    }

    private (VolumeEntry Entry, string Name)[] Listing()
    {
        IEnumerable<(VolumeEntry, string)> children = Entry.Children.Select(child => (child, child.Name));
        return Entry.Parent is { } parent ? [(Entry, "."), (parent, ".."), .. children] : [.. children];
    }
}
