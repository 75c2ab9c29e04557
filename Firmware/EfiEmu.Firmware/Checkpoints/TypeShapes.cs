using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace EfiEmu.Firmware.Checkpoints;

/// <summary>What a checkpoint does with the objects of one type.</summary>
/// <param name="Kept">The fields whose values are kept and put back: those that may be assigned after the constructor.</param>
/// <param name="Followed">The fields that may lead to further objects.</param>
/// <param name="Fault">Why objects of the type cannot be kept, or null.</param>
internal sealed record TypeShape(FieldInfo[] Kept, FieldInfo[] Followed, string? Fault = null)
{
    /// <summary>An object that is not looked into: it never changes, or keeps itself.</summary>
    public static TypeShape Leaf { get; } = new([], []);

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsLeaf => Kept.Length == 0 && Followed.Length == 0 && Fault is null;
}

/// <summary>Knows of each type what a checkpoint does with it; each type is looked at once.</summary>
/// <param name="isLeaf">Types that the caller knows to be leaves.</param>
internal sealed class TypeShapes(Func<Type, bool> isLeaf)
{
    private const BindingFlags OwnFields =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    // Of the framework: what never changes as far as anybody can see.
    private static readonly Type[] SafeBases =
    [
        typeof(string), typeof(MemberInfo), typeof(Assembly), typeof(Module), typeof(CancellationToken), typeof(CancellationTokenSource),
        typeof(Encoding), typeof(CultureInfo), typeof(CompareInfo), typeof(StringComparer), typeof(Regex), typeof(Exception), typeof(Uri),
        typeof(Lock),
    ];

    // Of the framework: plain data behind a few methods, whole once its fields are.
    private static readonly Type[] PlainBases = [typeof(StringBuilder), typeof(Random), typeof(MemoryStream), typeof(IStrongBox)];

    private readonly Dictionary<Type, TypeShape> _shapes = [];

    /// <summary>The shape of a type that is neither an array nor a delegate.</summary>
    public TypeShape Of(Type type)
    {
        if (!_shapes.TryGetValue(type, out TypeShape? shape))
        {
            shape = Build(type);
            _shapes.Add(type, shape);
        }

        return shape;
    }

    /// <summary>Whether a variable of a type may lead to objects that can change.</summary>
    public bool MayLead(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || type == typeof(string))
        {
            return false;
        }

        // What a variable of a class or interface holds is known only when one looks.
        return !type.IsValueType || Of(type).Followed.Length > 0 || Of(type).Fault is not null;
    }

    private TypeShape Build(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || IsSafe(type) || isLeaf(type))
        {
            return IsNativePointer(type) ? TypeShape.Leaf with { Fault = "a native pointer" } : TypeShape.Leaf;
        }

        FieldInfo[] fields = [.. Fields(type)];
        if (fields.FirstOrDefault(f => IsNativePointer(f.FieldType)) is { } native)
        {
            return TypeShape.Leaf with { Fault = $"it holds native memory in {native.Name}" };
        }

        FieldInfo[] kept = [.. fields.Where(f => !f.IsInitOnly)];
        return kept.Length > 0 && IsOfFramework(type) && !IsPlain(type)
            ? TypeShape.Leaf with { Fault = "a type of the framework whose state is not known to be kept by its fields" }
            : new TypeShape(kept, [.. fields.Where(f => MayLead(f.FieldType))]);
    }

    private static IEnumerable<FieldInfo> Fields(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(OwnFields))
            {
                yield return field;
            }
        }
    }

    private static bool IsSafe(Type type) =>
        SafeBases.Any(known => known.IsAssignableFrom(type))
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ReadOnlyMemory<>));

    private static bool IsPlain(Type type) =>
        type.IsValueType || IsCollection(type) || type.Namespace == "System.Linq" || PlainBases.Any(known => known.IsAssignableFrom(type))
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Lazy<>))
        || (type.DeclaringType is { } outer && PlainBases.Contains(outer));

    private static bool IsCollection(Type type) =>
        type.Namespace?.StartsWith("System.Collections", StringComparison.Ordinal) == true
        && type.Namespace != typeof(ConcurrentDictionary<,>).Namespace;

    private static bool IsOfFramework(Type type) =>
        type.Assembly.GetName().Name is { } name
        && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal));

    private static bool IsNativePointer(Type type) =>
        type.IsPointer || type.IsFunctionPointer || type == typeof(nint) || type == typeof(nuint);
}
