namespace EfiEmu.Platforms;

/// <summary>The model-specific registers that every platform has. The others are not modelled.</summary>
internal sealed class ModelSpecificRegisters(VirtualClock clock)
{
    private const uint TimestampCounter = 0x10;
    private const uint MtrrCapabilities = 0xfe;

    // Values as firmware leaves them: local APIC of the boot processor, the architecture's default PAT,
    // MTRRs on with write back as the default. What a guest writes it reads back; nothing else depends on it.
    private readonly Dictionary<uint, ulong> _values = new()
    {
        [0x1b] = 0xfee00900,
        [0x277] = 0x0007040600070406,
        [0x2ff] = 0xc06,
        [0xc0000081] = 0,
        [0xc0000082] = 0,
        [0xc0000083] = 0,
        [0xc0000084] = 0,
        [0xc0000100] = 0,
        [0xc0000101] = 0,
        [0xc0000102] = 0,
        [0xc0000103] = 0,
    };

    public bool TryRead(uint index, out ulong value)
    {
        switch (index)
        {
            case TimestampCounter:
                value = clock.TimestampCounterNow;
                return true;
            case MtrrCapabilities:
                // Eight variable ranges, fixed ranges, write combining.
                value = 0x508;
                return true;
            default:
                return _values.TryGetValue(index, out value);
        }
    }

    /// <summary>Keeps the values, and gives what puts them back. No register is ever added.</summary>
    public Action Save()
    {
        KeyValuePair<uint, ulong>[] values = [.. _values];
        return () =>
        {
            foreach ((uint index, ulong value) in values)
            {
                _values[index] = value;
            }
        };
    }

    public bool TryWrite(uint index, ulong value)
    {
        if (!_values.ContainsKey(index))
        {
            return false;
        }

        _values[index] = value;
        return true;
    }
}
