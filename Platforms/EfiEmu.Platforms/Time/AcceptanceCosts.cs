using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>The virtual time that one acceptance operation takes, the page-state change by the host included.</summary>
/// <param name="LargeNanoseconds">For 2 MiB.</param>
/// <param name="SmallNanoseconds">For 4 KiB.</param>
/// <remarks>
/// These are constants of this model, not measurements of a machine. They were chosen so that the order of magnitude is
/// right (some seconds for 16 GiB) and so that many small operations cost more than few large ones, which is what boot-time
/// decisions turn on. Do not read performance of real hardware out of them.
/// </remarks>
internal readonly record struct AcceptanceCosts(ulong LargeNanoseconds, ulong SmallNanoseconds)
{
    /// <summary>Nothing to accept.</summary>
    public static AcceptanceCosts None => default;

    /// <summary>SEV-SNP: 0.5 ms for 2 MiB, 2 us for 4 KiB.</summary>
    public static AcceptanceCosts SevSnp => new(500_000, 2_000);

    /// <summary>TDX: 0.45 ms for 2 MiB, 2.5 us for 4 KiB.</summary>
    public static AcceptanceCosts Tdx => new(450_000, 2_500);

    /// <summary>What a range costs when it is accepted with operations as large as its alignment allows.</summary>
    public ulong Of(MemoryRange range)
    {
        PageOperations operations = PageOperations.Of(range);
        return (operations.Large * LargeNanoseconds) + (operations.Small * SmallNanoseconds);
    }
}
