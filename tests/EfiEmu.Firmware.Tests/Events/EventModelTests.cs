using EfiEmu.Firmware.Events;
using EfiEmu.Firmware.Tests.Handles;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Events;

/// <summary>Random operations on the database and on a model that keeps one list of waiting events and steps tick by tick.</summary>
public sealed class EventModelTests
{
    private static readonly EventType[] Types =
    [
        EventType.NotifySignal, EventType.NotifySignal, EventType.NotifyWait, EventType.None,
        EventType.Timer | EventType.NotifySignal, EventType.Timer | EventType.NotifyWait, EventType.Timer,
    ];

    private static readonly Tpl[] Levels = [Tpl.Application, Tpl.Callback, Tpl.Notify, new(30), Tpl.High];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Database_UnderRandomOperations_EqualsTheModel(int seed) =>
        RandomOperations.Check(kinds: 11, length: 200, tests: 150, (ulong)seed, operations => new Run().All(operations));

    private sealed class Run
    {
        private readonly EventDatabase _database = new();
        private readonly NaiveEvents _model = new();
        private ulong _next = 0x1000;
        private ulong _time;

        public void All(Operation[] operations)
        {
            for (int index = 0; index < operations.Length; index++)
            {
                try
                {
                    One(operations[index]);
                    Assert.Equal(_model.Tpl, _database.CurrentTpl);
                    Assert.Equal(_model.InterruptsEnabled, _database.InterruptsEnabled);
                    Assert.Equal(_model.Events.Count, _database.Count);
                }
                catch (Xunit.Sdk.XunitException mismatch)
                {
                    throw new InvalidOperationException($"operation {index}, {operations[index]}: {mismatch.Message}", mismatch);
                }
            }
        }

        private void One(Operation operation)
        {
            EfiEvent chosen = Event(operation.A);
            switch (operation.Kind)
            {
                case 0 or 1:
                    Create(operation);
                    break;
                case 2:
                    Assert.Equal(_model.Close(chosen), _database.Close(chosen).Status);
                    break;
                case 3 or 4:
                    Assert.Equal(_model.Signal(chosen), _database.Signal(chosen));
                    break;
                case 5:
                    Guid group = Some.Protocol(operation.B % 2);
                    _database.SignalGroup(group);
                    _model.SignalGroup(group);
                    break;
                case 6:
                    Check(chosen);
                    break;
                case 7:
                    var delay = (TimerDelay)(operation.B % 4);
                    ulong time = (ulong)(operation.C % 5) * 70_000;
                    Assert.Equal(_model.SetTimer(chosen, delay, time), _database.SetTimer(chosen, delay, time));
                    break;
                case 8:
                    _time += (ulong)operation.C * 400;
                    Advance();
                    break;
                case 9:
                    Tpl level = Levels[operation.B % Levels.Length];
                    Assert.Equal(_model.Tpl, _database.Raise(level));
                    _model.Raise(level);
                    break;
                default:
                    Drain(Levels[operation.B % 3]);
                    break;
            }
        }

        private EfiEvent Event(int choice) => choice % 8 == 0 || _model.Events.Count == 0
            ? new EfiEvent(0x666)
            : _model.Events[choice % _model.Events.Count].Event;

        private void Create(Operation operation)
        {
            Guid? group = (operation.C % 3) switch { 0 => null, int number => Some.Protocol(number - 1) };
            var request = new EventRequest(
                Types[operation.A % Types.Length],
                operation.B % 2 == 0 ? Tpl.Callback : Tpl.Notify,
                new GuestAddress(0x1000),
                new GuestAddress(0x2000),
                group);
            var identity = new EfiEvent(_next += 0x10);
            EventPlan plan = EventDatabase.PlanCreate(request).Value;
            _database.Create(identity, plan);
            _model.Create(identity, plan);
        }

        private void Check(EfiEvent chosen)
        {
            CheckOutcome outcome = _database.BeginCheck(chosen);
            Assert.Equal(_model.BeginCheck(chosen), (outcome.Status, outcome.Queued));
            if (outcome.Queued)
            {
                Drain(_database.CurrentTpl);
                Assert.Equal(_model.CompleteCheck(chosen), _database.CompleteCheck(chosen));
            }
        }

        private void Advance()
        {
            bool reached;
            do
            {
                reached = _database.AdvanceTo(_time);
                Assert.Equal(_model.AdvanceTo(_time), reached);
                if (!reached)
                {
                    Drain(_database.CurrentTpl);
                }
            }
            while (!reached);
        }

        private void Drain(Tpl level)
        {
            bool more;
            do
            {
                more = _database.TryTakeNotification(level, out Notification notification);
                (EfiEvent Event, Tpl Level)? expected = _model.Take(level);
                Assert.Equal(expected, more ? (notification.Event, notification.Level) : null);
            }
            while (more);

            _database.Restore(level);
            _model.Enter(level);
        }
    }
}
