using EfiEmu.Firmware.Events;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Events;

/// <summary>
/// CreateEvent, CreateEventEx without a group and CreateEventEx with a group of one's own, as a probe printed them on
/// OVMF 2022.11 and 2025.02.
/// </summary>
public sealed class EventCreationTests
{
    private const string Fine = "EFI_SUCCESS EFI_SUCCESS EFI_SUCCESS";
    private const string Wrong = "EFI_INVALID_PARAMETER EFI_INVALID_PARAMETER EFI_INVALID_PARAMETER";
    private const string NoGroup = "EFI_SUCCESS EFI_SUCCESS EFI_INVALID_PARAMETER";
    private static readonly Guid Own = new("11111111-2222-3333-4444-555555555555");

    [Theory]
    [InlineData("create_type0_tpl0_nofn", 0, 0, false, Fine)]
    [InlineData("create_type0_tplapp_nofn", 0, 4, false, Fine)]
    [InlineData("create_type0_tpl99_nofn", 0, 99, false, Fine)]
    [InlineData("create_type0_fn", 0, 8, true, Fine)]
    [InlineData("create_timer_nofn", 0x80000000, 8, false, Fine)]
    [InlineData("create_timer_fn", 0x80000000, 8, true, Fine)]
    [InlineData("create_wait_cb", 0x100, 8, true, Fine)]
    [InlineData("create_wait_nofn", 0x100, 8, false, Wrong)]
    [InlineData("create_wait_notify", 0x100, 16, true, Fine)]
    [InlineData("create_signal_cb", 0x200, 8, true, Fine)]
    [InlineData("create_signal_nofn", 0x200, 8, false, Wrong)]
    [InlineData("create_signal_notify", 0x200, 16, true, Fine)]
    [InlineData("create_signal_tpl0", 0x200, 0, true, Wrong)]
    [InlineData("create_signal_tpl3", 0x200, 3, true, Wrong)]
    [InlineData("create_signal_tplapp", 0x200, 4, true, Wrong)]
    [InlineData("create_signal_tpl5", 0x200, 5, true, Wrong)]
    [InlineData("create_signal_tpl7", 0x200, 7, true, Wrong)]
    [InlineData("create_signal_tpl15", 0x200, 15, true, Wrong)]
    [InlineData("create_signal_tpl17", 0x200, 17, true, Wrong)]
    [InlineData("create_signal_tpl30", 0x200, 30, true, Wrong)]
    [InlineData("create_signal_tplhigh", 0x200, 31, true, Wrong)]
    [InlineData("create_signal_tpl32", 0x200, 32, true, Wrong)]
    [InlineData("create_wait_tplapp", 0x100, 4, true, Wrong)]
    [InlineData("create_wait_tplhigh", 0x100, 31, true, Wrong)]
    [InlineData("create_both", 0x300, 8, true, Wrong)]
    [InlineData("create_timer_wait", 0x80000100, 8, true, Fine)]
    [InlineData("create_timer_signal", 0x80000200, 8, true, Fine)]
    [InlineData("create_timer_both", 0x80000300, 8, true, Wrong)]
    [InlineData("create_timersig_nofn", 0x80000200, 8, false, Wrong)]
    [InlineData("create_ebs", 0x201, 8, true, NoGroup)]
    [InlineData("create_ebs_nofn", 0x201, 8, false, Wrong)]
    [InlineData("create_ebs_tplhigh", 0x201, 31, true, Wrong)]
    [InlineData("create_ebs_timer", 0x80000201, 8, true, Wrong)]
    [InlineData("create_vac", 0x60000202, 8, true, NoGroup)]
    [InlineData("create_vac_nortbit", 0x202, 8, true, Wrong)]
    [InlineData("create_bit0", 0x1, 8, true, Wrong)]
    [InlineData("create_bit9_10", 0x600, 8, true, Wrong)]
    [InlineData("create_0x202", 0x202, 16, true, Wrong)]
    [InlineData("create_all", 0xFFFFFFFF, 8, true, Wrong)]
    public void Create_AnswersAsOvmfDid(string probe, uint type, ulong tpl, bool function, string expected)
    {
        string Answer(Guid? group) => EventDatabase.PlanCreate(new EventRequest(
            (EventType)type, new Tpl(tpl), new GuestAddress(function ? 0x1000UL : 0), GuestAddress.Null, group)).Status.ToString();

        Assert.Equal((probe, expected), (probe, $"{Answer(null)} {Answer(null)} {Answer(Own)}"));
    }

    [Fact]
    public void Create_InALegacyGroup_TurnsIntoTheLegacyType()
    {
        Assert.Equal(EventType.SignalExitBootServices, Plan(EventType.NotifySignal, KnownGuids.ExitBootServicesGroup).Type);
        Assert.Equal(EventType.SignalVirtualAddressChange, Plan(EventType.NotifySignal, KnownGuids.VirtualAddressChangeGroup).Type);
        Assert.Equal(EventType.NotifySignal, Plan(EventType.NotifySignal, KnownGuids.BeforeExitBootServicesGroup).Type);
    }

    [Fact]
    public void Create_OfALegacyType_JoinsItsGroup()
    {
        Assert.Equal(KnownGuids.ExitBootServicesGroup, Plan(EventType.SignalExitBootServices).Group);
        Assert.Equal(KnownGuids.VirtualAddressChangeGroup, Plan(EventType.SignalVirtualAddressChange).Group);
    }

    [Fact]
    public void Create_TakesRuntimeEventsFromRuntimePool()
    {
        Assert.Equal(MemoryType.RuntimeServicesData, Plan(EventType.SignalVirtualAddressChange).Pool);
        Assert.Equal(MemoryType.BootServicesData, Plan(EventType.SignalExitBootServices).Pool);
        Assert.Equal(0xB8UL, EventPlan.RecordSize);
    }

    [Fact]
    public void Create_WithoutNotification_ForgetsLevelFunctionAndContext() =>
        Assert.Equal(new EventPlan(EventType.Timer, default, GuestAddress.Null, GuestAddress.Null, null), Plan(EventType.Timer));

    private static EventPlan Plan(EventType type, Guid? group = null) =>
        EventDatabase.PlanCreate(new EventRequest(type, Tpl.Callback, new(0x1000), new(0x2000), group)).Value;
}
