using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests;

/// <summary>Small memory layouts.</summary>
internal static class TestLayouts
{
    public const ulong FourGiB = 1UL << 32;

    /// <summary>1 MiB of RAM from 0, a hole, 16 MiB from 16 MiB on.</summary>
    public static MemoryLayout TwoBlocks { get; } = Of((0, 0x100000), (0x1000000, 0x1000000));

    public static MemoryLayout Of(params (ulong Start, ulong Bytes)[] ram) => new(
        [.. ram.Select(block => new MemorySpace(
            new MemoryRange(block.Start, block.Bytes),
            GcdMemoryType.SystemMemory,
            MemoryAttributes.SystemRam,
            MemoryAttributes.WriteBack))],
        [],
        []);

    public static string Data(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", name));

    public static IPlatform Platform(string name) =>
        PlatformCatalogue.Find(name) ?? throw new ArgumentException(name, nameof(name));
}
