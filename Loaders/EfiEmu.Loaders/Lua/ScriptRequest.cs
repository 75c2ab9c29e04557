using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>What a request needs to be met.</summary>
internal enum RequestNeed
{
    /// <summary>Nothing but the script.</summary>
    Nothing,

    /// <summary>That no machine runs.</summary>
    NoMachine,

    /// <summary>A guest that makes it. At a script's top level the script becomes that guest.</summary>
    Guest,

    /// <summary>A machine with memory: a guest's or a hook's.</summary>
    Memory,

    /// <summary>A machine that runs: what firmware does to the guest.</summary>
    Firmware,
}

/// <summary>One kind of request.</summary>
internal readonly record struct RequestRow(string Name, RequestNeed Need, Action<ScriptRequest> Answer);

/// <summary>A request of a script: its arguments on the Lua stack, and above them the results.</summary>
/// <param name="state">The Lua state.</param>
/// <param name="thread">The coroutine that asks.</param>
/// <param name="first">Where its first argument lies.</param>
/// <param name="count">How many there are.</param>
internal readonly struct ScriptRequest(LuaState state, nint thread, int first, int count)
{
    public int Count => count;

    /// <summary>Pushes results.</summary>
    public LuaValues Results => new(state, thread);

    public bool Has(int index) => index < count && LuaApi.TypeOf(thread, first + index) != LuaType.Nil;

    public bool IsText(int index) => index < count && LuaApi.TypeOf(thread, first + index) == LuaType.String;

    public unsafe long Integer(int index) => index < count ? LuaApi.ToInteger(thread, first + index, null) : 0;

    public ulong Unsigned(int index) => unchecked((ulong)Integer(index));

    public GuestAddress Address(int index) => new(Unsigned(index));

    public EfiHandle Handle(int index) => new(Unsigned(index));

    public EfiEvent Event(int index) => new(Unsigned(index));

    public bool Boolean(int index) => index < count && LuaApi.ToBoolean(thread, first + index) != 0;

    public string Text(int index) => LuaState.Text(thread, first + index);

    public byte[] Bytes(int index) => LuaState.Bytes(thread, first + index).ToArray();

    public Guid Guid(int index) => System.Guid.Parse(Text(index));

    /// <summary>The rest of the arguments from one on, as registers hold them.</summary>
    public ulong[] Rest(int index)
    {
        var values = new ulong[Math.Max(count - index, 0)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Unsigned(index + i);
        }

        return values;
    }

    /// <summary>Returns a status, and a value where the status is no error.</summary>
    public void Return(EfiStatus status, ulong value)
    {
        Return(status);
        if (!status.IsError)
        {
            Results.Push(value);
        }
    }

    /// <summary>Returns a status; the prelude makes the script's object of it.</summary>
    public void Return(EfiStatus status) => Results.Push(status.Value);

    /// <summary>Checks that the script has room for so many bytes more.</summary>
    public void CheckRoom(ulong bytes)
    {
        if (bytes > state.Headroom)
        {
            throw new RequestException($"not enough memory for {bytes} bytes");
        }
    }
}
