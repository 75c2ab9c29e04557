using System.Buffers.Binary;
using System.Text;

namespace EfiEmu.Protocols;

/// <summary>The boot volume as blocks: a FAT32 file system of its files, of which nothing is stored but what the files do not hold.</summary>
/// <remarks>
/// Microsoft's "FAT32 File System Specification" 1.03. Two allocation tables, clusters of 4 KiB, each file in one run; long names where a
/// name is no 8.3 name in one case. All times are 1980-01-01.
/// </remarks>
internal sealed class FatVolume
{
    public const int BlockBytes = 512;
    private const int BlocksInCluster = 8;
    private const int ClusterBytes = BlocksInCluster * BlockBytes;
    private const int ReservedBlocks = 32;
    private const int EntryBytes = 32;
    private const int UnitsInLongEntry = 13;
    private const uint FirstCluster = 2;
    private const uint EndOfChain = 0x0FFF_FFFF;
    private const byte DirectoryAttribute = 0x10;
    private const byte FileAttribute = 0x20;
    private const byte LongNameAttribute = 0x0F;
    private const ushort FirstDay = 0x21;

    // Where in a long entry its 13 units stand.
    private static readonly int[] UnitOffsets = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

    private readonly List<Run> _runs = [];
    private readonly ulong _blocks;
    private readonly uint _tableBlocks;
    private readonly ulong _firstDataBlock;
    private readonly byte[] _bootBlock;
    private readonly byte[] _informationBlock;
    private uint _next = FirstCluster;

    private FatVolume(ulong blocks, uint partitionStart)
    {
        _blocks = blocks;

        // Each table block describes 128 clusters; one cluster more than fits costs nothing.
        _tableBlocks = (uint)((blocks / BlocksInCluster / (BlockBytes / 4)) + 1);
        _firstDataBlock = ReservedBlocks + (2ul * _tableBlocks);
        _bootBlock = BootBlock(partitionStart);
        _informationBlock = new byte[BlockBytes];
    }

    /// <summary>Lays out a volume of so many blocks; null where the files do not fit.</summary>
    public static FatVolume? Of(VolumeEntry root, ulong blocks, uint partitionStart)
    {
        var volume = new FatVolume(blocks, partitionStart);
        volume.Place(root, parentCluster: 0);
        ulong clusters = (blocks - volume._firstDataBlock) / BlocksInCluster;
        volume.FillInformation((uint)clusters);
        return volume._next - FirstCluster <= clusters ? volume : null;
    }

    /// <summary>Reads one block.</summary>
    public void Read(ulong block, Span<byte> target)
    {
        target.Clear();
        switch (block)
        {
            case 0 or 6:
                _bootBlock.CopyTo(target);
                break;
            case 1 or 7:
                _informationBlock.CopyTo(target);
                break;
            case >= ReservedBlocks when block < _firstDataBlock:
                ReadTable((uint)((block - ReservedBlocks) % _tableBlocks), target);
                break;
            case >= ReservedBlocks:
                ReadData(block - _firstDataBlock, target);
                break;
            default:
                break;
        }
    }

    private void ReadTable(uint block, Span<byte> target)
    {
        uint first = block * (BlockBytes / 4);
        for (int i = 0; i < BlockBytes / 4; i++)
        {
            uint cluster = first + (uint)i;
            uint value = cluster switch
            {
                0 => 0x0FFF_FFF8,
                1 => EndOfChain,
                _ when RunOf(cluster) is { } run => cluster == run.Last ? EndOfChain : cluster + 1,
                _ => 0,
            };
            BinaryPrimitives.WriteUInt32LittleEndian(target[(i * 4)..], value);
        }
    }

    private void ReadData(ulong block, Span<byte> target)
    {
        if (block / BlocksInCluster < _next && RunOf((uint)(block / BlocksInCluster) + FirstCluster) is { } run)
        {
            ulong offset = (block * BlockBytes) - ((ulong)(run.First - FirstCluster) * ClusterBytes);
            if (offset < (ulong)run.Content.Length)
            {
                ReadOnlySpan<byte> rest = run.Content.Span[(int)offset..];
                rest[..Math.Min(rest.Length, target.Length)].CopyTo(target);
            }
        }
    }

    private Run? RunOf(uint cluster)
    {
        int low = 0;
        int high = _runs.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            Run run = _runs[middle];
            if (cluster >= run.First && cluster <= run.Last)
            {
                return run;
            }

            (low, high) = cluster < run.First ? (low, middle - 1) : (middle + 1, high);
        }

        return null;
    }

    /// <summary>Gives a directory and what it holds their clusters, parents first; the root is cluster 2.</summary>
    private uint Place(VolumeEntry directory, uint parentCluster)
    {
        bool isRoot = directory.Parent is null;
        List<(VolumeEntry Entry, byte[] ShortName, bool IsLong)> names = NamesOf(directory);
        int bytes = (names.Sum(name => 1 + (name.IsLong ? LongEntries(name.Entry.Key) : 0)) + (isRoot ? 0 : 2)) * EntryBytes;

        // What a directory says of its children is known once they have clusters; its own run comes first all the same.
        byte[] image = new byte[Math.Max(bytes, EntryBytes)];
        uint cluster = Add(image);
        int at = 0;
        if (!isRoot)
        {
            at = WriteShort(image, at, ShortName(".", ""), DirectoryAttribute, cluster, 0);
            at = WriteShort(image, at, ShortName("..", ""), DirectoryAttribute, parentCluster, 0);
        }

        foreach ((VolumeEntry entry, byte[] shortName, bool isLong) in names)
        {
            uint first = entry.IsDirectory ? Place(entry, isRoot ? 0 : cluster) : entry.Content.Length == 0 ? 0 : Add(entry.Content);
            at = isLong ? WriteLong(image, at, entry.Key, shortName) : at;
            byte attribute = entry.IsDirectory ? DirectoryAttribute : FileAttribute;
            at = WriteShort(image, at, shortName, attribute, first, (uint)entry.Content.Length);
        }

        return cluster;
    }

    private uint Add(ReadOnlyMemory<byte> content)
    {
        uint first = _next;
        _next += (uint)((content.Length + ClusterBytes - 1) / ClusterBytes);
        _runs.Add(new Run(first, _next - 1, content));
        return first;
    }

    private static List<(VolumeEntry Entry, byte[] ShortName, bool IsLong)> NamesOf(VolumeEntry directory)
    {
        List<(VolumeEntry, byte[], bool)> names = [];
        int aliases = 0;
        foreach (VolumeEntry entry in directory.Children)
        {
            bool isLong = !entry.HasShortName;
            string[] parts = entry.Name.Split('.');
            names.Add(isLong
                ? (entry, ShortName($"EFIEM~{(++aliases).ToString("X2", System.Globalization.CultureInfo.InvariantCulture)}", ""), true)
                : (entry, ShortName(parts[0], parts.Length > 1 ? parts[1] : ""), false));
        }

        return names;
    }

    private static byte[] ShortName(string name, string extension) => Encoding.ASCII.GetBytes(name.PadRight(8) + extension.PadRight(3));

    private static int LongEntries(string name) => (name.Length + UnitsInLongEntry - 1) / UnitsInLongEntry;

    private static int WriteLong(byte[] image, int at, string name, byte[] shortName)
    {
        byte sum = shortName.Aggregate((byte)0, (total, unit) => (byte)(((total & 1) << 7) + (total >> 1) + unit));
        int count = LongEntries(name);
        for (int part = count; part >= 1; part--)
        {
            Span<byte> entry = image.AsSpan(at, EntryBytes);
            entry[0] = (byte)(part | (part == count ? 0x40 : 0));
            entry[11] = LongNameAttribute;
            entry[13] = sum;
            for (int unit = 0; unit < UnitsInLongEntry; unit++)
            {
                int index = ((part - 1) * UnitsInLongEntry) + unit;
                ushort value = index < name.Length ? name[index] : index == name.Length ? (ushort)0 : ushort.MaxValue;
                BinaryPrimitives.WriteUInt16LittleEndian(entry[UnitOffsets[unit]..], value);
            }

            at += EntryBytes;
        }

        return at;
    }

    private static int WriteShort(byte[] image, int at, byte[] name, byte attribute, uint cluster, uint bytes)
    {
        Span<byte> entry = image.AsSpan(at, EntryBytes);
        name.CopyTo(entry);
        entry[11] = attribute;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[16..], FirstDay);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[18..], FirstDay);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[24..], FirstDay);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[20..], (ushort)(cluster >> 16));
        BinaryPrimitives.WriteUInt16LittleEndian(entry[26..], (ushort)cluster);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[28..], bytes);
        return at + EntryBytes;
    }

    private byte[] BootBlock(uint partitionStart)
    {
        byte[] block = new byte[BlockBytes];
        ReadOnlySpan<byte> start = [0xEB, 0x58, 0x90];
        start.CopyTo(block);
        "EFIEMU  "u8.CopyTo(block.AsSpan(3));
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(11), BlockBytes);
        block[13] = BlocksInCluster;
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(14), ReservedBlocks);
        block[16] = 2;
        block[21] = 0xF8;
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(24), 63);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(26), 255);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(28), partitionStart);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(32), (uint)_blocks);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(36), _tableBlocks);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(44), FirstCluster);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(48), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(50), 6);
        block[64] = 0x80;
        block[66] = 0x29;
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(67), 0x4546_4945);
        "EFIEMU     FAT32   "u8.CopyTo(block.AsSpan(71));
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(510), 0xAA55);
        return block;
    }

    private void FillInformation(uint clusters)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_informationBlock, 0x4161_5252);
        BinaryPrimitives.WriteUInt32LittleEndian(_informationBlock.AsSpan(484), 0x6141_7272);
        BinaryPrimitives.WriteUInt32LittleEndian(_informationBlock.AsSpan(488), clusters - Math.Min(clusters, _next - FirstCluster));
        BinaryPrimitives.WriteUInt32LittleEndian(_informationBlock.AsSpan(492), _next);
        BinaryPrimitives.WriteUInt32LittleEndian(_informationBlock.AsSpan(508), 0xAA55_0000);
    }

    /// <param name="First">Its first cluster.</param>
    /// <param name="Last">Its last one.</param>
    /// <param name="Content">What it holds; the rest of the last cluster is zeros.</param>
    private sealed record Run(uint First, uint Last, ReadOnlyMemory<byte> Content);
}
