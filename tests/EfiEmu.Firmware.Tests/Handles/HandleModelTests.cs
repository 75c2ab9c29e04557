using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Handles;

/// <summary>Random operations on the database and on a model that keeps flat lists and looks through them.</summary>
public sealed class HandleModelTests
{
    private static readonly uint[] Attributes = [1, 2, 4, 8, 0x10, 0x20, 0x30, 0, 3, 0x11];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Database_UnderRandomOperations_EqualsTheModel(int seed) =>
        RandomOperations.Check(kinds: 12, length: 160, tests: 120, (ulong)seed, operations => new Run().All(operations));

    private sealed class Run
    {
        private readonly HandleDatabase _database = new();
        private readonly NaiveHandles _model = new();
        private readonly Dictionary<ulong, RecordKind> _records = [];
        private ulong _next = 0x1000;

        public void All(Operation[] operations)
        {
            for (int index = 0; index < operations.Length; index++)
            {
                try
                {
                    One(operations[index]);
                }
                catch (Xunit.Sdk.XunitException mismatch)
                {
                    throw new InvalidOperationException($"operation {index}, {operations[index]}: {mismatch.Message}", mismatch);
                }
            }
        }

        private void One(Operation operation)
        {
            EfiHandle handle = Handle(operation.A);
            Guid protocol = Some.Protocol(operation.B % 4);
            GuestAddress address = Some.Interface(operation.C % 2);
            switch (operation.Kind)
            {
                case 0 or 1 or 2:
                    Install(operation.Kind == 0 ? EfiHandle.Null : handle, protocol, address);
                    break;
                case 3:
                    Remove(handle, protocol, address, reinstallAt: null, operation.A % 7 != 0);
                    break;
                case 4:
                    Remove(handle, protocol, address, Some.Interface(operation.A % 2), operation.C % 7 != 0);
                    break;
                case 5 or 6:
                    Open(new OpenRequest(
                        handle, protocol, Handle(operation.C), Handle(operation.B), (OpenAttributes)Attributes[operation.C % Attributes.Length]));
                    break;
                case 7:
                    Close(handle, protocol, Handle(operation.C), Handle(operation.B));
                    break;
                case 8:
                    Register(protocol, new EfiEvent((ulong)(operation.A % 3) + 1));
                    break;
                case 9:
                    Unregister(new EfiEvent((ulong)(operation.A % 3) + 1));
                    break;
                case 10:
                    Iterate(operation);
                    break;
                default:
                    _database.Opens.CoreAgent = handle;
                    _model.CoreAgent = handle;
                    break;
            }

            Compare(handle, protocol);
        }

        // Handles that exist, existed, never existed, and NULL.
        private EfiHandle Handle(int choice) => (choice % 10) switch
        {
            0 => EfiHandle.Null,
            1 => Some.Stranger,
            _ when _model.Handles.Count == 0 => Some.Stranger,
            _ => _model.Handles[choice % _model.Handles.Count],
        };

        private void Install(EfiHandle handle, Guid protocol, GuestAddress address)
        {
            var fresh = new EfiHandle(_next += 0x10);
            IReadOnlyList<RecordKind> plan = _database.PlanInstall(handle, protocol);
            InstallOutcome outcome = _database.Install(handle, protocol, address, fresh);
            (EfiStatus status, EfiHandle expected, List<EfiEvent> notify) = _model.Install(handle, protocol, address, fresh);

            Assert.Equal((status, expected), (outcome.Status, outcome.Handle));
            Assert.Equal(notify, outcome.Notify);
            Assert.Equal(plan, outcome.Changes.Where(change => change.Added && change.Kind != RecordKind.OpenUsage).Select(change => change.Kind));
            Account(outcome.Changes);
        }

        private void Remove(EfiHandle handle, Guid protocol, GuestAddress address, GuestAddress? reinstallAt, bool disconnects)
        {
            RemovalPlan plan = _database.PlanRemoval(handle, protocol, address);
            (EfiStatus status, EfiHandle driver) = _model.PlanRemoval(handle, protocol, address);
            Assert.Equal((status, driver), (plan.Status, plan.Disconnect));
            if (plan.Status.IsError)
            {
                return;
            }

            while (disconnects && plan.MustDisconnect)
            {
                CloseAll(handle, protocol, plan.Disconnect);
                plan = _database.PlanRemoval(handle, protocol, address);
            }

            bool done = !plan.MustDisconnect;
            RemovalOutcome outcome = reinstallAt is { } target
                ? _database.CompleteReinstall(handle, protocol, address, target, done)
                : _database.CompleteUninstall(handle, protocol, address, done);
            Assert.Equal(_model.CompleteRemoval(handle, protocol, reinstallAt, done), outcome.Status);
            Assert.Equal(outcome.Status.IsError || reinstallAt is not null, outcome.Reconnect);
            Account(outcome.Changes);
        }

        private void Open(OpenRequest request)
        {
            OpenOutcome outcome = _database.Opens.Open(request);
            (EfiStatus status, GuestAddress? address, EfiHandle driver) = _model.Open(request);
            Assert.Equal((status, address, driver), (outcome.Status, outcome.Interface, outcome.Disconnect));
            while (outcome.MustDisconnect)
            {
                CloseAll(request.Handle, request.Protocol, outcome.Disconnect);
                outcome = _database.Opens.ContinueOpen(request);
                Assert.Equal(_model.Open(request).Status, outcome.Status);
            }

            Account(outcome.Created is { } created ? [created] : []);
        }

        private void CloseAll(EfiHandle handle, Guid protocol, EfiHandle agent)
        {
            foreach (OpenUsage usage in _database.Opens.Information(handle, protocol).Value.Where(usage => usage.Agent == agent))
            {
                Close(handle, protocol, agent, usage.Controller);
            }
        }

        private void Close(EfiHandle handle, Guid protocol, EfiHandle agent, EfiHandle controller)
        {
            EfiResult<IReadOnlyList<RecordChange>> closed = _database.Opens.Close(handle, protocol, agent, controller);
            Assert.Equal(_model.Close(handle, protocol, agent, controller), closed.Status);
            Account(closed.Value ?? []);
        }

        private void Register(Guid protocol, EfiEvent notified)
        {
            var key = new GuestAddress(_next += 0x10);
            Account(_database.RegisterNotify(protocol, notified, key));
            _model.Register(protocol, notified, key);
        }

        private void Unregister(EfiEvent notified)
        {
            Account(_database.UnregisterNotify(notified));
            _model.Unregister(notified);
        }

        private void Iterate(Operation operation)
        {
            if (_model.Registrations.Count == 0)
            {
                return;
            }

            GuestAddress key = _model.Registrations[operation.A % _model.Registrations.Count].Key;
            (EfiHandle Handle, GuestAddress Address)? next = _model.Next(key, advance: true);
            if (operation.B % 2 == 0)
            {
                EfiResult<GuestAddress> located = _database.Search.LocateProtocol(Guid.Empty, key);
                Assert.Equal(next?.Address ?? default, located.Value);
                Assert.Equal(next is null ? EfiStatus.NotFound : EfiStatus.Success, located.Status);
            }
            else
            {
                LocateOutcome located = _database.Search.LocateHandle(HandleSearch.ByRegisterNotify, null, key, 8);
                Assert.Equal(next is { } found ? [found.Handle] : [], located.Handles);
            }
        }

        private void Account(IEnumerable<RecordChange> changes)
        {
            foreach (RecordChange change in changes)
            {
                if (change.Added)
                {
                    _records.Add(change.Id, change.Kind);
                }
                else
                {
                    Assert.True(_records.Remove(change.Id, out RecordKind kind));
                    Assert.Equal(kind, change.Kind);
                }
            }
        }

        private void Compare(EfiHandle handle, Guid protocol)
        {
            Assert.Equal(
                _model.Handles,
                _database.Search.LocateHandle(HandleSearch.AllHandles, null, GuestAddress.Null, ulong.MaxValue).Handles);
            Assert.Equal(
                _model.With(protocol),
                _database.Search.LocateHandle(HandleSearch.ByProtocol, protocol, GuestAddress.Null, ulong.MaxValue).Handles);
            Assert.Equal(_model.ProtocolsOf(handle), _database.Opens.ProtocolsPerHandle(handle).Value ?? []);
            Assert.Equal(
                _model.UsagesOf(handle, protocol),
                (_database.Opens.Information(handle, protocol).Value ?? [])
                    .Select(usage => (usage.Agent, usage.Controller, usage.Attributes, usage.Count)));
            Assert.Equal(_model.RecordCounts(), Enum.GetValues<RecordKind>().Select(kind => _records.Values.Count(value => value == kind)));
        }
    }
}
