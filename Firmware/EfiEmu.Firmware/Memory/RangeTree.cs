namespace EfiEmu.Firmware.Memory;

/// <summary>
/// Disjoint address ranges in a balanced (AVL) tree ordered by address. Each node also knows the largest free run below it,
/// which makes the search for the highest range that holds so many pages logarithmic.
/// </summary>
/// <remarks>Nodes live in one array; node 0 stands for "none", so that its height and run are 0 without a test.</remarks>
internal sealed class RangeTree<T>
    where T : struct, IAddressRange
{
    private const int None = 0;

    private Node[] _nodes = new Node[64];
    private int _used = 1;
    private int _vacant = None;
    private int _root = None;

    /// <summary>Ranges in the tree.</summary>
    public int Count { get; private set; }

    /// <summary>Nodes that the operations so far have looked at: the measure of their cost.</summary>
    public long Visits { get; private set; }

    /// <summary>The range that holds an address.</summary>
    public bool TryFind(ulong address, out T range) => TryFindAtOrBelow(address, out range) && range.End >= address;

    /// <summary>The range with the highest start at or below an address.</summary>
    public bool TryFindAtOrBelow(ulong address, out T range)
    {
        int best = None;
        for (int node = _root; node != None;)
        {
            Visits++;
            ref readonly Node here = ref _nodes[node];
            if (here.Value.Start <= address)
            {
                best = node;
                node = here.Right;
            }
            else
            {
                node = here.Left;
            }
        }

        range = _nodes[best].Value;
        return best != None;
    }

    /// <summary>The range with the lowest start above an address.</summary>
    public bool TryFindAbove(ulong address, out T range)
    {
        int best = None;
        for (int node = _root; node != None;)
        {
            Visits++;
            ref readonly Node here = ref _nodes[node];
            if (here.Value.Start > address)
            {
                best = node;
                node = here.Left;
            }
            else
            {
                node = here.Right;
            }
        }

        range = _nodes[best].Value;
        return best != None;
    }

    /// <summary>The highest range that starts below an address and has at least so many free pages.</summary>
    public bool TryFindHighestFree(ulong startsBelow, ulong pages, out T range)
    {
        int found = HighestFree(_root, startsBelow, pages);
        range = _nodes[found].Value;
        return found != None;
    }

    /// <summary>Adds a range; the tree must hold none with its start.</summary>
    public void Insert(in T range)
    {
        _root = Insert(_root, range);
        Count++;
    }

    /// <summary>Replaces the range that has the same start.</summary>
    public void Replace(in T range) => Replace(_root, range);

    /// <summary>Removes the range with this start.</summary>
    public void Remove(ulong start)
    {
        _root = Remove(_root, start);
        Count--;
    }

    /// <summary>All ranges in ascending order. The tree must not change meanwhile.</summary>
    public IEnumerable<T> Ascending()
    {
        var open = new Stack<int>();
        int node = _root;
        while (node != None || open.Count > 0)
        {
            for (; node != None; node = _nodes[node].Left)
            {
                open.Push(node);
            }

            node = open.Pop();
            yield return _nodes[node].Value;
            node = _nodes[node].Right;
        }
    }

    private int HighestFree(int node, ulong startsBelow, ulong pages)
    {
        if (node == None || _nodes[node].LargestFree < pages)
        {
            return None;
        }

        Visits++;
        ref readonly Node here = ref _nodes[node];
        if (here.Value.Start < startsBelow)
        {
            int right = HighestFree(here.Right, startsBelow, pages);
            if (right != None)
            {
                return right;
            }

            if (here.Value.FreePages >= pages)
            {
                return node;
            }
        }

        return HighestFree(here.Left, startsBelow, pages);
    }

    private int Insert(int node, in T range)
    {
        if (node == None)
        {
            return Take(range);
        }

        Visits++;
        ulong here = _nodes[node].Value.Start;
        if (range.Start == here)
        {
            throw new InvalidOperationException("The tree holds a range with this start.");
        }

        // The array may grow inside the call: it is indexed afterwards.
        if (range.Start < here)
        {
            int left = Insert(_nodes[node].Left, range);
            _nodes[node].Left = left;
        }
        else
        {
            int right = Insert(_nodes[node].Right, range);
            _nodes[node].Right = right;
        }

        return Balance(node);
    }

    private void Replace(int node, in T range)
    {
        if (node == None)
        {
            throw new InvalidOperationException("The tree holds no range with this start.");
        }

        Visits++;
        ref Node here = ref _nodes[node];
        if (range.Start == here.Value.Start)
        {
            here.Value = range;
        }
        else
        {
            Replace(range.Start < here.Value.Start ? here.Left : here.Right, range);
        }

        Measure(ref here);
    }

    private int Remove(int node, ulong start)
    {
        if (node == None)
        {
            throw new InvalidOperationException("The tree holds no range with this start.");
        }

        Visits++;
        ref Node here = ref _nodes[node];
        if (start < here.Value.Start)
        {
            here.Left = Remove(here.Left, start);
        }
        else if (start > here.Value.Start)
        {
            here.Right = Remove(here.Right, start);
        }
        else if (here.Left == None || here.Right == None)
        {
            int child = here.Left + here.Right;
            Release(node);
            return child;
        }
        else
        {
            here.Right = RemoveLowest(here.Right, out T successor);
            here.Value = successor;
        }

        return Balance(node);
    }

    private int RemoveLowest(int node, out T lowest)
    {
        Visits++;
        ref Node here = ref _nodes[node];
        if (here.Left == None)
        {
            lowest = here.Value;
            int right = here.Right;
            Release(node);
            return right;
        }

        here.Left = RemoveLowest(here.Left, out lowest);
        return Balance(node);
    }

    private int Balance(int node)
    {
        ref Node here = ref _nodes[node];
        int lean = _nodes[here.Left].Height - _nodes[here.Right].Height;
        if (lean > 1)
        {
            ref readonly Node left = ref _nodes[here.Left];
            if (_nodes[left.Left].Height < _nodes[left.Right].Height)
            {
                here.Left = RotateLeft(here.Left);
            }

            return RotateRight(node);
        }

        if (lean < -1)
        {
            ref readonly Node right = ref _nodes[here.Right];
            if (_nodes[right.Right].Height < _nodes[right.Left].Height)
            {
                here.Right = RotateRight(here.Right);
            }

            return RotateLeft(node);
        }

        Measure(ref here);
        return node;
    }

    private int RotateLeft(int node)
    {
        int top = _nodes[node].Right;
        _nodes[node].Right = _nodes[top].Left;
        _nodes[top].Left = node;
        Measure(ref _nodes[node]);
        Measure(ref _nodes[top]);
        return top;
    }

    private int RotateRight(int node)
    {
        int top = _nodes[node].Left;
        _nodes[node].Left = _nodes[top].Right;
        _nodes[top].Right = node;
        Measure(ref _nodes[node]);
        Measure(ref _nodes[top]);
        return top;
    }

    private void Measure(ref Node node)
    {
        ref readonly Node left = ref _nodes[node.Left];
        ref readonly Node right = ref _nodes[node.Right];
        node.Height = 1 + Math.Max(left.Height, right.Height);
        node.LargestFree = Math.Max(node.Value.FreePages, Math.Max(left.LargestFree, right.LargestFree));
    }

    private int Take(in T range)
    {
        int node = _vacant;
        if (node != None)
        {
            _vacant = _nodes[node].Left;
        }
        else
        {
            if (_used == _nodes.Length)
            {
                Array.Resize(ref _nodes, _nodes.Length * 2);
            }

            node = _used++;
        }

        _nodes[node] = new Node { Value = range, Height = 1, LargestFree = range.FreePages };
        return node;
    }

    private void Release(int node)
    {
        _nodes[node] = new Node { Left = _vacant };
        _vacant = node;
    }

    private struct Node
    {
        public T Value;
        public int Left;
        public int Right;
        public int Height;
        public ulong LargestFree;
    }
}
