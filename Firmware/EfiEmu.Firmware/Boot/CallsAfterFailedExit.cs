using EfiEmu.Firmware.Reports;

namespace EfiEmu.Firmware;

/// <summary>The services that a guest called between a failed ExitBootServices and the next attempt, and should not have.</summary>
/// <remarks>
/// UEFI 2.10 section 7.4.6: firmware may have shut down part of its boot services, so that only the memory allocation services
/// are safe. edk2 enforces nothing of it; it turns its timer off.
/// </remarks>
internal static class CallsAfterFailedExit
{
    private static readonly string[] Permitted =
        ["AllocatePages", "FreePages", "GetMemoryMap", "AllocatePool", "FreePool", "ExitBootServices"];

    /// <summary>Their names, in the order of the first calls.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<BootEvent> events)
    {
        bool failed = false;
        List<string> names = [];
        List<string> sinceFailure = [];
        foreach (BootEvent happened in events)
        {
            if (happened is ExitBootServicesCalled { Attempt: var attempt })
            {
                // What a guest calls after its last attempt is its farewell: no boot depends on it.
                names.AddRange(sinceFailure.Except(names));
                sinceFailure.Clear();
                failed = attempt.Status.IsError;
            }
            else if (failed && happened is ServiceCalled { Function: { Interface: not "rt", Name: var name } }
                && !Permitted.Contains(name))
            {
                sinceFailure.Add(name);
            }
        }

        return [.. names.Distinct()];
    }
}
