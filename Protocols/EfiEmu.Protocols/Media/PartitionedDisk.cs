using System.Buffers.Binary;
using System.Text;

namespace EfiEmu.Protocols;

/// <summary>A disk with one partition, described by a GUID partition table (UEFI 2.10 section 5.3).</summary>
internal sealed class PartitionedDisk
{
    private const int BlockBytes = FatVolume.BlockBytes;
    private const int Entries = 128;
    private const int EntryBytes = 128;
    private const int EntryBlocks = Entries * EntryBytes / BlockBytes;

    private static readonly Guid SystemPartition = new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
    private static readonly Guid DiskIdentity = new("45464945-4d55-4744-8053-4b0000000001");

    private readonly FatVolume _volume;
    private readonly byte[] _entries = new byte[Entries * EntryBytes];

    /// <summary>Makes a disk around a volume.</summary>
    /// <param name="volume">The partition's contents.</param>
    /// <param name="first">The block that it starts at.</param>
    /// <param name="blocks">Its length in blocks.</param>
    /// <param name="identity">The partition's own GUID.</param>
    public PartitionedDisk(FatVolume volume, ulong first, ulong blocks, Guid identity)
    {
        _volume = volume;
        First = first;
        Blocks = blocks;
        LastBlock = first + blocks + EntryBlocks;
        Span<byte> entry = _entries;
        SystemPartition.TryWriteBytes(entry);
        identity.TryWriteBytes(entry[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], first);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], first + blocks - 1);
        Encoding.Unicode.GetBytes("EFI System Partition").CopyTo(entry[56..]);
    }

    /// <summary>The first block of the partition.</summary>
    public ulong First { get; }

    /// <summary>The partition's length in blocks.</summary>
    public ulong Blocks { get; }

    /// <summary>The last block of the disk, which holds the second copy of the table's header.</summary>
    public ulong LastBlock { get; }

    /// <summary>Reads one block.</summary>
    public void Read(ulong block, Span<byte> target)
    {
        target.Clear();
        if (block >= First && block - First < Blocks)
        {
            _volume.Read(block - First, target);
        }
        else if (block == 0)
        {
            WriteProtection(target);
        }
        else if (block == 1 || block == LastBlock)
        {
            WriteHeader(block, target);
        }
        else
        {
            ulong table = block < First ? 2 : LastBlock - EntryBlocks;
            if (block >= table && block - table < EntryBlocks)
            {
                _entries.AsSpan((int)(block - table) * BlockBytes, BlockBytes).CopyTo(target);
            }
        }
    }

    // A partition of type EE over the whole disk, for those who know no other table.
    private void WriteProtection(Span<byte> target)
    {
        Span<byte> entry = target[446..];
        entry[2] = 2;
        entry[4] = 0xEE;
        entry[5..8].Fill(0xFF);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], (uint)Math.Min(LastBlock, uint.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(target[510..], 0xAA55);
    }

    private void WriteHeader(ulong block, Span<byte> target)
    {
        const int HeaderBytes = 92;
        bool isFirst = block == 1;
        "EFI PART"u8.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], 0x0001_0000);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], block);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], isFirst ? LastBlock : 1);
        BinaryPrimitives.WriteUInt64LittleEndian(target[40..], 2 + EntryBlocks);
        BinaryPrimitives.WriteUInt64LittleEndian(target[48..], LastBlock - EntryBlocks - 1);
        DiskIdentity.TryWriteBytes(target[56..]);
        BinaryPrimitives.WriteUInt64LittleEndian(target[72..], isFirst ? 2 : LastBlock - EntryBlocks);
        BinaryPrimitives.WriteUInt32LittleEndian(target[80..], Entries);
        BinaryPrimitives.WriteUInt32LittleEndian(target[84..], EntryBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[88..], Checksum(_entries));
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], Checksum(target[..HeaderBytes]));
    }

    // CRC-32 as Ethernet has it.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in bytes)
        {
            sum ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xEDB8_8320 : 0);
            }
        }

        return ~sum;
    }
}
