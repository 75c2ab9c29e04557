namespace EfiEmu.Firmware.Tables;

/// <summary>The platform's counter: 32 bits that start over at each power-on, under 32 bits that survive.</summary>
/// <remarks>
/// UEFI 2.10 section 8.5.2; MdeModulePkg/Universal/MonotonicCounterRuntimeDxe. The high half lies in a variable; the
/// database only says when it has to be written.
/// </remarks>
/// <param name="high">The high half of this boot: one more than the last boot's.</param>
/// <param name="low">The low half: 0 at power-on.</param>
internal sealed class MonotonicCounter(uint high, uint low = 0)
{
    private const ulong HalfWay = 0x80000000;

    /// <summary>The name of the variable with the high half.</summary>
    public const string VariableName = "MTC";

    private ulong _next = ((ulong)high << 32) | low;

    /// <summary>The vendor of that variable.</summary>
    public static Guid VariableVendor { get; } = new("eb704011-1402-11d3-8e77-00a0c969723b");

    /// <summary>GetNextMonotonicCount: gives the counter, then adds one.</summary>
    /// <param name="stepsHigh">
    /// Whether firmware now queues, at TPL_CALLBACK, a <see cref="NextHigh"/>: edk2 does so when the top bit of the low
    /// half changes, long before the half runs over.
    /// </param>
    public ulong Next(out bool stepsHigh)
    {
        ulong value = _next;
        _next = unchecked(value + 1);
        stepsHigh = ((value ^ _next) & HalfWay) != 0;
        return value;
    }

    /// <summary>
    /// GetNextHighMonotonicCount: adds one to the high half, clears the low half, and gives the high half, which the
    /// caller stores in the variable.
    /// </summary>
    public uint NextHigh()
    {
        uint next = unchecked((uint)(_next >> 32) + 1);
        _next = (ulong)next << 32;
        return next;
    }
}
