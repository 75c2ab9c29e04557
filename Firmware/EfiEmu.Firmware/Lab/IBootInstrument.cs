using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Somebody who watches a boot and may disturb it: a script, a lab, a live view.</summary>
/// <remarks>
/// Called on the boot's own thread, between two steps of the guest. What an instrument throws ends the boot and comes out of
/// <see cref="BootRunner"/> as it is.
/// </remarks>
public interface IBootInstrument
{
    /// <summary>Firmware is up; the guest is not loaded yet.</summary>
    /// <param name="bench">What the instrument may do from now on, until the boot ends.</param>
    void Attach(IBootBench bench);

    /// <summary>The guest calls a function; its body has not run yet.</summary>
    /// <returns>Null to let it run, or what RAX gets in its place.</returns>
    ulong? Calling(FunctionSignature function, IGuestCall call);

    /// <summary>The function returned to the guest.</summary>
    void Called(FunctionSignature function, ulong result);

    /// <summary>A record was added to the stream; the first ones come before <see cref="Attach"/>. A call that was folded into an equal one before it adds none.</summary>
    void Happened(BootEvent happened);
}

/// <summary>What an instrument may do behind the guest's back: what a driver of the firmware could do.</summary>
public interface IBootBench
{
    /// <summary>Boot services as firmware's own drivers call them: no call is counted as the guest's.</summary>
    IBootServices BootServices { get; }

    /// <summary>Guest memory.</summary>
    IGuestMemory Memory { get; }

    /// <summary>Virtual time since power-on, in nanoseconds.</summary>
    ulong Nanoseconds { get; }

    /// <summary>Guest instructions retired since power-on.</summary>
    ulong Instructions { get; }

    /// <summary>Signals every event of a group.</summary>
    void SignalGroup(Guid group);

    /// <summary>Lets virtual time pass; timers that fall due fire.</summary>
    void Elapse(ulong nanoseconds);

    /// <summary>Moves the map key and makes the memory map exactly so many descriptors longer, as a driver's allocations would. Adds a line to the boot's stream.</summary>
    /// <param name="descriptors">How many more; 0 moves the key alone.</param>
    /// <exception cref="MapGrowthException">Free memory does not suffice, or the guest's own notify functions work against it.</exception>
    void GrowMemoryMap(int descriptors);

    /// <summary>Adds a line to the boot's stream, so that the report says what was done to the guest.</summary>
    void Remark(string text);
}
