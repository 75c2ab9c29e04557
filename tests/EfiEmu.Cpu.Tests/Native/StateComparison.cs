using System.Globalization;
using System.Text;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Compares two states after an instruction in everything that the architecture defines.</summary>
internal static class StateComparison
{
    // CF PF AF ZF SF DF OF, AC and ID; IOPL and IF are not a user process's to change.
    private const ulong TestedFlags = 0x24_0CD5;

    /// <summary>The rows in which they differ, of all the rows that could; none where the states agree.</summary>
    public static bool Agree(InstructionCase made, InstructionState ours, InstructionState host) => Rows(made, ours, host).All(row => row.Same);

    /// <summary>The states side by side, with bytes and text of the instruction, differing rows marked.</summary>
    public static string Describe(InstructionCase made, InstructionState ours, InstructionState host)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{made.Instruction.Code}: {made.Instruction}  [{Convert.ToHexString(made.Bytes)}]\n");
        text.Append(CultureInfo.InvariantCulture, $"  {"",-10} {"before",-36} {"expected",-36} {"ours",-36}\n");
        foreach (Row row in Rows(made, ours, host))
        {
            if (!row.Same || row.Always)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(row.Same ? ' ' : '*')} {row.Name,-10} {row.Before,-36} {row.Host,-36} {row.Ours,-36}\n");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<Row> Rows(InstructionCase made, InstructionState ours, InstructionState host)
    {
        InstructionState before = made.Before;
        yield return new Row("fault", "none", Fault(host), Fault(ours), UndefinedResults.SameFault(made, ours, host));
        yield return Number("rip", before.Rip, host.Rip, ours.Rip);
        for (int i = 0; i < 16; i++)
        {
            yield return Number(((Register)i).ToString(), before.Gpr[i], host.Gpr[i], ours.Gpr[i]);
        }

        ulong undefined = host.Fault is null ? UndefinedFlags.Of(in made.InstructionReference) : 0;
        ulong tested = TestedFlags & ~undefined;
        yield return new Row("flags", Hex(before.Flags), Hex(host.Flags), Hex(ours.Flags), ((host.Flags ^ ours.Flags) & tested) == 0);
        yield return Number("gs base", before.GsBase, host.GsBase, ours.GsBase);
        for (int i = 0; i < 16; i++)
        {
            bool same = UndefinedResults.SameVector(in made.InstructionReference, ours.Xmm.AsSpan(2 * i, 2), host.Xmm.AsSpan(2 * i, 2));
            yield return new Row($"XMM{i}", Vector(before, i), Vector(host, i), Vector(ours, i), same);
        }

        yield return Number("MXCSR", before.Mxcsr, host.Mxcsr, ours.Mxcsr);
        foreach (Row row in made.UsesFloat ? X87State.Rows(made, ours.Float, host.Float) : [])
        {
            yield return row;
        }

        Row? memory = MemoryRow(made, ours, host);
        if (memory is not null)
        {
            yield return memory;
        }
    }

    private static Row? MemoryRow(InstructionCase made, InstructionState ours, InstructionState host)
    {
        byte[] expected = UndefinedResults.Memory(made, host.Memory, ours.Memory);
        int at = expected.AsSpan().CommonPrefixLength(ours.Memory);
        if (at == expected.Length)
        {
            return null;
        }

        int length = Math.Min(16, expected.Length - at);
        return new Row(
            string.Create(CultureInfo.InvariantCulture, $"data+{at:X}"),
            Convert.ToHexString(made.Before.Memory, at, length), Convert.ToHexString(expected, at, length), Convert.ToHexString(ours.Memory, at, length), false);
    }

    private static string Fault(InstructionState state) => state.Fault is { } fault
        ? fault == ExceptionVector.PageFault
            ? string.Create(CultureInfo.InvariantCulture, $"#PF {(state.FaultWrites ? "write" : "read")} {state.FaultAddress:X}")
            : fault.ToString()
        : "none";

    private static string Vector(InstructionState state, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{state.Xmm[(2 * index) + 1]:X16}:{state.Xmm[2 * index]:X16}");

    private static Row Number(string name, ulong before, ulong host, ulong ours) => new(name, Hex(before), Hex(host), Hex(ours), host == ours) { Always = name.Length < 4 };

    private static string Hex(ulong value) => value.ToString("X", CultureInfo.InvariantCulture);
}

/// <summary>One part of the state: before, after on the host or as recorded, after on ours.</summary>
internal sealed record Row(string Name, string Before, string Host, string Ours, bool Same)
{
    /// <summary>Whether it is shown where it agrees too.</summary>
    public bool Always { get; init; }
}
