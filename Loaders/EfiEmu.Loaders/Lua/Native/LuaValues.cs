using System.Text;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>A table for a script, with its members in order.</summary>
internal sealed class LuaTable : List<KeyValuePair<string, object?>>
{
    public object? this[string name]
    {
        set => Add(new KeyValuePair<string, object?>(name, value));
    }
}

/// <summary>Pushes values onto a Lua stack.</summary>
internal readonly unsafe struct LuaValues(LuaState state, nint thread)
{
    public void Push(long value) => LuaApi.PushInteger(thread, value);

    public void Push(ulong value) => LuaApi.PushInteger(thread, unchecked((long)value));

    public void Push(bool value) => LuaApi.PushBoolean(thread, value ? 1 : 0);

    public void Push(EfiStatus status) => state.PushStatus(thread, status.Value, status.ToString());

    public void Push(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* text = bytes)
        {
            LuaApi.PushText(thread, text, (nuint)bytes.Length);
        }
    }

    /// <summary>Any value: null, numbers, texts, bytes, statuses, tables, and lists of them.</summary>
    public void Push(object? value)
    {
        switch (value)
        {
            case null:
                LuaApi.PushNil(thread);
                break;
            case bool truth:
                Push(truth);
                break;
            case ulong number:
                Push(number);
                break;
            case long or int or uint:
                Push(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case string text:
                Push(Encoding.UTF8.GetBytes(text));
                break;
            case byte[] bytes:
                Push(bytes.AsSpan());
                break;
            case EfiStatus status:
                Push(status);
                break;
            case GuestAddress address:
                Push(address.Value);
                break;
            case Guid guid:
                Push((object)guid.ToString());
                break;
            case LuaTable table:
                PushTable(table);
                break;
            case IEnumerable<object?> list:
                PushList(list);
                break;
            default:
                throw new ArgumentException($"{value.GetType().Name} has no form in Lua", nameof(value));
        }
    }

    private void PushTable(LuaTable table)
    {
        LuaApi.Reserve(thread, 8);
        LuaApi.CreateTable(thread, 0, table.Count);
        foreach ((string name, object? member) in table)
        {
            Push((object)name);
            Push(member);
            LuaApi.RawSet(thread, -3);
        }
    }

    private void PushList(IEnumerable<object?> list)
    {
        LuaApi.Reserve(thread, 8);
        LuaApi.CreateTable(thread, 0, 0);
        long index = 0;
        foreach (object? item in list)
        {
            Push(item);
            LuaApi.RawSetAt(thread, -2, ++index);
        }
    }
}
