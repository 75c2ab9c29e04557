using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Variables;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The variable services as guests call them.</summary>
/// <remarks>UEFI 2.10 section 8.2; MdeModulePkg/Universal/Variable/RuntimeDxe. The store documents each status.</remarks>
internal sealed class VariableAbi(VariableStore store, IGuestMemory memory)
{
    // No variable is larger than a store; a larger size is a wild one, and firmware's limits refuse it.
    private const ulong LargestData = 1 << 20;

    /// <summary>The rows of the runtime services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(72, new("rt", "GetVariable", new("VariableName", Text), new("VendorGuid", ParameterKind.Guid), new("Attributes", Out), new("DataSize", Out), new("Data", Pointer)), GetVariable),
        new(80, new("rt", "GetNextVariableName", new("VariableNameSize", Out), new("VariableName", Text), new("VendorGuid", Out)), GetNextVariableName),
        new(88, new("rt", "SetVariable", new("VariableName", Text), new("VendorGuid", ParameterKind.Guid), new("Attributes"), new("DataSize"), new("Data", Pointer)), SetVariable),
        new(128, new("rt", "QueryVariableInfo", new("Attributes"), new("MaximumVariableStorageSize", Out), new("RemainingVariableStorageSize", Out), new("MaximumVariableSize", Out)), QueryVariableInfo),
    ];

    private ulong GetVariable(IGuestCall call)
    {
        if (call[0] == 0 || call[1] == 0 || call[3] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        var sizePointer = new GuestAddress(call[3]);
        GetVariableOutcome outcome = store.Get(NameAt(call[0], call[1]), memory.ReadUInt64(sizePointer), call[4] != 0);
        if (outcome.Found is { } found)
        {
            memory.WriteUInt64(sizePointer, (ulong)found.Data.Length);
            if (call[2] != 0)
            {
                memory.WriteUInt32(new GuestAddress(call[2]), (uint)found.Attributes);
            }

            if (!outcome.Status.IsError)
            {
                memory.Write(new GuestAddress(call[4]), found.Data.Span);
            }
        }

        return outcome.Status.Value;
    }

    private ulong SetVariable(IGuestCall call)
    {
        if (call[0] == 0 || call[1] == 0 || (call[3] != 0 && call[4] == 0) || call[3] > LargestData)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        byte[] data = memory.ReadBytes(new GuestAddress(call[4]), (int)call[3]);
        SetVariableOutcome outcome = store.Set(NameAt(call[0], call[1]), (VariableAttributes)(uint)call[2], data);
        return outcome.NotModelled is { } missing
            ? throw new BootStoppedException(BootEnd.NotModelled, $"rt.{missing}")
            : outcome.Status.Value;
    }

    /// <summary>EFI_RUNTIME_SERVICES.GetNextVariableName().</summary>
    /// <remarks>A name without its terminator inside the given size is INVALID_PARAMETER, as is size 0.</remarks>
    private ulong GetNextVariableName(IGuestCall call)
    {
        if (call[0] == 0 || call[1] == 0 || call[2] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        var sizePointer = new GuestAddress(call[0]);
        ulong room = memory.ReadUInt64(sizePointer);
        int units = (int)Math.Min(room / sizeof(char), GuestMemoryExtensions.MaximumStringUnits);
        string previous = memory.ReadUtf16(new GuestAddress(call[1]), units);
        if (units == 0 || previous.Length == units)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        NextVariableOutcome outcome = store.GetNext(
            new VariableName(previous, memory.ReadGuid(new GuestAddress(call[2]))), room);
        if (outcome.Next is { } next)
        {
            memory.WriteUInt64(sizePointer, next.NameBytes);
            if (!outcome.Status.IsError)
            {
                memory.WriteUtf16(new GuestAddress(call[1]), next.Name);
                memory.WriteGuid(new GuestAddress(call[2]), next.Vendor);
            }
        }

        return outcome.Status.Value;
    }

    private ulong QueryVariableInfo(IGuestCall call)
    {
        if (call[1] == 0 || call[2] == 0 || call[3] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<VariableSpace> result = store.Query((VariableAttributes)(uint)call[0]);
        if (result.Succeeded)
        {
            memory.WriteUInt64(new GuestAddress(call[1]), result.Value.MaximumStorage);
            memory.WriteUInt64(new GuestAddress(call[2]), result.Value.RemainingStorage);
            memory.WriteUInt64(new GuestAddress(call[3]), result.Value.MaximumVariable);
        }

        return result.Status.Value;
    }

    private VariableName NameAt(ulong name, ulong vendor) =>
        new(memory.ReadUtf16(new GuestAddress(name)), memory.ReadGuid(new GuestAddress(vendor)));
}
