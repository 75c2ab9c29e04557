namespace EfiEmu.Sdk;

/// <summary>Room on the guest's stack until the scope ends: out parameters live there, so that they leave the memory map alone.</summary>
/// <remarks>Scopes end in the reverse order of their beginnings.</remarks>
public readonly ref struct StackScope
{
    private const ulong Alignment = 16;

    private readonly IGuestContext _guest;
    private readonly GuestAddress _before;

    /// <summary>Begins a scope.</summary>
    public StackScope(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        _guest = guest;
        _before = guest.StackPointer;
    }

    /// <summary>So many bytes, zeroed; the address is a multiple of 16.</summary>
    public GuestAddress Reserve(ulong bytes)
    {
        var room = new GuestAddress((_guest.StackPointer.Value - bytes) & ~(Alignment - 1));
        _guest.StackPointer = room;
        _guest.Memory.Fill(room, bytes, 0);
        return room;
    }

    /// <summary>A GUID.</summary>
    public GuestAddress Place(Guid guid)
    {
        GuestAddress room = Reserve(16);
        _guest.Memory.WriteGuid(room, guid);
        return room;
    }

    /// <summary>A UTF-16 string with its NUL.</summary>
    public GuestAddress Place(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        GuestAddress room = Reserve(((ulong)text.Length + 1) * 2);
        _guest.Memory.WriteUtf16(room, text);
        return room;
    }

    /// <summary>A 64-bit value.</summary>
    public GuestAddress Place(ulong value)
    {
        GuestAddress room = Reserve(8);
        _guest.Memory.WriteUInt64(room, value);
        return room;
    }

    /// <summary>Gives the room back.</summary>
    public void Dispose() => _guest.StackPointer = _before;
}
