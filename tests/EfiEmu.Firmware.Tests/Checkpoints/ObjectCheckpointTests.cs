using System.Text;
using EfiEmu.Firmware.Checkpoints;
using Xunit;

namespace EfiEmu.Firmware.Tests.Checkpoints;

/// <summary>Objects that are put back hold what they held, whatever kind of state it is.</summary>
public sealed class ObjectCheckpointTests
{
    [Fact]
    public void Restore_OfFieldsArraysAndNestedValues_PutsThemBackIntoTheSameObjects()
    {
        var node = new Node { Name = "a", Position = (1, [1, 2, 3]), Grid = new[,] { { 1, 2 }, { 3, 4 } } };
        node.Next = new Node { Name = "b", Next = node, Position = (2, [4]) };
        Node next = node.Next;
        List<int> list = node.Position.Values;
        ObjectCheckpoint checkpoint = Keep(node);

        for (int i = 0; i < 2; i++)
        {
            next.Name = "changed";
            node.Position = (9, [9]);
            list.Add(4);
            node.Grid[1, 1] = 9;
            node.Next = null;
            checkpoint.Restore();

            Assert.Same(next, node.Next);
            Assert.Equal("b", next.Name);
            Assert.Same(list, node.Position.Values);
            Assert.Equal([1, 2, 3], list);
            Assert.Equal((1, 4), (node.Position.Number, node.Grid[1, 1]));
        }
    }

    [Fact]
    public void Restore_OfAClosure_PutsItsVariablesBack()
    {
        int count = 0;
        var seen = new List<int>();
        Func<int> next = () =>
        {
            seen.Add(++count);
            return count;
        };
        next();
        ObjectCheckpoint checkpoint = Keep(new Holder(next));
        int[] first = [next(), next()];
        checkpoint.Restore();

        Assert.Equal(first, new[] { next(), next() });
        Assert.Equal([1, 2, 3], seen);
    }

    [Fact]
    public void Restore_OfAnIteratorInProgress_LetsItGoOnFromThere()
    {
        IEnumerator<int> numbers = Numbers().GetEnumerator();
        numbers.MoveNext();
        ObjectCheckpoint checkpoint = Keep(new Holder(numbers));
        numbers.MoveNext();
        numbers.MoveNext();
        checkpoint.Restore();

        numbers.MoveNext();

        Assert.Equal(2, numbers.Current);
    }

    [Fact]
    public void Restore_OfEveryCollectionAfterRandomChanges_GivesWhatACopyHeld()
    {
        var random = new Random(0x5eed);
        for (int round = 0; round < 50; round++)
        {
            using var collections = new Collections();
            collections.Change(random, 30);
            ObjectCheckpoint checkpoint = Keep(collections);
            string before = collections.Show();
            collections.Change(random, 60);
            Assert.NotEqual(before, collections.Show());

            checkpoint.Restore();

            Assert.Equal(before, collections.Show());
            // What was put back works on: the insides of each collection fit together.
            collections.Change(random, 60);
            checkpoint.Restore();
            Assert.Equal(before, collections.Show());
        }
    }

    [Fact]
    public void Restore_OfRandomNumbers_GivesTheSameNumbersAgain()
    {
        var random = new Random(42);
        ObjectCheckpoint checkpoint = Keep(new Holder(random));
        int[] first = [random.Next(), random.Next()];
        checkpoint.Restore();

        Assert.Equal(first, new[] { random.Next(), random.Next() });
    }

    [Fact]
    public void Keep_OfALeaf_LeavesItAlone()
    {
        var node = new Node { Name = "a" };
        ObjectCheckpoint checkpoint = ObjectCheckpoint.Of(new Holder(node), type => type == typeof(Node));
        node.Name = "b";

        checkpoint.Restore();

        Assert.Equal("b", node.Name);
    }

    [Fact]
    public void Keep_OfAStreamOfTheHost_NamesThePathAndTheType()
    {
        using var stream = new BufferedStream(new MemoryStream());
        var holder = new Holder(new Dictionary<string, object> { ["log"] = new Holder(stream) });

        CheckpointException failure = Assert.Throws<CheckpointException>(() => Keep(holder));

        Assert.Equal("Holder.Value._entries[0].value.Value", failure.Path);
        Assert.Equal(
            "the boot cannot be kept at a checkpoint: Holder.Value._entries[0].value.Value is a System.IO.BufferedStream: "
            + "a type of the framework whose state is not known to be kept by its fields",
            failure.Message);
    }

    [Fact]
    public void Keep_OfWhatNeverChanges_KeepsNothing() => Assert.Equal(
        0, Keep(new Constants("text", typeof(int), Encoding.UTF8, new byte[] { 1 }, new Version(1, 2))).Count);

    private static ObjectCheckpoint Keep(object root) => ObjectCheckpoint.Of(root, _ => false);

    private static IEnumerable<int> Numbers()
    {
        for (int i = 1; ; i++)
        {
            yield return i;
        }
    }

    private sealed record Holder(object Value);

    private sealed record Constants(string Text, Type Type, Encoding Encoding, ReadOnlyMemory<byte> Bytes, Version Version);

    private sealed class Node
    {
        public string Name { get; set; } = "";

        public Node? Next { get; set; }

        public (int Number, List<int> Values) Position { get; set; }

        public int[,] Grid { get; set; } = new int[0, 0];
    }

    private sealed class Collections : IDisposable
    {
        private readonly Dictionary<string, Node> _dictionary = new(StringComparer.OrdinalIgnoreCase);
        private readonly HashSet<int> _set = [];
        private readonly SortedSet<int> _sorted = [];
        private readonly SortedDictionary<int, string> _tree = [];
        private readonly LinkedList<int> _linked = new();
        private readonly Queue<int> _queue = new();
        private readonly Stack<int> _stack = new();
        private readonly PriorityQueue<int, int> _priority = new();
        private readonly StringBuilder _text = new();
        private readonly MemoryStream _stream = new();
        private Lazy<List<int>> _lazy = new(() => [1]);

        public void Change(Random random, int times)
        {
            for (int i = 0; i < times; i++)
            {
                int number = random.Next(50);
                _dictionary[$"k{number}"] = new Node { Name = $"{number}" };
                _dictionary.Remove($"K{random.Next(50)}");
                _set.Add(number);
                _set.Remove(random.Next(50));
                _sorted.Add(number);
                _sorted.Remove(random.Next(50));
                _tree[number] = $"{i}";
                _tree.Remove(random.Next(50));
                _linked.AddFirst(number);
                _linked.Remove(random.Next(50));
                _queue.Enqueue(number);
                _stack.Push(number);
                _priority.Enqueue(number, random.Next());
                if (random.Next(3) == 0)
                {
                    _queue.Dequeue();
                    _stack.Pop();
                    _priority.Dequeue();
                }

                _text.Append(number);
                _stream.WriteByte((byte)number);
                _lazy.Value.Add(number);
                _lazy = random.Next(20) == 0 ? new Lazy<List<int>>(() => [2]) : _lazy;
            }
        }

        public void Dispose() => _stream.Dispose();

        public string Show() => string.Join(
            ';',
            string.Join(',', _dictionary.Select(p => p.Key + p.Value.Name)),
            string.Join(',', _set),
            string.Join(',', _sorted),
            string.Join(',', _tree),
            string.Join(',', _linked),
            string.Join(',', _queue),
            string.Join(',', _stack),
            string.Join(',', _priority.UnorderedItems),
            _text,
            Convert.ToHexString(_stream.ToArray()),
            string.Join(',', _lazy.IsValueCreated ? _lazy.Value : []));
    }
}
