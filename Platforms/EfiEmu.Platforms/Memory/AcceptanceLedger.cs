using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>One stretch of memory that was accepted.</summary>
/// <param name="Acceptor">On whose behalf.</param>
/// <param name="Range">What was accepted; no page of it was accepted before.</param>
/// <param name="CostNanoseconds">The virtual time it took.</param>
/// <remarks>Operations on adjacent ranges that follow each other are one record.</remarks>
public readonly record struct AcceptanceRecord(MemoryAcceptor Acceptor, MemoryRange Range, ulong CostNanoseconds);

/// <summary>Where the RAM of a machine stands: the five numbers always add up to all RAM.</summary>
/// <param name="FirmwareBeforeGuestBytes">Accepted by firmware before it started the guest.</param>
/// <param name="FirmwareAtExitBootServicesBytes">Accepted by firmware inside ExitBootServices.</param>
/// <param name="GuestBytes">Accepted by the guest.</param>
/// <param name="SharedBytes">Shared with the host.</param>
/// <param name="UnacceptedBytes">Accepted by nobody, or given up again.</param>
/// <remarks>On a platform without acceptance all RAM is firmware's, before the guest.</remarks>
public readonly record struct AcceptanceAccount(
    ulong FirmwareBeforeGuestBytes,
    ulong FirmwareAtExitBootServicesBytes,
    ulong GuestBytes,
    ulong SharedBytes,
    ulong UnacceptedBytes);

/// <summary>Changes page states and keeps the books: who accepted what, at which cost.</summary>
internal sealed class AcceptanceLedger(PageStates states, AcceptanceCosts costs, VirtualClock clock, ulong ramBytes)
{
    private static readonly int OwnerCount = Enum.GetValues<Owner>().Length;

    private readonly RangeMap<Owner> _owners =
        new(states[0] == PageState.Unaccepted ? Owner.Nobody : Owner.FirmwareBeforeGuest);

    private readonly ulong[] _bytes = PowerOn(states, ramBytes);
    private readonly List<AcceptanceRecord> _records = [];

    /// <summary>Called when pages may no longer be touched as before.</summary>
    public Action? PagesWithdrawn { get; set; }

    /// <summary>The state of every page.</summary>
    public PageStates States => states;

    /// <summary>The account as it stands.</summary>
    public AcceptanceAccount Account => new(
        _bytes[(int)Owner.FirmwareBeforeGuest],
        _bytes[(int)Owner.FirmwareAtExitBootServices],
        _bytes[(int)Owner.Guest],
        _bytes[(int)Owner.Host],
        _bytes[(int)Owner.Nobody]);

    /// <summary>Does a transition on a range of RAM.</summary>
    public PageStateChange Apply(PageTransition transition, MemoryRange range, MemoryAcceptor acceptor)
    {
        PageStateChange change = states.Apply(transition, range);
        foreach (MemoryRange changed in change.Changed)
        {
            if (transition == PageTransition.Accept)
            {
                Own(changed, OwnerOf(acceptor));
                ulong cost = costs.Of(changed);
                clock.AddCost(cost);
                Record(new AcceptanceRecord(acceptor, changed, cost));
            }
            else
            {
                Own(changed, transition == PageTransition.Share ? Owner.Host : Owner.Nobody);
            }
        }

        if (change.Changed.Count > 0 && transition is PageTransition.Rescind or PageTransition.Reclaim)
        {
            PagesWithdrawn?.Invoke();
        }

        return change;
    }

    /// <summary>Takes the records since the last call.</summary>
    public IReadOnlyList<AcceptanceRecord> Drain()
    {
        AcceptanceRecord[] records = [.. _records];
        _records.Clear();
        return records;
    }

    /// <summary>Who accepted the page that holds an address; null where nobody did, or where it is shared.</summary>
    public MemoryAcceptor? AcceptorOf(ulong address) => _owners[address] switch
    {
        Owner.FirmwareBeforeGuest => MemoryAcceptor.FirmwareBeforeGuest,
        Owner.FirmwareAtExitBootServices => MemoryAcceptor.FirmwareAtExitBootServices,
        Owner.Guest => MemoryAcceptor.Guest,
        _ => null,
    };

    /// <summary>Keeps states and books, and gives what puts them back.</summary>
    public Action Save()
    {
        Action restoreStates = states.Save();
        Action restoreOwners = _owners.Save();
        ulong[] bytes = [.. _bytes];
        AcceptanceRecord[] records = [.. _records];
        return () =>
        {
            restoreStates();
            restoreOwners();
            bytes.CopyTo(_bytes, 0);
            _records.Clear();
            _records.AddRange(records);
        };
    }

    private static ulong[] PowerOn(PageStates states, ulong ramBytes)
    {
        ulong[] bytes = new ulong[OwnerCount];
        bytes[(int)(states[0] == PageState.Unaccepted ? Owner.Nobody : Owner.FirmwareBeforeGuest)] = ramBytes;
        return bytes;
    }

    private static Owner OwnerOf(MemoryAcceptor acceptor) => acceptor switch
    {
        MemoryAcceptor.FirmwareBeforeGuest => Owner.FirmwareBeforeGuest,
        MemoryAcceptor.FirmwareAtExitBootServices => Owner.FirmwareAtExitBootServices,
        _ => Owner.Guest,
    };

    private void Own(MemoryRange range, Owner owner)
    {
        foreach ((MemoryRange run, Owner before) in _owners.Runs(range))
        {
            _bytes[(int)before] -= run.Length;
        }

        _bytes[(int)owner] += range.Length;
        _owners.Set(range, owner);
    }

    private void Record(AcceptanceRecord record)
    {
        if (_records.Count > 0 && _records[^1] is var last
            && last.Acceptor == record.Acceptor && last.Range.End == record.Range.Start)
        {
            _records[^1] = new AcceptanceRecord(
                last.Acceptor,
                new MemoryRange(last.Range.Start, last.Range.Length + record.Range.Length),
                last.CostNanoseconds + record.CostNanoseconds);
        }
        else
        {
            _records.Add(record);
        }
    }

    private enum Owner
    {
        Nobody,
        FirmwareBeforeGuest,
        FirmwareAtExitBootServices,
        Guest,
        Host,
    }
}
