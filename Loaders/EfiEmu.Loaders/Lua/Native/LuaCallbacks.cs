using System.Runtime.InteropServices;

namespace EfiEmu.Loaders.Lua;

/// <summary>The C# functions that Lua calls directly. They touch no firmware, and always return: Lua's errors are raised in Lua.</summary>
/// <param name="session">Whose budgets they charge, and whose output they write.</param>
internal sealed unsafe class LuaCallbacks(IScriptMeter session) : IDisposable
{
    // A step of a plain search compares about so many bytes.
    private const ulong BytesPerStep = 16;

    private GCHandle _self;

    /// <summary>The state's memory: while C# pushes values, its limit does not hold.</summary>
    public LuaHeap? Heap { get; set; }

    /// <summary>Puts the functions into the prelude's table.</summary>
    public void AddTo(LuaState state, nint main, int table)
    {
        _self = GCHandle.Alloc(this);
        Add(state, main, table, "charge"u8, &Charge);
        Add(state, main, table, "write"u8, &Write);
        Add(state, main, table, "search"u8, &Search);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    private void Add(LuaState state, nint main, int table, ReadOnlySpan<byte> name, delegate* unmanaged<nint, int> function)
    {
        new LuaValues(state, main).Push(name);
        LuaApi.PushLightUserData(main, GCHandle.ToIntPtr(_self));
        LuaApi.PushClosure(main, function, 1);
        LuaApi.RawSet(main, table);
    }

    private static LuaCallbacks Of(nint thread) =>
        (LuaCallbacks)GCHandle.FromIntPtr(LuaApi.ToUserData(thread, LuaApi.UpvalueIndex(1))).Target!;

    // charge(steps): false when the script must stop.
    [UnmanagedCallersOnly]
    private static int Charge(nint thread)
    {
        long steps = LuaApi.ToInteger(thread, 1, null);
        LuaApi.PushBoolean(thread, Of(thread).Meter.Charge((ulong)Math.Max(steps, 0)) ? 1 : 0);
        return 1;
    }

    // write(text): false when the script must stop.
    [UnmanagedCallersOnly]
    private static int Write(nint thread)
    {
        LuaApi.PushBoolean(thread, Of(thread).Meter.Write(LuaState.Bytes(thread, 1)) ? 1 : 0);
        return 1;
    }

    // search(subject, pattern, from, kind): true, start, end, (start, length) of each capture; true alone where there is no
    // match; false and the fault of the pattern; nothing when the script must stop. Positions count from 0.
    [UnmanagedCallersOnly]
    private static int Search(nint thread)
    {
        LuaCallbacks self = Of(thread);
        LuaHeap heap = self.Heap!;
        heap.Enforced = false;
        try
        {
            int from = (int)LuaApi.ToInteger(thread, 3, null);
            return LuaApi.ToInteger(thread, 4, null) switch
            {
                2 => self.FindPlain(thread, from),
                var kind => self.FindPattern(thread, from, anchored: kind == 1),
            };
        }
        finally
        {
            heap.Enforced = true;
        }
    }

    private IScriptMeter Meter => session;

    private int FindPlain(nint thread, int from)
    {
        ReadOnlySpan<byte> subject = LuaState.Bytes(thread, 1);
        ReadOnlySpan<byte> text = LuaState.Bytes(thread, 2);
        if (!session.Charge(1 + ((ulong)(subject.Length - from) * (ulong)Math.Max(text.Length, 1) / BytesPerStep)))
        {
            return 0;
        }

        int found = subject[from..].IndexOf(text);
        LuaApi.PushBoolean(thread, 1);
        if (found < 0)
        {
            return 1;
        }

        LuaApi.PushInteger(thread, from + found);
        LuaApi.PushInteger(thread, from + found + text.Length);
        return 3;
    }

    private int FindPattern(nint thread, int from, bool anchored)
    {
        var matcher = new PatternMatcher(LuaState.Bytes(thread, 1), LuaState.Bytes(thread, 2), session.StepsLeft);
        (int start, int end) = matcher.Find(from, anchored);
        if (!session.Charge(matcher.Steps))
        {
            return 0;
        }

        string? fault = LuaApi.CheckStack(thread, 80) == 0 ? "stack overflow" : matcher.Fault;
        LuaApi.PushBoolean(thread, fault is null ? 1 : 0);
        if (fault is not null)
        {
            PushAscii(thread, fault);
            return 2;
        }

        if (start < 0)
        {
            return 1;
        }

        LuaApi.PushInteger(thread, start);
        LuaApi.PushInteger(thread, end);
        for (int i = 0; i < matcher.Count; i++)
        {
            LuaApi.PushInteger(thread, matcher[i].Start);
            LuaApi.PushInteger(thread, matcher[i].Length);
        }

        return 3 + (2 * matcher.Count);
    }

    private static void PushAscii(nint thread, string text)
    {
        Span<byte> bytes = stackalloc byte[text.Length];
        System.Text.Encoding.ASCII.GetBytes(text, bytes);
        fixed (byte* start = bytes)
        {
            LuaApi.PushText(thread, start, (nuint)bytes.Length);
        }
    }
}

/// <summary>What a script may use up.</summary>
internal interface IScriptMeter
{
    /// <summary>Steps that are left.</summary>
    ulong StepsLeft { get; }

    /// <summary>Counts steps, and looks at the clock and at whether the user wants to stop. False when the script must stop.</summary>
    bool Charge(ulong steps);

    /// <summary>Takes output. False when the script must stop.</summary>
    bool Write(ReadOnlySpan<byte> text);
}
