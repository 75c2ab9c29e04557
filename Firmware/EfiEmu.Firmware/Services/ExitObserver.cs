using System.Globalization;
using EfiEmu.Firmware.Memory;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>Watches ExitBootServices for the report: each attempt, its cause, and the memory map when it returns.</summary>
/// <param name="memory">Gives the map.</param>
/// <param name="recorder">The event stream, from which the causes are read.</param>
/// <param name="stopAtSuccess">Whether the boot ends at the first success.</param>
internal sealed class ExitObserver(MemoryDatabase memory, BootRecorder recorder, bool stopAtSuccess)
{
    private const int CausesNamed = 3;

    // Each attempt keeps a memory map for the report. Linux tries twice, GRUB a few times more.
    private const int MostAttempts = 100;

    private readonly List<ExitBootServicesAttempt> _attempts = [];
    private readonly List<StagedMemoryMap> _maps = [];
    private int _started;
    private int _firstEvent;

    public IReadOnlyList<ExitBootServicesAttempt> Attempts => _attempts;

    public IReadOnlyList<StagedMemoryMap> Maps => _maps;

    public void AttemptStarted(int attempt)
    {
        if (attempt > MostAttempts)
        {
            string keys = _attempts.Any(a => a.MapKey != _attempts[0].MapKey)
                ? ""
                : $", always with the key that it had for the first call ({_attempts[0].Cause})";
            throw new BootStoppedException(BootEnd.Budget, $"the guest called ExitBootServices more than {MostAttempts} times{keys}");
        }

        _started = attempt;
        _firstEvent = recorder.Events.Count;
    }

    public void AttemptEnded(ulong given, ulong current, EfiStatus status)
    {
        var attempt = new ExitBootServicesAttempt(_started, given, current, status, Cause(given, current));
        _attempts.Add(attempt);
        recorder.Add(new ExitBootServicesCalled(attempt));
        _maps.Add(new StagedMemoryMap(
            string.Create(CultureInfo.InvariantCulture, $"exit-boot-services-{_started}"), memory.GetMemoryMap().Descriptors));
    }

    public void BootServicesEnded()
    {
        if (stopAtSuccess)
        {
            throw new BootStoppedException(BootEnd.ExitBootServices, "the guest left boot services");
        }
    }

    private string Cause(ulong given, ulong current)
    {
        int fetched = LastFetch(given);
        if (given == current)
        {
            return fetched < 0 ? "the key is current, though the guest never fetched it" : "the map did not change since the guest fetched it";
        }

        if (fetched < 0)
        {
            return "the guest never got this key from GetMemoryMap";
        }

        return string.Join("; ", new[] { Earlier(fetched), Inside() }.Where(part => part.Length > 0));
    }

    // What moved the key between the guest's GetMemoryMap and this call.
    private string Earlier(int fetched)
    {
        List<MemoryMapChanged> changes = [.. Between<MemoryMapChanged>(fetched, _firstEvent)];
        if (changes.Count == 0)
        {
            return "";
        }

        List<string> causes = [.. changes.Select(c => c.Cause).Distinct()];
        string rest = causes.Count > CausesNamed
            ? string.Create(CultureInfo.InvariantCulture, $" and {causes.Count - CausesNamed} more")
            : "";
        return $"since the guest fetched the map: {string.Join(", ", causes.Take(CausesNamed))}{rest}";
    }

    // What firmware's own handlers did inside this call.
    private string Inside()
    {
        int end = recorder.Events.Count;
        int steps = Between<MemoryMapChanged>(_firstEvent, end).Count();
        List<MemoryAccepted> accepted = [.. Between<MemoryAccepted>(_firstEvent, end)];
        if (accepted.Count > 0)
        {
            ulong bytes = accepted.Aggregate(0UL, (sum, a) => sum + a.Range.Length);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"BEFORE_EXIT_BOOT_SERVICES: firmware accepted {Quantities.Bytes(bytes)} at 0x{accepted[0].Range.Start:x} inside this call, which moved the key by {steps}");
        }

        return steps == 0
            ? ""
            : "inside this call: " + string.Join(", ", Between<MemoryMapChanged>(_firstEvent, end).Select(c => c.Cause).Distinct().Take(CausesNamed));
    }

    private IEnumerable<T> Between<T>(int from, int to) => recorder.Events.Skip(from).Take(to - from).OfType<T>();

    private int LastFetch(ulong key)
    {
        for (int i = recorder.Events.Count - 1; i >= 0; i--)
        {
            if (recorder.Events[i] is MemoryMapFetched fetch && fetch.MapKey == key)
            {
                return i;
            }
        }

        return -1;
    }
}
