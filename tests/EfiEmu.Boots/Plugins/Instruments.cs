using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Boots.Plugins;

/// <summary>Does something when the guest calls a function.</summary>
internal sealed class ActingInstrument(string function, Action act) : IBootInstrument
{
    public void Attach(IBootBench bench)
    {
    }

    public ulong? Calling(FunctionSignature called, IGuestCall call)
    {
        if (called.Name == function)
        {
            act();
        }

        return null;
    }

    public void Called(FunctionSignature called, ulong result)
    {
    }

    public void Happened(BootEvent happened)
    {
    }
}

/// <summary>Throws out of one of its members as soon as the guest runs.</summary>
internal sealed class ThrowingInstrument(string member, Exception thrown) : IBootInstrument
{
    private bool _guestRuns;

    public void Attach(IBootBench bench)
    {
    }

    public ulong? Calling(FunctionSignature function, IGuestCall call)
    {
        _guestRuns = true;
        ThrowIn("Calling");
        return 0;
    }

    public void Called(FunctionSignature function, ulong result) => ThrowIn("Called");

    public void Happened(BootEvent happened) => ThrowIn("Happened");

    private void ThrowIn(string here)
    {
        if (_guestRuns && here == member)
        {
            throw thrown;
        }
    }
}
