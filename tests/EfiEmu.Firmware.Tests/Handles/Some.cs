using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tests.Handles;

/// <summary>Values for tests, and a database that takes its handles from a counter.</summary>
internal static class Some
{
    public static readonly EfiHandle Stranger = new(0xDEAD0000);

    public static Guid Protocol(int number) => new(number + 0x42, 0x5043, 0x4F4C, 1, 2, 3, 4, 5, 6, 7, 8);

    public static GuestAddress Interface(int number) => new(0x1000UL + ((ulong)number * 8));
}

/// <summary>What a service does with the database, without pool and without guests.</summary>
internal sealed class TestDatabase
{
    private ulong _next = 0x7E000018;

    public HandleDatabase Database { get; } = new();

    public OpenUsageTable Opens => Database.Opens;

    public HandleSearch Search => Database.Search;

    public EfiHandle CoreAgent { get; private set; }

    /// <summary>Makes the DXE core's image handle, so that HandleProtocol leaves records.</summary>
    public TestDatabase WithCoreAgent()
    {
        CoreAgent = Install(Some.Protocol(900), Some.Interface(900));
        Opens.CoreAgent = CoreAgent;
        return this;
    }

    /// <summary>Installs on a new handle.</summary>
    public EfiHandle Install(Guid protocol, GuestAddress address) => TryInstall(EfiHandle.Null, protocol, address).Handle;

    public InstallOutcome TryInstall(EfiHandle handle, Guid protocol, GuestAddress address) =>
        Database.Install(handle, protocol, address, new EfiHandle(_next += 0x80));

    public EfiStatus Uninstall(EfiHandle handle, Guid protocol, GuestAddress address)
    {
        RemovalPlan plan = Database.PlanRemoval(handle, protocol, address);
        return plan.Status.IsError
            ? plan.Status
            : Database.CompleteUninstall(handle, protocol, address, !plan.MustDisconnect).Status;
    }

    public EfiStatus Reinstall(EfiHandle handle, Guid protocol, GuestAddress old, GuestAddress address)
    {
        RemovalPlan plan = Database.PlanRemoval(handle, protocol, old);
        return plan.Status.IsError
            ? plan.Status
            : Database.CompleteReinstall(handle, protocol, old, address, !plan.MustDisconnect).Status;
    }

    public GuestAddress Register(Guid protocol, EfiEvent notified)
    {
        var key = new GuestAddress(_next += 0x80);
        Database.RegisterNotify(protocol, notified, key);
        return key;
    }

    public OpenOutcome Open(
        EfiHandle handle, Guid protocol, EfiHandle agent, EfiHandle controller, OpenAttributes attributes) =>
        Opens.Open(new OpenRequest(handle, protocol, agent, controller, attributes));

    public IReadOnlyList<EfiHandle> Locate(Guid protocol) =>
        Search.LocateHandle(HandleSearch.ByProtocol, protocol, GuestAddress.Null, ulong.MaxValue).Handles;
}
