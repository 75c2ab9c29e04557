using System.Runtime.InteropServices;

namespace EfiEmu.Loaders.Lua;

/// <summary>The functions of Lua's C library that a script's host needs.</summary>
/// <remarks>
/// Lua 5.4 reference manual, section 4. KeraLua brings the library; its C# wrapper keeps a handle for ever for each coroutine
/// that it meets and copies each string twice, so that the few functions are declared here.
/// </remarks>
internal static unsafe partial class LuaApi
{
    public const int RegistryIndex = -1_001_000;
    public const int MultipleResults = -1;
    public const int FullCollection = 2;

    private const string Library = "lua54";

    /// <summary>Pseudo-index of a C function's upvalue.</summary>
    public static int UpvalueIndex(int number) => RegistryIndex - number;

    /// <summary>A function of the library as a lua_CFunction: one that opens a standard library.</summary>
    public static nint Function(string name) =>
        NativeLibrary.GetExport(NativeLibrary.Load(Library, typeof(LuaApi).Assembly, null), name);

    /// <summary>Makes room for values that the host pushes.</summary>
    /// <exception cref="ScriptErrorException">The script's own values take all that a Lua stack may have.</exception>
    public static void Reserve(nint state, int slots)
    {
        if (CheckStack(state, slots) == 0)
        {
            throw new ScriptErrorException("stack overflow");
        }
    }

    [LibraryImport(Library, EntryPoint = "lua_newstate")]
    public static partial nint NewState(delegate* unmanaged<void*, void*, nuint, nuint, void*> allocator, void* data);

    [LibraryImport(Library, EntryPoint = "lua_close")]
    public static partial void Close(nint state);

    // Takes no more arguments for a full collection.
    [LibraryImport(Library, EntryPoint = "lua_gc")]
    public static partial void Collect(nint state, int what);

    [LibraryImport(Library, EntryPoint = "lua_newthread")]
    public static partial nint NewThread(nint state);

    [LibraryImport(Library, EntryPoint = "lua_resume")]
    public static partial LuaCode Resume(nint thread, nint from, int arguments, out int results);

    [LibraryImport(Library, EntryPoint = "lua_pcallk")]
    public static partial LuaCode ProtectedCall(nint state, int arguments, int results, int handler, nint context, nint continuation);

    [LibraryImport(Library, EntryPoint = "luaL_loadbufferx", StringMarshalling = StringMarshalling.Utf8)]
    public static partial LuaCode Load(nint state, byte* source, nuint bytes, string name, string mode);

    [LibraryImport(Library, EntryPoint = "luaL_requiref", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void Require(nint state, string name, nint opener, int global);

    [LibraryImport(Library, EntryPoint = "lua_gettop")]
    public static partial int GetTop(nint state);

    [LibraryImport(Library, EntryPoint = "lua_settop")]
    public static partial void SetTop(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_pushvalue")]
    public static partial void PushCopy(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_rotate")]
    public static partial void Rotate(nint state, int index, int count);

    [LibraryImport(Library, EntryPoint = "lua_xmove")]
    public static partial void Move(nint from, nint to, int count);

    [LibraryImport(Library, EntryPoint = "lua_checkstack")]
    public static partial int CheckStack(nint state, int slots);

    [LibraryImport(Library, EntryPoint = "lua_type")]
    public static partial LuaType TypeOf(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_isinteger")]
    public static partial int IsInteger(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_tointegerx")]
    public static partial long ToInteger(nint state, int index, int* isNumber);

    [LibraryImport(Library, EntryPoint = "lua_toboolean")]
    public static partial int ToBoolean(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_tolstring")]
    public static partial byte* ToText(nint state, int index, out nuint bytes);

    [LibraryImport(Library, EntryPoint = "lua_touserdata")]
    public static partial nint ToUserData(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_pushnil")]
    public static partial void PushNil(nint state);

    [LibraryImport(Library, EntryPoint = "lua_pushboolean")]
    public static partial void PushBoolean(nint state, int value);

    [LibraryImport(Library, EntryPoint = "lua_pushinteger")]
    public static partial void PushInteger(nint state, long value);

    [LibraryImport(Library, EntryPoint = "lua_pushlstring")]
    public static partial byte* PushText(nint state, byte* text, nuint bytes);

    [LibraryImport(Library, EntryPoint = "lua_pushlightuserdata")]
    public static partial void PushLightUserData(nint state, nint value);

    [LibraryImport(Library, EntryPoint = "lua_pushcclosure")]
    public static partial void PushClosure(nint state, delegate* unmanaged<nint, int> function, int upvalues);

    [LibraryImport(Library, EntryPoint = "lua_createtable")]
    public static partial void CreateTable(nint state, int array, int records);

    [LibraryImport(Library, EntryPoint = "lua_rawset")]
    public static partial void RawSet(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_rawget")]
    public static partial LuaType RawGet(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_rawseti")]
    public static partial void RawSetAt(nint state, int index, long key);

    [LibraryImport(Library, EntryPoint = "lua_rawgeti")]
    public static partial LuaType RawGetAt(nint state, int index, long key);

    [LibraryImport(Library, EntryPoint = "lua_setmetatable")]
    public static partial void SetMetatable(nint state, int index);

    [LibraryImport(Library, EntryPoint = "lua_setupvalue")]
    public static partial byte* SetUpvalue(nint state, int function, int number);
}

/// <summary>What Lua's C functions return.</summary>
internal enum LuaCode
{
    Ok = 0,
    Yield = 1,
    RuntimeError = 2,
    SyntaxError = 3,
    OutOfMemory = 4,
    ErrorInHandler = 5,
}

/// <summary>The types of Lua's values.</summary>
internal enum LuaType
{
    None = -1,
    Nil = 0,
    Boolean = 1,
    LightUserData = 2,
    Number = 3,
    String = 4,
    Table = 5,
    Function = 6,
    UserData = 7,
    Thread = 8,
}
