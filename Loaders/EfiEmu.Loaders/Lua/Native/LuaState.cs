using System.Text;

namespace EfiEmu.Loaders.Lua;

/// <summary>One Lua state with the libraries of the sandbox. What the host needs of it lies at fixed places of its main stack.</summary>
internal sealed unsafe class LuaState : IDisposable
{
    // The prelude returns these, in this order; threads lie above them.
    private const int Enter = 1;
    private const int Functions = 2;
    private const int Statuses = 3;
    private const int StatusMetatable = 4;
    private const int Globals = 5;

    /// <summary>Room on a stack for what one request pushes.</summary>
    public const int Slots = 64;

    // No io, os and package, whose work would be the host's. Scripts do not see debug: the prelude keeps its hook and its line numbers.
    private static readonly (string Name, string Opener)[] Libraries =
    [
        ("_G", "luaopen_base"), ("coroutine", "luaopen_coroutine"), ("table", "luaopen_table"), ("string", "luaopen_string"),
        ("math", "luaopen_math"), ("utf8", "luaopen_utf8"), ("debug", "luaopen_debug"),
    ];

    private static readonly string[] Prelude = ["sandbox", "text", "values", "guest", "lab"];

    private readonly LuaHeap _heap;
    private readonly LuaCallbacks _callbacks;
    private readonly nint _main;

    public LuaState(ulong memoryLimit, LuaCallbacks callbacks)
    {
        _heap = new LuaHeap(memoryLimit);
        _callbacks = callbacks;
        callbacks.Heap = _heap;
        _main = _heap.NewState();
        foreach ((string name, string opener) in Libraries)
        {
            LuaApi.Require(_main, name, LuaApi.Function(opener), global: 1);
            LuaApi.SetTop(_main, 0);
        }
    }

    /// <summary>Bytes that the script may still allocate.</summary>
    public ulong Headroom => _heap.Headroom;

    /// <summary>Whether the script is within its memory; garbage does not count.</summary>
    public bool HasHeadroom()
    {
        if (_heap.Headroom == 0)
        {
            LuaApi.Collect(_main, LuaApi.FullCollection);
        }

        return _heap.Headroom > 0;
    }

    /// <summary>Runs the prelude.</summary>
    /// <param name="settings">What it is to know: numbers, names and GUIDs.</param>
    public void Start(LuaTable settings)
    {
        LuaApi.CreateTable(_main, 0, 0);
        int core = LuaApi.GetTop(_main);
        _callbacks.AddTo(this, _main, core);
        new LuaValues(this, _main).Push(settings);
        foreach (string part in Prelude)
        {
            byte[] source = Resource($"{part}.lua");
            LuaApi.SetTop(_main, core + 1);
            LoadOrThrow(source, "=efiemu");
            LuaApi.PushCopy(_main, core);
            LuaApi.PushCopy(_main, core + 1);
            if (LuaApi.ProtectedCall(_main, 2, LuaApi.MultipleResults, 0, 0, 0) != LuaCode.Ok)
            {
                throw new InvalidOperationException($"{part}.lua: {Text(_main, -1)}");
            }
        }

        // The last part returned what belongs at the bottom of the stack.
        for (int place = 0; place < core + 1; place++)
        {
            LuaApi.Rotate(_main, 1, -1);
            LuaApi.SetTop(_main, -2);
        }
    }

    /// <summary>Compiles a script in the sandbox's environment, and makes a thread that will run it.</summary>
    /// <returns>The thread; 0 with the fault where it does not compile.</returns>
    public nint Load(ReadOnlySpan<byte> source, string name, out string? fault)
    {
        fault = Compile(source, "@" + name);
        if (fault is not null)
        {
            LuaApi.SetTop(_main, Globals);
            return 0;
        }

        LuaApi.PushCopy(_main, Globals);
        LuaApi.SetUpvalue(_main, -2, 1);
        nint thread = NewThread();
        LuaApi.PushCopy(_main, Globals + 1);
        LuaApi.Move(_main, thread, 1);
        return thread;
    }

    /// <summary>A thread that will run a function of the script.</summary>
    public nint ThreadFor(long function)
    {
        nint thread = NewThread();
        LuaApi.RawGetAt(_main, Functions, function);
        LuaApi.Move(_main, thread, 1);
        return thread;
    }

    /// <summary>Lets go of the thread that was made last.</summary>
    public void Release() => LuaApi.SetTop(_main, -2);

    /// <summary>Runs a thread until it ends, fails or asks for something.</summary>
    public LuaCode Resume(nint thread, int arguments, out int results)
    {
        _heap.Enforced = true;
        try
        {
            return LuaApi.Resume(thread, 0, arguments, out results);
        }
        finally
        {
            _heap.Enforced = false;
        }
    }

    /// <summary>Pushes the object of a status, of which there is one.</summary>
    public void PushStatus(nint thread, ulong value, string name)
    {
        if (LuaApi.RawGetAt(_main, Statuses, (long)value) != LuaType.Table)
        {
            LuaApi.SetTop(_main, -2);
            new LuaValues(this, _main).Push(new LuaTable { ["value"] = value, ["name"] = name });
            LuaApi.PushCopy(_main, StatusMetatable);
            LuaApi.SetMetatable(_main, -2);
            LuaApi.PushCopy(_main, -1);
            LuaApi.RawSetAt(_main, Statuses, (long)value);
        }

        LuaApi.Move(_main, thread, 1);
    }

    /// <summary>A string, as text; what is no UTF-8 is replaced.</summary>
    public static string Text(nint thread, int index) => Encoding.UTF8.GetString(Bytes(thread, index));

    /// <summary>A string's bytes, valid until the stack is touched.</summary>
    public static ReadOnlySpan<byte> Bytes(nint thread, int index)
    {
        // A number would be converted in its place; only strings are.
        if (LuaApi.TypeOf(thread, index) != LuaType.String)
        {
            return [];
        }

        byte* text = LuaApi.ToText(thread, index, out nuint bytes);
        return new ReadOnlySpan<byte>(text, (int)bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        LuaApi.Close(_main);
        _callbacks.Dispose();
        _heap.Dispose();
    }

    private nint NewThread()
    {
        LuaApi.Reserve(_main, Slots);
        nint thread = LuaApi.NewThread(_main);
        LuaApi.PushCopy(_main, Enter);
        LuaApi.Move(_main, thread, 1);
        return thread;
    }

    private string? Compile(ReadOnlySpan<byte> source, string name)
    {
        fixed (byte* bytes = source)
        {
            // Source text alone: byte code could do anything to the host.
            return LuaApi.Load(_main, bytes, (nuint)source.Length, name, "t") == LuaCode.Ok ? null : Text(_main, -1);
        }
    }

    private void LoadOrThrow(ReadOnlySpan<byte> source, string name)
    {
        if (Compile(source, name) is { } fault)
        {
            throw new InvalidOperationException(fault);
        }
    }

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(LuaState).Assembly.GetManifestResourceStream("EfiEmu.Loaders.Lua.Prelude." + name)
            ?? throw new FileNotFoundException(name);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
