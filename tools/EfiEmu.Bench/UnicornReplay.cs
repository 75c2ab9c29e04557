using System.Diagnostics;
using System.Runtime.InteropServices;
using EfiEmu.Sdk;

namespace EfiEmu.Bench;

/// <summary>Runs a stretch in Unicorn, without hooks. All RAM is one mapping per range, as Unicorn likes it best.</summary>
internal static unsafe class UnicornReplay
{
    // uc_x86_reg: RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, then R8 to R15.
    private static readonly int[] Registers = [35, 38, 40, 37, 44, 36, 43, 39, 106, 107, 108, 109, 110, 111, 112, 113];
    private const int Eflags = 25;
    private const int Rip = 41;

    /// <summary>Runs it to its end.</summary>
    /// <param name="unicorn">The library.</param>
    /// <param name="stretch">What to run.</param>
    /// <param name="compared">The pieces of memory to give, by their addresses.</param>
    /// <exception cref="ReplayException">Unicorn stopped elsewhere, or refused something.</exception>
    public static Replay Run(UnicornLibrary unicorn, Stretch stretch, IReadOnlyList<MemoryPiece> compared)
    {
        // Zeroed memory of this size comes from the host page by page, as it is touched.
        nint[] hosts = [.. stretch.Ram.Select(ram => (nint)NativeMemory.AllocZeroed((nuint)(ram.Length + GuestAddress.PageSize)))];
        nint engine = unicorn.Open();
        try
        {
            MemoryRange[] ranges = [.. stretch.Ram];
            for (int i = 0; i < ranges.Length; i++)
            {
                unicorn.MapMemory(engine, ranges[i].Start, ranges[i].Length, PageOf(hosts[i]));
            }

            foreach (MemoryPiece piece in stretch.Memory)
            {
                Copy(piece, toEngine: true);
            }

            for (int i = 0; i < Registers.Length; i++)
            {
                unicorn.WriteRegister(engine, Registers[i], stretch.Registers[i]);
            }

            unicorn.WriteRegister(engine, Eflags, stretch.Rflags);
            long start = Stopwatch.GetTimestamp();
            unicorn.Start(engine, stretch.Rip, stretch.End.Value);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            ulong rip = unicorn.ReadRegister(engine, Rip);
            if (rip != stretch.End.Value)
            {
                throw new ReplayException($"Unicorn stopped at {new GuestAddress(rip)}");
            }

            MemoryPiece[] memory = [.. compared.Select(piece => new MemoryPiece(piece.Address, new byte[piece.Bytes.Length]))];
            Array.ForEach(memory, piece => Copy(piece, toEngine: false));
            return new Replay(time, [.. Registers.Select(register => unicorn.ReadRegister(engine, register))], memory);

            void Copy(MemoryPiece piece, bool toEngine)
            {
                for (int i = 0; i < ranges.Length; i++)
                {
                    ulong first = Math.Max(ranges[i].Start, piece.Address);
                    ulong end = Math.Min(ranges[i].End, piece.Address + (ulong)piece.Bytes.Length);
                    if (first >= end)
                    {
                        continue;
                    }

                    var host = new Span<byte>((byte*)PageOf(hosts[i]) + (first - ranges[i].Start), (int)(end - first));
                    Span<byte> bytes = piece.Bytes.AsSpan((int)(first - piece.Address), host.Length);
                    (toEngine ? bytes : host).CopyTo(toEngine ? host : bytes);
                }
            }
        }
        finally
        {
            unicorn.Close(engine);
            Array.ForEach(hosts, host => NativeMemory.Free((void*)host));
        }
    }

    private static nint PageOf(nint host) => (host + (nint)GuestAddress.PageSize - 1) & ~((nint)GuestAddress.PageSize - 1);
}
