using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Reads out of the event stream which protocols the guest asked for in vain: what a boot that goes no further lacks.</summary>
internal static class ProtocolsAskedFor
{
    private const string ByProtocol = "0x2";

    /// <summary>The protocols that were asked for and never found, in the order of the first call.</summary>
    /// <param name="events">The stream.</param>
    /// <param name="exists">Whether a handle has the protocol at the end.</param>
    public static IReadOnlyList<Guid> NotFound(IReadOnlyList<BootEvent> events, Func<Guid, bool> exists)
    {
        List<Guid> missed = [];
        HashSet<Guid> found = [];
        foreach (ServiceCalled call in events.OfType<ServiceCalled>())
        {
            if (Protocol(call) is not { } protocol)
            {
                continue;
            }

            var status = new EfiStatus(call.Result);
            if (status == EfiStatus.NotFound || status == EfiStatus.Unsupported)
            {
                if (!missed.Contains(protocol))
                {
                    missed.Add(protocol);
                }
            }
            else if (status == EfiStatus.Success || status == EfiStatus.BufferTooSmall)
            {
                found.Add(protocol);
            }
        }

        return [.. missed.Where(protocol => !found.Contains(protocol) && !exists(protocol))];
    }

    // The GUID is the last word of an argument, after the name where it has one: "Rng 3152bca5-...".
    private static Guid? Protocol(ServiceCalled call)
    {
        int index = (call.Function.Interface, call.Function.Name) switch
        {
            ("bs", "LocateProtocol" or "LocateDevicePath") => 0,
            ("bs", "LocateHandle" or "LocateHandleBuffer") when call.Arguments[0] == ByProtocol => 1,
            ("bs", "HandleProtocol" or "OpenProtocol") => 1,
            _ => -1,
        };
        return index >= 0 && index < call.Arguments.Count
            && Guid.TryParse(call.Arguments[index].AsSpan(call.Arguments[index].LastIndexOf(' ') + 1), out Guid protocol)
            ? protocol
            : null;
    }
}
