using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Platforms;
using EfiEmu.Protocols;
using EfiEmu.Sdk;

namespace EfiEmu.Bench;

/// <summary>Boots a kernel twice: to find the longest stretch of its code between two calls, and to take the machine there.</summary>
internal static class StretchFinder
{
    /// <summary>The longest stretch of a kernel's boot, to its ExitBootServices on a plain machine.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="BootRequestException">The file is no image that can be booted.</exception>
    /// <exception cref="ReplayException">The guest runs no code between two calls.</exception>
    public static Stretch Find(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        if (ImageDescriber.Refusal(bytes) is { } refusal)
        {
            throw new BootRequestException("image", refusal);
        }

        ImageDescription description = ImageDescriber.Describe(bytes);
        var request = new BootRequest
        {
            Guest = new GuestFile(Path.GetFileName(file), bytes, description.Description, description.IsLinuxKernel),
            Platform = "plain",
            MemoryBytes = Stretch.MachineBytes,
            Firmware = FirmwareProfiles.Default,
            Until = BootUntil.ExitBootServices,
        };
        var runner = new BootRunner(new PeImageLoader(), _ => BuiltInProtocols.Create());
        var survey = new Survey();
        runner.Boot(request, survey, CancellationToken.None);
        var taker = new Taker(survey.CallBeforeLongest);
        runner.Boot(request, taker, CancellationToken.None);
        return taker.Taken ?? throw new ReplayException("the guest runs no code between two calls of firmware");
    }

    // Between which calls the guest runs longest.
    private sealed class Survey : IBootInstrument
    {
        private IBootBench? _bench;
        private ulong _returned;
        private ulong _longest;
        private int _calls;

        /// <summary>The call whose return starts the longest stretch, counted from 1; 0 where there is none.</summary>
        public int CallBeforeLongest { get; private set; }

        public void Attach(IBootBench bench) => _bench = bench;

        public ulong? Calling(FunctionSignature function, IGuestCall call)
        {
            if (_calls > 0 && _bench!.Instructions - _returned > _longest)
            {
                _longest = _bench.Instructions - _returned;
                CallBeforeLongest = _calls;
            }

            _calls++;
            return null;
        }

        public void Called(FunctionSignature function, ulong result) => _returned = _bench!.Instructions;

        public void Happened(BootEvent happened)
        {
        }
    }

    // Takes the machine as it goes on from a call, and the next call as the end.
    private sealed class Taker(int call) : IBootInstrument
    {
        private BootBench? _bench;
        private int _calls;
        private ulong _started;
        private Func<GuestAddress, ulong, Stretch>? _finish;

        public Stretch? Taken { get; private set; }

        public void Attach(IBootBench bench) => _bench = (BootBench)bench;

        public ulong? Calling(FunctionSignature function, IGuestCall call)
        {
            _calls++;
            if (_finish is { } finish && Taken is null)
            {
                Taken = finish(_bench!.Machine.Rip, _bench.Instructions - _started);
            }

            return null;
        }

        public void Called(FunctionSignature function, ulong result)
        {
            if (_calls != call || _finish is not null)
            {
                return;
            }

            // Firmware is about to return: it takes the return address from the stack and puts the result into RAX.
            Machine machine = _bench!.Machine;
            ulong[] registers = [.. Enum.GetValues<GuestRegister>().Select(register => machine[register])];
            ulong rip = machine.Memory.ReadUInt64(new GuestAddress(registers[(int)GuestRegister.Rsp]));
            registers[(int)GuestRegister.Rsp] += sizeof(ulong);
            registers[(int)GuestRegister.Rax] = result;
            IReadOnlyList<MemoryPiece> memory = MemoryPiece.Of(machine);
            ulong flags = machine.Rflags;
            _started = _bench.Instructions;
            _finish = (end, instructions) =>
                new Stretch(machine.Layout, machine.Ram, memory, registers, rip, flags, end, instructions);
        }

        public void Happened(BootEvent happened)
        {
        }
    }
}
