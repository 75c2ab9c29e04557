using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Variables;

/// <summary>The variables of a machine.</summary>
/// <remarks>
/// UEFI 2.10 section 8.2; MdeModulePkg/Universal/Variable/RuntimeDxe. Volatile variables come before non-volatile ones;
/// within each kind a variable that is written anew moves to the end, as the log in flash has it.
/// Differs from edk2: setting Lang does not change PlatformLang, nor the other way round; what a deleted variable took
/// is free at once, at runtime too.
/// </remarks>
internal sealed class VariableStore(VariableLimits limits)
{
    private readonly Dictionary<VariableName, LinkedListNode<Variable>> _byName = [];
    private readonly Storage _volatile = new(limits.VolatileStorage);
    private readonly Storage _nonVolatile = new(limits.NonVolatileStorage);

    /// <summary>Whether ExitBootServices has succeeded: variables without RUNTIME_ACCESS are then out of reach.</summary>
    public bool AtRuntime { get; private set; }

    /// <summary>All variables in the order in which GetNextVariableName gives them.</summary>
    public IEnumerable<Variable> All => _volatile.InOrder.Concat(_nonVolatile.InOrder);

    /// <summary>Marks the success of ExitBootServices.</summary>
    public void EnterRuntime() => AtRuntime = true;

    /// <summary>
    /// Sets a variable as firmware itself does, without any check. The limits of the storage do not apply either.
    /// </summary>
    public void Preset(VariableName name, VariableAttributes attributes, ReadOnlySpan<byte> data) =>
        Write(new Variable(name, attributes, data.ToArray()));

    /// <summary>GetVariable; NULL name, vendor or size pointers are the caller's to refuse.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="bufferBytes">*DataSize.</param>
    /// <param name="hasBuffer">Whether Data is not NULL.</param>
    /// <returns>
    /// SUCCESS; NOT_FOUND, also for an empty name; BUFFER_TOO_SMALL; INVALID_PARAMETER when the buffer would be large
    /// enough but is NULL.
    /// </returns>
    public GetVariableOutcome Get(VariableName name, ulong bufferBytes, bool hasBuffer)
    {
        Variable? found = FindVisible(name)?.Value;
        if (found is null)
        {
            return new GetVariableOutcome(EfiStatus.NotFound, Found: null);
        }

        if (bufferBytes < (ulong)found.Data.Length)
        {
            return new GetVariableOutcome(EfiStatus.BufferTooSmall, found);
        }

        return hasBuffer
            ? new GetVariableOutcome(EfiStatus.Success, found)
            : new GetVariableOutcome(EfiStatus.InvalidParameter, Found: null);
    }

    /// <summary>SetVariable; NULL name or vendor, and NULL data with a size, are the caller's to refuse.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="attributes">As given.</param>
    /// <param name="data">As given, with an authentication descriptor where the attributes ask for one.</param>
    /// <returns>
    /// SUCCESS. What <see cref="VariableRules.CheckSet"/> and <see cref="GlobalVariableRules.Check"/> give.
    /// INVALID_PARAMETER for an empty name; attributes other than the variable has; a sum that is too large to append; a
    /// new variable at runtime that is not both NON_VOLATILE and RUNTIME_ACCESS. WRITE_PROTECTED at runtime for a
    /// volatile variable and for one without RUNTIME_ACCESS. NOT_FOUND when there is nothing to delete. OUT_OF_RESOURCES
    /// when the storage is full.
    /// </returns>
    public SetVariableOutcome Set(VariableName name, VariableAttributes attributes, ReadOnlySpan<byte> data)
    {
        if (name.Name.Length == 0)
        {
            return new SetVariableOutcome(EfiStatus.InvalidParameter);
        }

        EfiStatus status = VariableRules.CheckSet(name, attributes, data, limits, out ReadOnlySpan<byte> payload);
        status = status.IsError ? status : GlobalVariableRules.Check(name, attributes, payload);
        Variable? existing = _byName.GetValueOrDefault(name)?.Value;
        status = status.IsError || existing is null ? status : CheckExisting(existing, attributes);
        if (status.IsError)
        {
            return new SetVariableOutcome(status);
        }

        if ((attributes & VariableRules.Authenticated) != 0)
        {
            return new SetVariableOutcome(
                EfiStatus.SecurityViolation, $"SetVariable {name.Name}: authenticated writes are not modelled");
        }

        return new SetVariableOutcome(existing is null ? Add(name, attributes, data) : Update(existing, attributes, data));
    }

    /// <summary>GetNextVariableName; NULL pointers and a name without terminator are the caller's to refuse.</summary>
    /// <param name="previous">The variable before, or an empty name to start.</param>
    /// <param name="nameBytes">*VariableNameSize.</param>
    /// <returns>
    /// SUCCESS; NOT_FOUND after the last; BUFFER_TOO_SMALL, with the name to tell its size; INVALID_PARAMETER when the
    /// given variable does not exist, or is out of reach at runtime.
    /// </returns>
    public NextVariableOutcome GetNext(VariableName previous, ulong nameBytes)
    {
        LinkedListNode<Variable>? node;
        if (previous.Name.Length == 0)
        {
            node = _volatile.InOrder.First ?? _nonVolatile.InOrder.First;
        }
        else if (FindVisible(previous) is { } current)
        {
            node = After(current);
        }
        else
        {
            return new NextVariableOutcome(EfiStatus.InvalidParameter, Next: null);
        }

        while (node is not null && !IsVisible(node.Value))
        {
            node = After(node);
        }

        if (node is null)
        {
            return new NextVariableOutcome(EfiStatus.NotFound, Next: null);
        }

        bool fits = node.Value.Name.NameBytes <= nameBytes;
        return new NextVariableOutcome(fits ? EfiStatus.Success : EfiStatus.BufferTooSmall, node.Value.Name);
    }

    /// <summary>QueryVariableInfo; NULL pointers are the caller's to refuse.</summary>
    /// <returns>The sizes; otherwise what <see cref="VariableRules.CheckQuery"/> gives.</returns>
    public EfiResult<VariableSpace> Query(VariableAttributes attributes)
    {
        EfiStatus status = VariableRules.CheckQuery(attributes, AtRuntime);
        if (status.IsError)
        {
            return status;
        }

        Storage storage = StorageOf(attributes);
        ulong remaining = storage.Capacity - Math.Min(storage.Used, storage.Capacity);
        ulong room = remaining - Math.Min(remaining, VariableLimits.VariableHeader);
        ulong largest = limits.MaximumFor(attributes) - VariableLimits.VariableHeader;
        return new VariableSpace(storage.Capacity, remaining, Math.Min(room, largest));
    }

    private EfiStatus CheckExisting(Variable existing, VariableAttributes attributes)
    {
        if (AtRuntime && !existing.Attributes.HasFlag(VariableAttributes.RuntimeAccess))
        {
            return EfiStatus.WriteProtected;
        }

        if (attributes != 0 && (attributes & ~VariableAttributes.AppendWrite) != existing.Attributes)
        {
            return EfiStatus.InvalidParameter;
        }

        return AtRuntime && !existing.Attributes.HasFlag(VariableAttributes.NonVolatile)
            ? EfiStatus.WriteProtected
            : EfiStatus.Success;
    }

    private EfiStatus Update(Variable existing, VariableAttributes attributes, ReadOnlySpan<byte> data)
    {
        if (!VariableRules.Deletes(attributes, data.Length))
        {
            return Rewrite(existing, attributes.HasFlag(VariableAttributes.AppendWrite), data);
        }

        Delete(existing);
        return EfiStatus.Success;
    }

    private EfiStatus Add(VariableName name, VariableAttributes attributes, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty && attributes.HasFlag(VariableAttributes.AppendWrite))
        {
            return EfiStatus.Success;
        }

        if (VariableRules.Deletes(attributes, data.Length))
        {
            return EfiStatus.NotFound;
        }

        const VariableAttributes settable = VariableAttributes.NonVolatile | VariableAttributes.RuntimeAccess;
        if (AtRuntime && (attributes & settable) != settable)
        {
            return EfiStatus.InvalidParameter;
        }

        return Store(new Variable(name, attributes & ~VariableAttributes.AppendWrite, data.ToArray()), replaced: 0);
    }

    private EfiStatus Rewrite(Variable existing, bool append, ReadOnlySpan<byte> data)
    {
        if (!append)
        {
            // Writing what is there already touches nothing, the variable's place included.
            return data.SequenceEqual(existing.Data.Span)
                ? EfiStatus.Success
                : Store(existing with { Data = data.ToArray() }, SizeOf(existing));
        }

        ulong header = VariableLimits.VariableHeader + existing.Name.NameBytes;
        ulong sum = (ulong)existing.Data.Length + (ulong)data.Length;
        if (header + sum > limits.MaximumFor(existing.Attributes))
        {
            return EfiStatus.InvalidParameter;
        }

        byte[] merged = [.. existing.Data.Span, .. data];
        return Store(existing with { Data = merged }, SizeOf(existing));
    }

    private EfiStatus Store(Variable variable, ulong replaced)
    {
        Storage storage = StorageOf(variable.Attributes);
        if (storage.Used - replaced + SizeOf(variable) > storage.Capacity)
        {
            return EfiStatus.OutOfResources;
        }

        Write(variable);
        return EfiStatus.Success;
    }

    private void Write(Variable variable)
    {
        if (_byName.TryGetValue(variable.Name, out LinkedListNode<Variable>? old))
        {
            Delete(old.Value);
        }

        Storage storage = StorageOf(variable.Attributes);
        storage.Used += SizeOf(variable);
        _byName.Add(variable.Name, storage.InOrder.AddLast(variable));
    }

    private void Delete(Variable variable)
    {
        Storage storage = StorageOf(variable.Attributes);
        storage.Used -= SizeOf(variable);
        storage.InOrder.Remove(_byName[variable.Name]);
        _byName.Remove(variable.Name);
    }

    private LinkedListNode<Variable>? After(LinkedListNode<Variable> node) =>
        node.Next ?? (node.List == _volatile.InOrder ? _nonVolatile.InOrder.First : null);

    private LinkedListNode<Variable>? FindVisible(VariableName name) =>
        _byName.TryGetValue(name, out LinkedListNode<Variable>? node) && IsVisible(node.Value) ? node : null;

    private bool IsVisible(Variable variable) =>
        !AtRuntime || variable.Attributes.HasFlag(VariableAttributes.RuntimeAccess);

    private Storage StorageOf(VariableAttributes attributes) =>
        attributes.HasFlag(VariableAttributes.NonVolatile) ? _nonVolatile : _volatile;

    // Records in a store start at multiples of 4.
    private static ulong SizeOf(Variable variable) =>
        (VariableLimits.VariableHeader + variable.Name.NameBytes + (ulong)variable.Data.Length + 3) & ~3UL;

    private sealed class Storage(ulong capacity)
    {
        public ulong Capacity { get; } = capacity;

        public ulong Used { get; set; }

        public LinkedList<Variable> InOrder { get; } = [];
    }
}
