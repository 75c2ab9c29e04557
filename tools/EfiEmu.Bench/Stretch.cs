using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Bench;

/// <summary>Guest code between two calls of firmware: the machine at its start, and where it ends.</summary>
/// <remarks>FS, GS, and the vector registers are at their power-on values in both engines: a kernel's stub uses none of them.</remarks>
/// <param name="Layout">The machine's memory.</param>
/// <param name="Ram">Where there is RAM, ascending.</param>
/// <param name="Memory">What was touched of it by then.</param>
/// <param name="Registers">The general-purpose registers, in their encoding order.</param>
/// <param name="Rip">The first instruction.</param>
/// <param name="Rflags">RFLAGS.</param>
/// <param name="End">The gate that the code comes to.</param>
/// <param name="Instructions">How many instructions it takes; a repeated string instruction counts as one.</param>
internal sealed record Stretch(
    MemoryLayout Layout,
    IReadOnlyList<MemoryRange> Ram,
    IReadOnlyList<MemoryPiece> Memory,
    IReadOnlyList<ulong> Registers,
    ulong Rip,
    ulong Rflags,
    GuestAddress End,
    ulong Instructions)
{
    /// <summary>RAM of the machine that kernels are booted on, in bytes.</summary>
    public const ulong MachineBytes = 2UL << 30;
}

/// <summary>A piece of guest memory.</summary>
/// <param name="Address">Its first byte.</param>
/// <param name="Bytes">Its contents.</param>
internal readonly record struct MemoryPiece(ulong Address, byte[] Bytes)
{
    /// <summary>What a machine holds, ascending.</summary>
    public static IReadOnlyList<MemoryPiece> Of(Machine machine) => [.. machine.Touched.Select(range => Read(machine, range))];

    /// <summary>A range of a machine's memory. Its ends may lie outside of RAM: those read as zeros.</summary>
    private static MemoryPiece Read(Machine machine, MemoryRange range)
    {
        byte[] bytes = new byte[range.Length];
        foreach (MemoryRange ram in machine.Ram)
        {
            ulong start = Math.Max(ram.Start, range.Start);
            ulong end = Math.Min(ram.End, range.End);
            if (start < end)
            {
                machine.Memory.Read(new GuestAddress(start), bytes.AsSpan((int)(start - range.Start), (int)(end - start)));
            }
        }

        return new MemoryPiece(range.Start, bytes);
    }
}
