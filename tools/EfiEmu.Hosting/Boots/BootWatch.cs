using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Hosting;

/// <summary>Watches a boot for its handle, and passes everything on to the instrument that the caller brought.</summary>
internal sealed class BootWatch(BootEventLog log, IBootInstrument? inner) : IBootInstrument
{
    private int _stage = (int)BootStage.Queued;
    private int _attempts;
    private ulong _instructions;

    public BootProgress Progress => new((BootStage)Volatile.Read(ref _stage), Volatile.Read(ref _instructions), Volatile.Read(ref _attempts));

    public void Enter(BootStage stage) => Volatile.Write(ref _stage, (int)stage);

    public void Attach(IBootBench bench) => inner?.Attach(bench);

    public ulong? Calling(FunctionSignature function, IGuestCall call) => inner?.Calling(function, call);

    public void Called(FunctionSignature function, ulong result) => inner?.Called(function, result);

    public void Happened(BootEvent happened)
    {
        Volatile.Write(ref _instructions, happened.At.Instructions);
        switch (happened)
        {
            case ImageStarted:
                Enter(BootStage.Guest);
                break;
            case ExitBootServicesCalled called:
                Volatile.Write(ref _attempts, called.Attempt.Attempt);
                Enter(called.Attempt.Status == EfiStatus.Success ? BootStage.OutOfBootServices : BootStage.Guest);
                break;
        }

        log.Add(happened);
        inner?.Happened(happened);
    }

    public void Ran(ulong instructions)
    {
        Volatile.Write(ref _instructions, instructions);
        inner?.Ran(instructions);
    }
}
