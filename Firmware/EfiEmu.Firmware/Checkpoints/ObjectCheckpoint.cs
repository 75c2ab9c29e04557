using System.Reflection;

namespace EfiEmu.Firmware.Checkpoints;

/// <summary>Every object that can be reached from one, as it stood at a moment: put back in place, into the same objects.</summary>
/// <remarks>
/// <para>
/// What an object holds is its fields, the elements of its arrays and the targets of its delegates, so that a plugin's own
/// state is kept without asking the plugin, wherever it is: in the plugin's object, in a closure, in a collection.
/// </para>
/// <para>
/// Not kept is what no object holds: static fields, which nothing here may have, and local variables of methods in progress.
/// </para>
/// </remarks>
internal sealed class ObjectCheckpoint
{
    private readonly TypeShapes _shapes;
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Step> _toVisit = new();
    private readonly List<KeptField> _fields = [];
    private readonly List<(Array Live, Array Copy)> _arrays = [];

    private ObjectCheckpoint(TypeShapes shapes) => _shapes = shapes;

    /// <summary>Fields and arrays that are kept.</summary>
    public int Count => _fields.Count + _arrays.Count;

    /// <summary>Keeps what can be reached from an object.</summary>
    /// <param name="root">The object.</param>
    /// <param name="isLeaf">Types that are not looked into: those that never change, and those that keep themselves.</param>
    /// <exception cref="CheckpointException">An object is in the way whose state is not known to be kept by its fields.</exception>
    public static ObjectCheckpoint Of(object root, Func<Type, bool> isLeaf)
    {
        var checkpoint = new ObjectCheckpoint(new TypeShapes(isLeaf));
        checkpoint.Reach(root, null, root.GetType().Name);
        while (checkpoint._toVisit.TryPop(out Step? step))
        {
            checkpoint.Visit(step);
        }

        checkpoint._seen.Clear();
        return checkpoint;
    }

    /// <summary>Puts everything back; any number of times.</summary>
    public void Restore()
    {
        foreach (KeptField kept in _fields)
        {
            kept.Field.SetValue(kept.Owner, kept.Value);
        }

        foreach ((Array live, Array copy) in _arrays)
        {
            Array.Copy(copy, live, copy.Length);
        }
    }

    private void Reach(object? found, Step? from, string name)
    {
        if (found is null or string)
        {
            return;
        }

        Type type = found.GetType();
        bool hasShape = found is not (Array or Delegate);
        if ((hasShape && _shapes.Of(type).IsLeaf) || (!type.IsValueType && !_seen.Add(found)))
        {
            return;
        }

        _toVisit.Push(new Step(found, from, name));
    }

    private void Visit(Step step)
    {
        switch (step.Found)
        {
            case Array array:
                KeepArray(array, step);
                break;
            case Delegate function:
                foreach (Delegate one in function.GetInvocationList())
                {
                    Reach(one.Target, step, $".{NameOf(one.Method.Name)}()");
                }

                break;
            default:
                KeepFields(step);
                break;
        }
    }

    private void KeepArray(Array array, Step step)
    {
        if (array.Length == 0)
        {
            return;
        }

        _arrays.Add((array, (Array)array.Clone()));
        Type element = array.GetType().GetElementType()!;
        if (!_shapes.MayLead(element))
        {
            return;
        }

        int index = 0;
        foreach (object? item in array)
        {
            Follow(item, element, step, $"[{index++}]");
        }
    }

    private void KeepFields(Step step)
    {
        TypeShape shape = ShapeOf(step.Found, step);
        foreach (FieldInfo field in shape.Kept)
        {
            _fields.Add(new KeptField(field, step.Found, field.GetValue(step.Found)));
        }

        FollowFields(step.Found, shape, step);
    }

    private void FollowFields(object owner, TypeShape shape, Step step)
    {
        foreach (FieldInfo field in shape.Followed)
        {
            Follow(field.GetValue(owner), field.FieldType, step, "." + NameOf(field.Name));
        }
    }

    // A value lies inside its owner and is kept with it; only what it leads to is new.
    private void Follow(object? value, Type declared, Step from, string name)
    {
        if (value is not null && declared.IsValueType)
        {
            var inside = new Step(value, from, name);
            FollowFields(value, ShapeOf(value, inside), inside);
        }
        else
        {
            Reach(value, from, name);
        }
    }

    private TypeShape ShapeOf(object found, Step step)
    {
        TypeShape shape = _shapes.Of(found.GetType());
        return shape.Fault is { } fault ? throw new CheckpointException(step.Path, found.GetType(), fault) : shape;
    }

    // What the compiler names is called by what it stands for: <Gates>k__BackingField, <Install>b__0, <>4__this.
    private static string NameOf(string name) => name switch
    {
        "<>4__this" => "this",
        ['<', .. var inner] when inner.IndexOf('>') is > 0 and var end => inner[..end],
        _ => name,
    };

    private readonly record struct KeptField(FieldInfo Field, object Owner, object? Value);

    private sealed record Step(object Found, Step? From, string Name)
    {
        public string Path
        {
            get
            {
                var names = new Stack<string>();
                for (Step? step = this; step is not null; step = step.From)
                {
                    names.Push(step.Name);
                }

                return string.Concat(names);
            }
        }
    }
}
