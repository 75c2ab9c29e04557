using EfiEmu.Firmware.Variables;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Variables;

public sealed class VariableStoreTests
{
    private const VariableAttributes Boot = VariableAttributes.BootServiceAccess;
    private const VariableAttributes Runtime = VariableAttributes.VolatileRuntime;
    private const VariableAttributes Stored = VariableAttributes.NonVolatileRuntime;
    private const VariableAttributes Append = VariableAttributes.AppendWrite;
    private static readonly Guid Vendor = new("11111111-2222-3333-4444-555555555555");
    private static readonly VariableName Name = new("Probe", Vendor);
    private static readonly byte[] Ten = [0x20, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    private readonly VariableStore _store = new(VariableLimits.Ovmf4M);

    [Fact]
    public void Get_OfWhatWasSet_GivesDataAndAttributes()
    {
        Assert.Equal(EfiStatus.Success, Set(Name, Boot, Ten));

        GetVariableOutcome outcome = _store.Get(Name, 64, hasBuffer: true);
        Assert.Equal((EfiStatus.Success, Boot), (outcome.Status, outcome.Found!.Attributes));
        Assert.Equal(Ten, outcome.Found.Data.ToArray());
    }

    [Fact]
    public void Get_OfWhatIsNotThere_IsNotFound()
    {
        Set(Name, Boot, Ten);

        foreach (VariableName other in (VariableName[])[new("", Vendor), new("probe", Vendor), new("Probe", Guid.Empty)])
        {
            Assert.Equal(new GetVariableOutcome(EfiStatus.NotFound, null), _store.Get(other, 64, hasBuffer: true));
        }
    }

    [Theory]
    [InlineData(0UL, false)]
    [InlineData(9UL, true)]
    public void Get_IntoASmallBuffer_TellsSizeAndAttributes(ulong size, bool hasBuffer)
    {
        Set(Name, Boot, Ten);

        GetVariableOutcome outcome = _store.Get(Name, size, hasBuffer);
        Assert.Equal((EfiStatus.BufferTooSmall, 10, Boot), (outcome.Status, outcome.Found!.Data.Length, outcome.Found.Attributes));
    }

    [Fact]
    public void Get_IntoALargeNullBuffer_IsInvalidAndTellsNothing()
    {
        Set(Name, Boot, Ten);

        Assert.Equal(new GetVariableOutcome(EfiStatus.InvalidParameter, null), _store.Get(Name, 64, hasBuffer: false));
    }

    [Fact]
    public void Set_OfShorterData_Replaces()
    {
        Set(Name, Boot, Ten);
        Set(Name, Boot, Ten[..4]);

        Assert.Equal(4, _store.Get(Name, 64, hasBuffer: true).Found!.Data.Length);
    }

    [Fact]
    public void Set_WithAnEmptyName_IsInvalid() =>
        Assert.Equal(EfiStatus.InvalidParameter, Set(new VariableName("", Vendor), Boot, Ten));

    [Theory]
    [InlineData(0x04, "EFI_INVALID_PARAMETER")]
    [InlineData(0x05, "EFI_INVALID_PARAMETER")]
    [InlineData(0x01, "EFI_INVALID_PARAMETER")]
    [InlineData(0x08, "EFI_INVALID_PARAMETER")]
    [InlineData(0x0F, "EFI_INVALID_PARAMETER")]
    [InlineData(0x80, "EFI_INVALID_PARAMETER")]
    [InlineData(0x82, "EFI_INVALID_PARAMETER")]
    [InlineData(0x80000002, "EFI_INVALID_PARAMETER")]
    [InlineData(0x14, "EFI_UNSUPPORTED")]
    [InlineData(0x11, "EFI_UNSUPPORTED")]
    [InlineData(0x12, "EFI_UNSUPPORTED")]
    [InlineData(0x36, "EFI_UNSUPPORTED")]
    [InlineData(0x27, "EFI_SECURITY_VIOLATION")]
    [InlineData(0x02, "EFI_SUCCESS")]
    [InlineData(0x03, "EFI_SUCCESS")]
    [InlineData(0x06, "EFI_SUCCESS")]
    [InlineData(0x07, "EFI_SUCCESS")]
    [InlineData(0x42, "EFI_SUCCESS")]
    public void Set_OfANewVariable_JudgesItsAttributes(uint attributes, string expected) =>
        Assert.Equal(expected, Set(Name, (VariableAttributes)attributes, Ten).ToString());

    [Fact]
    public void Set_WithOtherAttributesThanTheVariableHas_IsInvalid()
    {
        Set(Name, Boot, Ten);

        Assert.Equal(EfiStatus.InvalidParameter, Set(Name, Runtime, Ten));
        Assert.Equal(EfiStatus.InvalidParameter, Set(Name, Stored, []));
        Assert.Equal(EfiStatus.InvalidParameter, Set(Name, Append, Ten));
        Assert.Equal(EfiStatus.Success, Set(Name, Boot | Append, Ten));
    }

    [Theory]
    [InlineData(0x02, 0)]
    [InlineData(0x00, 0)]
    [InlineData(0x00, 10)]
    public void Set_OfNothingOrWithoutAccess_Deletes(uint attributes, int bytes)
    {
        Set(Name, Boot, Ten);

        Assert.Equal(EfiStatus.Success, Set(Name, (VariableAttributes)attributes, Ten[..bytes]));
        Assert.Equal(EfiStatus.NotFound, _store.Get(Name, 64, hasBuffer: true).Status);
        Assert.Equal(EfiStatus.NotFound, Set(Name, (VariableAttributes)attributes, Ten[..bytes]));
    }

    [Fact]
    public void Set_ToAppend_AddsToTheEndAndTheBitIsNotKept()
    {
        Set(Name, Stored | Append, Ten[..3]);
        Set(Name, Stored | Append, Ten[3..]);
        Assert.Equal(EfiStatus.Success, Set(Name, Stored | Append, []));

        Variable found = _store.Get(Name, 64, hasBuffer: true).Found!;
        Assert.Equal(Ten, found.Data.ToArray());
        Assert.Equal(Stored, found.Attributes);
    }

    [Fact]
    public void Set_ToAppendNothingToNothing_SucceedsAndMakesNothing()
    {
        Assert.Equal(EfiStatus.Success, Set(Name, Stored | Append, []));
        Assert.Equal(EfiStatus.NotFound, _store.Get(Name, 64, hasBuffer: true).Status);
    }

    [Theory]
    [InlineData(0x07, 0x8400)]
    [InlineData(0x06, 0x40000)]
    public void Set_BeyondTheLargestVariable_IsInvalid(uint attributes, int limit)
    {
        int largest = limit - 60 - 12;

        Assert.Equal(EfiStatus.InvalidParameter, Set(Name, (VariableAttributes)attributes, new byte[largest + 1]));
        Assert.Equal(EfiStatus.Success, Set(Name, (VariableAttributes)attributes, new byte[largest]));
        Assert.Equal(EfiStatus.InvalidParameter, Set(Name, (VariableAttributes)attributes | Append, [1]));
    }

    [Fact]
    public void Set_WhenTheStorageIsFull_IsOutOfResources_AndReplacingInPlaceStillFits()
    {
        byte[] block = new byte[0x8000];
        int stored = 0;
        while (Set(new VariableName($"V{stored}", Vendor), Stored, block) == EfiStatus.Success)
        {
            stored++;
        }

        Assert.Equal(EfiStatus.OutOfResources, Set(Name, Stored, block));
        Assert.InRange(stored, 6, 8);
        block[0] = 1;
        Assert.Equal(EfiStatus.Success, Set(new VariableName("V0", Vendor), Stored, block));
        Assert.Equal(EfiStatus.Success, Set(Name, Boot, block));
    }

    [Fact]
    public void Set_WithAWellFormedDescriptor_SaysThatItIsNotModelled()
    {
        byte[] descriptor = new byte[64];
        descriptor[16] = 24;
        VariableName key = new("PK", KnownGuids.GlobalVariable);

        SetVariableOutcome outcome = _store.Set(key, Stored | VariableAttributes.TimeBasedAuthenticatedWriteAccess, descriptor);
        Assert.Contains("PK", outcome.NotModelled, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(39, 24)]
    [InlineData(64, 23)]
    [InlineData(64, 49)]
    public void Set_WithAMalformedDescriptor_IsASecurityViolation(int bytes, byte certificate)
    {
        byte[] descriptor = new byte[bytes];
        descriptor[16] = certificate;

        SetVariableOutcome outcome = _store.Set(Name, Stored | VariableAttributes.TimeBasedAuthenticatedWriteAccess, descriptor);
        Assert.Equal(new SetVariableOutcome(EfiStatus.SecurityViolation), outcome);
    }

    [Fact]
    public void GetNext_ListsVolatileVariablesFirst_AndWhatIsRewrittenLast()
    {
        Set(new("N1", Vendor), Stored, Ten);
        Set(new("V1", Vendor), Boot, Ten);
        Set(new("N2", Vendor), Stored, Ten);
        Set(new("V2", Vendor), Runtime, Ten);
        Set(new("V1", Vendor), Boot, Ten[..3]);
        Set(new("N1", Vendor), Stored, Ten);

        Assert.Equal("V2 V1 N1 N2", Names());
    }

    [Fact]
    public void GetNext_AfterAnUnknownVariable_IsInvalid()
    {
        Set(Name, Boot, Ten);

        Assert.Equal(EfiStatus.InvalidParameter, _store.GetNext(new("Nobody", Vendor), 64).Status);
    }

    [Fact]
    public void GetNext_IntoASmallBuffer_TellsTheName()
    {
        Set(Name, Boot, Ten);

        Assert.Equal(new NextVariableOutcome(EfiStatus.BufferTooSmall, Name), _store.GetNext(new("", Guid.Empty), 11));
        Assert.Equal(new NextVariableOutcome(EfiStatus.Success, Name), _store.GetNext(new("", Guid.Empty), 12));
        Assert.Equal(EfiStatus.NotFound, _store.GetNext(Name, 64).Status);
    }

    [Fact]
    public void GetNext_InAnEmptyStore_IsNotFound() =>
        Assert.Equal(EfiStatus.NotFound, _store.GetNext(new("", Guid.Empty), 64).Status);

    [Fact]
    public void AtRuntime_VariablesAnswerAsOvmfDid()
    {
        VariableName bootOnly = new("BootOnly", Vendor);
        VariableName runtime = new("Runtime", Vendor);
        byte[] value = [0x44, 0x33, 0x22, 0x11];
        Assert.Equal(EfiStatus.Success, Set(bootOnly, Boot, value));
        Assert.Equal(EfiStatus.Success, Set(runtime, Runtime, value));
        _store.EnterRuntime();

        Assert.Equal(EfiStatus.NotFound, _store.Get(bootOnly, 64, hasBuffer: true).Status);
        Assert.Equal((uint)6, (uint)_store.Get(runtime, 64, hasBuffer: true).Found!.Attributes);
        Assert.Equal(EfiStatus.WriteProtected, Set(runtime, Runtime, [1, 2, 3, 4]));
        Assert.Equal(EfiStatus.InvalidParameter, Set(new("NewVolatile", Vendor), Runtime, value));
        Assert.Equal(EfiStatus.InvalidParameter, Set(new("NewBootOnly", Vendor), Boot, value));
        Assert.Equal(EfiStatus.WriteProtected, Set(runtime, VariableAttributes.None, []));
        Assert.Equal(EfiStatus.WriteProtected, Set(bootOnly, VariableAttributes.None, []));
        Assert.Equal(EfiStatus.InvalidParameter, _store.Query(Boot).Status);
        Assert.Equal(EfiStatus.Success, _store.Query(Runtime).Status);
        Assert.Equal("Runtime", Names());
        Assert.Equal(EfiStatus.InvalidParameter, _store.GetNext(bootOnly, 64).Status);
    }

    [Fact]
    public void AtRuntime_NonVolatileRuntimeVariables_CanBeMadeChangedAndDeleted()
    {
        _store.EnterRuntime();

        Assert.Equal(EfiStatus.InvalidParameter, Set(Name, VariableAttributes.NonVolatile | Boot, Ten));
        Assert.Equal(EfiStatus.Success, Set(Name, Stored, Ten));
        Assert.Equal(EfiStatus.Success, Set(Name, Stored, Ten[..2]));
        Assert.Equal(EfiStatus.Success, Set(Name, VariableAttributes.None, []));
    }

    [Theory]
    [InlineData(0x00, "EFI_INVALID_PARAMETER")]
    [InlineData(0x01, "EFI_INVALID_PARAMETER")]
    [InlineData(0x04, "EFI_INVALID_PARAMETER")]
    [InlineData(0x05, "EFI_INVALID_PARAMETER")]
    [InlineData(0x0A, "EFI_INVALID_PARAMETER")]
    [InlineData(0x0B, "EFI_UNSUPPORTED")]
    [InlineData(0x10, "EFI_UNSUPPORTED")]
    [InlineData(0x17, "EFI_UNSUPPORTED")]
    [InlineData(0x80, "EFI_UNSUPPORTED")]
    [InlineData(0x02, "EFI_SUCCESS")]
    [InlineData(0x03, "EFI_SUCCESS")]
    [InlineData(0x07, "EFI_SUCCESS")]
    [InlineData(0x27, "EFI_SUCCESS")]
    public void Query_JudgesAttributes(uint attributes, string expected) =>
        Assert.Equal(expected, _store.Query((VariableAttributes)attributes).Status.ToString());

    [Fact]
    public void Query_CountsHeadersNamesAndData()
    {
        VariableSpace empty = _store.Query(Stored).Value;
        Set(Name, Stored, Ten);
        VariableSpace used = _store.Query(Stored).Value;

        Assert.Equal(empty.MaximumStorage, empty.RemainingStorage);
        Assert.Equal(0x8400UL - 60, empty.MaximumVariable);
        Assert.Equal(84UL, empty.RemainingStorage - used.RemainingStorage);
        Assert.Equal(0x40000UL - 60, _store.Query(Boot).Value.MaximumVariable);
        Set(Name, VariableAttributes.None, []);
        Assert.Equal(empty, _store.Query(Stored).Value);
    }

    [Fact]
    public void Preset_GoesBesideAllRules()
    {
        _store.EnterRuntime();
        _store.Preset(VariableName.Global("SecureBoot"), Runtime, [0]);
        _store.Preset(VariableName.Global("SecureBoot"), Runtime, [1]);

        Assert.Equal([1], _store.Get(VariableName.Global("SecureBoot"), 1, hasBuffer: true).Found!.Data.ToArray());
    }

    private EfiStatus Set(VariableName name, VariableAttributes attributes, byte[] data)
    {
        SetVariableOutcome outcome = _store.Set(name, attributes, data);
        Assert.Null(outcome.NotModelled);
        return outcome.Status;
    }

    private string Names()
    {
        var names = new List<string>();
        VariableName last = new("", Guid.Empty);
        while (_store.GetNext(last, 1024) is { Status.IsError: false, Next: { } next })
        {
            names.Add(next.Name);
            last = next;
        }

        return string.Join(' ', names);
    }
}
