namespace EfiEmu.Testing;

/// <summary>Sizes of memory, as one says them: 16.GiB().</summary>
public static class MemorySizes
{
    /// <summary>So many MiB, in bytes.</summary>
    public static ulong MiB(this int count) => Bytes(count, 20);

    /// <summary>So many GiB, in bytes.</summary>
    public static ulong GiB(this int count) => Bytes(count, 30);

    /// <summary>So many TiB, in bytes.</summary>
    public static ulong TiB(this int count) => Bytes(count, 40);

    private static ulong Bytes(int count, int shift)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return (ulong)count << shift;
    }
}
