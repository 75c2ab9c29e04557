using System.Globalization;
using EfiEmu.Cpu.Tests.Native;
using Iced.Intel;
using Xunit.Abstractions;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>Streams of bytes that nobody wrote for a processor: each run ends with an exit, and the processor stays whole.</summary>
public sealed class HostileStreamTests(ITestOutputHelper output)
{
    // All of the million in a nightly run; a slice of it otherwise.
    private const string StreamsVariable = "EFIEMU_HOSTILE_STREAMS";
    private const int UsualStreams = 50_000;
    private const int Slices = 2;

    // Host code is made of each block of each stream.
    private const int StreamsPerTranslatedStream = 40;

    private const int StreamBytes = 0x400;
    private const ulong Instructions = 100;
    private const int Stops = 12;
    private const long MemoryBound = 512 << 20;

    public static TheoryData<string, int> TiersAndSlices
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string tier in ExecutionTiers.All.Keys)
            {
                for (int slice = 0; slice < Slices; slice++)
                {
                    data.Add(tier, slice);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(TiersAndSlices))]
    public void Run_HostileBytes_EndsWithAnExitAndASaneState(string tier, int slice)
    {
        int streams = int.Parse(
            Environment.GetEnvironmentVariable(StreamsVariable) ?? UsualStreams.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) / Slices;
        streams /= tier == ExecutionTiers.Translator ? StreamsPerTranslatedStream : 1;
        using Machine machine = new(ExecutionTiers.All[tier]);
        var random = new CaseRandom((ulong)slice + 1);
        byte[][] forms = [.. Forms(random)];
        byte[] real = typeof(Processor).Assembly.Location is { Length: > 0 } path ? File.ReadAllBytes(path) : [];
        SortedDictionary<ProcessorExitKind, int> seen = [];
        ulong retired = 0;
        for (int stream = 0; stream < streams; stream++)
        {
            Fill(random, machine.Bus.At(Machine.Code, 0x2000)[..StreamBytes], forms, real, stream % 3);
            ProcessorExit exit = Run(random, machine.Processor);
            seen[exit.Kind] = seen.GetValueOrDefault(exit.Kind) + 1;
            retired += machine.Processor.InstructionsRetired;
            AssertSane(machine.Processor, exit, stream);
            machine.Processor.InstructionsRetired = 0;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{streams} streams, {retired} instructions: {string.Join(", ", seen)}"));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, MemoryBound);
        Assert.True(seen.ContainsKey(ProcessorExitKind.Fault) && seen.ContainsKey(ProcessorExitKind.BudgetExhausted));
    }

    // One valid instruction of each form, where it can be made.
    private static IEnumerable<byte[]> Forms(CaseRandom random)
    {
        var generator = new CaseGenerator(MemoryPlan.At(0), fsBase: 0, usesGs: true);
        foreach (Code code in InstructionForms.Comparable)
        {
            if (generator.Make(code, random.Next(1000)) is { } made)
            {
                yield return made.Bytes;
            }
        }
    }

    private static void Fill(CaseRandom random, Span<byte> bytes, byte[][] forms, byte[] real, int kind)
    {
        switch (kind)
        {
            case 0:
                random.NextBytes(bytes);
                return;
            case 1:
                int at = 0;
                while (at < bytes.Length - 16)
                {
                    byte[] form = forms[random.Next(forms.Length)];
                    form.CopyTo(bytes[at..]);
                    at += form.Length;
                }

                return;
            default:
                // Bytes of something real, a few of them changed.
                real.AsSpan(random.Next(real.Length - bytes.Length), bytes.Length).CopyTo(bytes);
                for (int change = 0; change < 8; change++)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                return;
        }
    }

    private static ProcessorExit Run(CaseRandom random, Processor processor)
    {
        processor.InvalidateCode(Machine.Code, StreamBytes);
        for (int i = 0; i < 16; i++)
        {
            processor[(Register)i] = random.Next(4) switch
            {
                0 => (ulong)random.Next(100),
                1 => random.NextBits(),
                _ => Machine.Data + (ulong)random.Next(0x2000),
            };
        }

        processor[Register.Rsp] = Machine.Stack - 0x200;
        processor.Rflags = random.NextBits();
        processor.Mxcsr = RandomValues.Mxcsr(random);
        processor.Rip = Machine.Code + (ulong)random.Next(0x100);
        ProcessorExit exit = default;
        for (int stop = 0; stop < Stops && processor.InstructionsRetired < Instructions; stop++)
        {
            exit = processor.Run(Instructions - processor.InstructionsRetired);
            if (exit.Kind is not (ProcessorExitKind.BudgetExhausted or ProcessorExitKind.Halt))
            {
                // As if a handler had skipped it.
                ulong next = processor.Rip + 1 + (ulong)random.Next(8);
                processor.Rip = next - Machine.Code < StreamBytes ? next : Machine.Code + (ulong)random.Next(StreamBytes);
            }
        }

        return exit;
    }

    private static void AssertSane(Processor processor, ProcessorExit exit, int stream)
    {
        Assert.True(Enum.IsDefined(exit.Kind), $"stream {stream}");
        Assert.True(processor.InstructionsRetired < Instructions + 128, $"stream {stream}: {processor.InstructionsRetired} instructions");

        // Bit 1 is always set; bits 3, 5, 15 and those above 21 never are.
        Assert.True((processor.Rflags & ~0x3F_7FD7ul) == 0 && (processor.Rflags & 2) != 0, $"stream {stream}: RFLAGS {processor.Rflags:X}");
        Assert.True((processor.Mxcsr & ~0xFFFFu) == 0, $"stream {stream}: MXCSR {processor.Mxcsr:X}");
        Assert.True(exit.Kind != ProcessorExitKind.NotModelled || !string.IsNullOrEmpty(exit.Detail), $"stream {stream}: not modelled, and no name");
    }
}
