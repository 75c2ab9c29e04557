using System.Diagnostics;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Bench;

/// <summary>Runs a stretch on a machine of EfiEmu's that was just switched on.</summary>
internal static class MachineReplay
{
    /// <summary>Runs it to the gate at its end.</summary>
    /// <exception cref="ReplayException">The machine stopped elsewhere.</exception>
    public static Replay Run(Stretch stretch)
    {
        IPlatform platform = PlatformCatalogue.Find("plain") ?? throw new InvalidOperationException("there is no plain platform");
        using var machine = new Machine(platform, stretch.Layout, new MachineOptions());
        foreach (MemoryPiece piece in stretch.Memory)
        {
            Put(machine, piece);
        }

        machine.AddGates(new MemoryRange(stretch.End.Value & ~(GuestAddress.PageSize - 1), GuestAddress.PageSize));
        foreach (GuestRegister register in Enum.GetValues<GuestRegister>())
        {
            machine[register] = stretch.Registers[(int)register];
        }

        machine.Rip = new GuestAddress(stretch.Rip);
        machine.Rflags = stretch.Rflags;
        long start = Stopwatch.GetTimestamp();
        MachineExit exit = machine.Run(ulong.MaxValue);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        if (exit.Kind != MachineExitKind.Gate || exit.Address != stretch.End || machine.InstructionsRetired != stretch.Instructions)
        {
            throw new ReplayException($"EfiEmu stopped at {exit.Address} after {machine.InstructionsRetired} instructions: {exit.Kind} {exit.Detail}");
        }

        return new Replay(time, [.. Enum.GetValues<GuestRegister>().Select(register => machine[register])], MemoryPiece.Of(machine));
    }

    // What the machine holds by itself, as firmware's page tables, is not written again: a guest that writes them has them read.
    private static void Put(Machine machine, MemoryPiece piece)
    {
        byte[] page = new byte[GuestAddress.PageSize];
        for (int at = 0; at < piece.Bytes.Length; at += page.Length)
        {
            ulong address = piece.Address + (ulong)at;
            ReadOnlySpan<byte> bytes = piece.Bytes.AsSpan(at, page.Length);
            if (!machine.Ram.Any(ram => ram.Contains(address)))
            {
                continue;
            }

            machine.Memory.Read(new GuestAddress(address), page);
            if (!bytes.SequenceEqual(page))
            {
                machine.Memory.Write(new GuestAddress(address), bytes);
            }
        }
    }
}
