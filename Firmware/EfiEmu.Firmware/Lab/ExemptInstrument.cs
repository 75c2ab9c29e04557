using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>An instrument whose exceptions pass through plugins and guests: they come out of the boot as they are.</summary>
internal sealed class ExemptInstrument(IBootInstrument instrument) : IBootInstrument
{
    public void Attach(IBootBench bench) => Exempt(() => instrument.Attach(bench));

    public ulong? Calling(FunctionSignature function, IGuestCall call)
    {
        try
        {
            return instrument.Calling(function, call);
        }
        catch (Exception fault) when (PluginFaults.Exempt(fault))
        {
            throw;
        }
    }

    public void Called(FunctionSignature function, ulong result) => Exempt(() => instrument.Called(function, result));

    public void Happened(BootEvent happened) => Exempt(() => instrument.Happened(happened));

    public void Ran(ulong instructions) => Exempt(() => instrument.Ran(instructions));

    // The filter marks the exception and lets it pass.
    private static void Exempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception fault) when (PluginFaults.Exempt(fault))
        {
            throw;
        }
    }
}
