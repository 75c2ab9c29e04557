using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>How pool buffers lie in guest memory.</summary>
/// <remarks>
/// MdeModulePkg/Core/Dxe/Mem/Pool.c. Head, 24 bytes: signature u32 @0, type u32 @8, size u64 @16. Tail, 16 bytes: signature
/// u32 @0, size u64 @8. Both sizes count head, buffer and tail. A free chunk starts with its own signature and the number of
/// its bucket, u32 each.
/// </remarks>
internal static class PoolLayout
{
    /// <summary>Bytes before the buffer.</summary>
    public const ulong HeadSize = 24;

    /// <summary>Bytes behind the buffer.</summary>
    public const ulong TailSize = 16;

    /// <summary>Bytes that a buffer costs besides its own.</summary>
    public const ulong Overhead = HeadSize + TailSize;

    private const uint HeadSignature = 0x30646870;
    private const uint TailSignature = 0x6C617470;
    private const uint FreeSignature = 0x30726670;

    private static readonly ulong[] BucketSizes = [128, 256, 384, 640, 1024, 1664, 2688];

    /// <summary>Buckets for chunks; what is larger gets pages of its own.</summary>
    public static int Buckets => BucketSizes.Length;

    /// <summary>Bytes of the chunks in a bucket.</summary>
    public static ulong BucketSize(int bucket) => BucketSizes[bucket];

    /// <summary>The bucket for a size that counts head and tail, or <see cref="Buckets"/> when pages are needed.</summary>
    public static int BucketFor(ulong total)
    {
        int bucket = Array.FindIndex(BucketSizes, size => size >= total);
        return bucket < 0 ? Buckets : bucket;
    }

    /// <summary>Writes the head and the tail of a buffer.</summary>
    public static void WriteBuffer(IGuestMemory memory, GuestAddress head, MemoryType type, ulong total)
    {
        GuestAddress tail = head + (total - TailSize);
        memory.WriteUInt32(head, HeadSignature);
        memory.WriteUInt32(head + 8, type.Value);
        memory.WriteUInt64(head + 16, total);
        memory.WriteUInt32(tail, TailSignature);
        memory.WriteUInt64(tail + 8, total);
    }

    /// <summary>Whether head and tail are as <see cref="WriteBuffer"/> left them.</summary>
    public static bool IsIntact(IGuestMemory memory, GuestAddress head, MemoryType type, ulong total)
    {
        GuestAddress tail = head + (total - TailSize);
        return memory.ReadUInt32(head) == HeadSignature
            && memory.ReadUInt32(head + 8) == type.Value
            && memory.ReadUInt64(head + 16) == total
            && memory.ReadUInt32(tail) == TailSignature
            && memory.ReadUInt64(tail + 8) == total;
    }

    /// <summary>Marks a chunk as free.</summary>
    public static void WriteFree(IGuestMemory memory, GuestAddress chunk, int bucket)
    {
        memory.WriteUInt32(chunk, FreeSignature);
        memory.WriteUInt32(chunk + 4, (uint)bucket);
    }
}
