namespace EfiEmu.Sdk;

/// <summary>The habit of services that return data of unknown length: a buffer and a size that goes in and out.</summary>
public static class VariableSizeBuffer
{
    /// <summary>Copies data out when it fits, and always says how long it is.</summary>
    /// <returns>SUCCESS; BUFFER_TOO_SMALL when it does not fit; INVALID_PARAMETER when it fits into a NULL buffer.</returns>
    public static EfiStatus Return(IGuestMemory memory, GuestAddress size, GuestAddress buffer, ReadOnlySpan<byte> data)
    {
        ulong available = memory.ReadUInt64(size);
        memory.WriteUInt64(size, (ulong)data.Length);
        if (available < (ulong)data.Length)
        {
            return EfiStatus.BufferTooSmall;
        }

        if (buffer.IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        memory.Write(buffer, data);
        return EfiStatus.Success;
    }
}
