using System.Runtime.InteropServices;
using EfiEmu.Cli;
using EfiEmu.Platforms;

using var cancellation = new CancellationTokenSource();

// The first Ctrl+C ends the boot in order; a second one, while that takes long, ends the process.
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
{
    signal.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
});

if (args is ["boot", ..] && Environment.ProcessorCount > 1)
{
    Machine.Prepare(cancellation.Token);
}

using Terminal terminal = Terminal.OfProcess();
using var emulator = new Composition();
return new CommandLine(emulator, terminal).Run(args, cancellation.Token);
