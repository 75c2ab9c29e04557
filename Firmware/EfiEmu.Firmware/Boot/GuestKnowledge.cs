using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>What a boot shows of the guest's understanding of unaccepted memory: evidence, not a guess from its name.</summary>
/// <param name="AskedToAccept">It called AllowUnacceptedMemory.</param>
/// <param name="InstalledTable">It installed the table in which Linux keeps what is unaccepted.</param>
/// <param name="Accepted">It accepted memory itself, through MemoryAccept or the platform's instruction.</param>
internal readonly record struct GuestKnowledge(bool AskedToAccept, bool InstalledTable, bool Accepted)
{
    /// <summary>Whether the guest can find memory that is still unaccepted when it leaves boot services.</summary>
    public bool FindsUnaccepted => AskedToAccept || InstalledTable || Accepted;

    /// <summary>Reads the evidence from the event stream.</summary>
    public static GuestKnowledge From(IReadOnlyList<BootEvent> events, IReadOnlyList<ServiceCount> services) => new(
        services.Any(s => s.Name == "AllowUnacceptedMemory"),
        events.Any(e => e is ConfigurationTableInstalled { Address.IsNull: false } t && t.Table == KnownGuids.LinuxUnacceptedMemoryTable),
        events.Any(e => e is MemoryAccepted { Acceptor: MemoryAcceptor.Guest }));
}
