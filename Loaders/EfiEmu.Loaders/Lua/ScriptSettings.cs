using System.Reflection;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>The names and numbers that scripts know, read off the Sdk's types.</summary>
internal static class ScriptSettings
{
    // Numbers below this have names in the specification, or none.
    private const ulong MostStatuses = 64;
    private const uint MemoryTypes = 16;

    /// <summary>What the prelude is given.</summary>
    /// <param name="seed">Where math.random starts.</param>
    public static LuaTable Table(ulong seed) => new()
    {
        ["seed"] = seed,
        ["statuses"] = Statuses(),
        ["guids"] = Guids(),
        ["numbers"] = new LuaTable
        {
            ["MemoryType"] = MemoryTypeNumbers(),
            ["Tpl"] = Properties(typeof(Tpl), value => ((Tpl)value).Value),
            ["EventType"] = Members<EventType>(),
            ["TimerDelay"] = Members<TimerDelay>(),
            ["OpenProtocol"] = Members<OpenProtocolAttributes>(),
            ["ResetType"] = new LuaTable { ["Cold"] = 0, ["Warm"] = 1, ["Shutdown"] = 2, ["PlatformSpecific"] = 3 },
        },
        ["services"] = Services(),
        ["events"] = Events(),
        ["event_names"] = string.Join(", ", EventTables.Kinds),
    };

    private static IEnumerable<object> Statuses()
    {
        for (ulong number = 0; number < MostStatuses; number++)
        {
            foreach (EfiStatus status in number == 0 ? [EfiStatus.Success] : new[] { EfiStatus.Error(number), new EfiStatus(number) })
            {
                string name = status.ToString();
                if (name.StartsWith("EFI_", StringComparison.Ordinal))
                {
                    yield return new LuaTable { ["value"] = status.Value, ["name"] = name, ["member"] = MemberName(name) };
                }
            }
        }
    }

    // EFI_INVALID_PARAMETER is InvalidParameter, as in the Sdk.
    private static string MemberName(string name) =>
        string.Concat(name.Split('_').Skip(1).Select(word => word[..1] + word[1..].ToLowerInvariant()));

    // The Sdk's names, and those that reports show.
    private static LuaTable Guids()
    {
        var table = new LuaTable();
        foreach ((string name, Guid guid) in typeof(KnownGuids).GetProperties().Select(p => (p.Name, (Guid)p.GetValue(null)!)))
        {
            table[name] = guid;
            if (GuidNames.NameOf(guid) is { } shown && shown != name)
            {
                table[shown] = guid;
            }
        }

        return table;
    }

    // LoaderData as in the Sdk, ConventionalMemory as in the specification.
    private static LuaTable MemoryTypeNumbers()
    {
        LuaTable table = Properties(typeof(MemoryType), value => ((MemoryType)value).Value);
        for (uint type = 0; type < MemoryTypes; type++)
        {
            table[new MemoryType(type).ToString()] = type;
        }

        return table;
    }

    private static LuaTable Properties(Type type, Func<object, ulong> number)
    {
        var table = new LuaTable();
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Static))
        {
            table[property.Name] = number(property.GetValue(null)!);
        }

        return table;
    }

    private static LuaTable Members<T>()
        where T : struct, Enum
    {
        var table = new LuaTable();
        foreach (T member in Enum.GetValues<T>())
        {
            table[member.ToString()] = Convert.ToUInt64(member, System.Globalization.CultureInfo.InvariantCulture);
        }

        return table;
    }

    private static LuaTable Services()
    {
        var table = new LuaTable { ["RaiseTPL"] = BootServicesTable.RaiseTpl, ["RestoreTPL"] = BootServicesTable.RestoreTpl };
        foreach (FieldInfo field in typeof(BootServicesTable).GetFields())
        {
            table[field.Name] = (uint)field.GetRawConstantValue()!;
        }

        return table;
    }

    private static LuaTable Events()
    {
        var table = new LuaTable();
        foreach (string kind in EventTables.Kinds)
        {
            table[kind] = true;
        }

        return table;
    }
}
