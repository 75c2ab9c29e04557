namespace EfiEmu.Firmware;

/// <summary>Who accepts memory, and when. A policy is one class here and one line in <see cref="AcceptancePolicies"/>.</summary>
public abstract class AcceptancePolicy
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One line for a listing.</summary>
    public abstract string Description { get; }

    /// <summary>Whether firmware leaves RAM at and above 4 GiB unaccepted when the guest starts.</summary>
    public abstract bool LeavesUnaccepted { get; }

    /// <summary>Whether guests may call EdkiiMemoryAccept.</summary>
    public abstract bool OffersMemoryAccept { get; }

    /// <summary>Whether firmware accepts everything at ExitBootServices unless the guest asks it not to.</summary>
    public abstract bool OffersNegotiation { get; }
}

/// <summary>The acceptance policies, one line each.</summary>
public static class AcceptancePolicies
{
    /// <summary>All policies.</summary>
    public static IReadOnlyList<AcceptancePolicy> All { get; } =
    [
        new NegotiatedAcceptance(),
        new LazyAcceptance(),
        new AcceptAll(),
        new LazyWithoutNegotiation(),
    ];
}
