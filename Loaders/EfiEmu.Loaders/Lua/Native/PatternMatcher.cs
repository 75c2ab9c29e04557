namespace EfiEmu.Loaders.Lua;

/// <summary>Lua's patterns, matched step by step, so that one which backtracks without end meets the script's budget.</summary>
/// <remarks>
/// Lua 5.4 reference manual, section 6.4.1; lstrlib.c gives the same matches in the same order. Character classes are those of
/// the C locale.
/// </remarks>
/// <param name="subject">What is searched.</param>
/// <param name="pattern">The pattern, without a leading anchor.</param>
/// <param name="steps">How many steps it may take.</param>
internal ref struct PatternMatcher(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> pattern, ulong steps)
{
    // The length of a capture that is a position, and of one whose end has not been found; the prelude knows them.
    private const int Position = -2;
    private const int Unclosed = -1;

    private const int NoMatch = -1;
    private const int MostCaptures = 32;
    private const int DeepestNesting = 200;
    private const byte Escape = (byte)'%';

    private readonly ReadOnlySpan<byte> _subject = subject;
    private readonly ReadOnlySpan<byte> _pattern = pattern;
    private Captures _starts;
    private Captures _lengths;
    private int _depth;

    /// <summary>Steps taken.</summary>
    public ulong Steps { get; private set; }

    /// <summary>True when the steps ran out.</summary>
    public bool Exhausted { get; private set; }

    /// <summary>What is wrong with the pattern, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>Captures of the match.</summary>
    public int Count { get; private set; }

    /// <summary>Where a capture starts and how long it is.</summary>
    public readonly (int Start, int Length) this[int capture] => (_starts[capture], _lengths[capture]);

    /// <summary>Looks for a match.</summary>
    /// <param name="from">Where to start.</param>
    /// <param name="anchored">Whether it must be found there.</param>
    /// <returns>Start and end of the match, or a negative start.</returns>
    public (int Start, int End) Find(int from, bool anchored)
    {
        for (int start = from; start <= _subject.Length; start++)
        {
            Count = 0;
            int end = Match(start, 0);
            if (end != NoMatch && !Stopped)
            {
                return (start, end);
            }

            if (anchored || Stopped)
            {
                break;
            }
        }

        return (NoMatch, NoMatch);
    }

    private readonly bool Stopped => Exhausted || Fault is not null;

    private int Match(int s, int p)
    {
        if (++_depth > DeepestNesting)
        {
            return Fail("pattern too complex");
        }

        try
        {
            return MatchHere(s, p);
        }
        finally
        {
            _depth--;
        }
    }

    private int MatchHere(int s, int p)
    {
        while (!Stopped && Step() && p < _pattern.Length)
        {
            byte next = p + 1 < _pattern.Length ? _pattern[p + 1] : (byte)0;
            switch (_pattern[p])
            {
                case (byte)'(':
                    return next == ')' && p + 1 < _pattern.Length ? StartCapture(s, p + 2, Position) : StartCapture(s, p + 1, Unclosed);
                case (byte)')':
                    return EndCapture(s, p + 1);
                case (byte)'$' when p + 1 == _pattern.Length:
                    return s == _subject.Length ? s : NoMatch;
                case Escape when next == 'b':
                    s = MatchBalance(s, p + 2);
                    p += 4;
                    break;
                case Escape when next == 'f':
                    p = MatchFrontier(s, p + 2);
                    break;
                case Escape when char.IsAsciiDigit((char)next):
                    s = MatchCapture(s, next);
                    p += 2;
                    break;
                default:
                    if (!MatchItem(ref s, ref p))
                    {
                        return s;
                    }

                    break;
            }

            if (s == NoMatch || p == NoMatch)
            {
                return NoMatch;
            }
        }

        return Stopped ? NoMatch : s;
    }

    // One class and its suffix. False when s is the result.
    private bool MatchItem(ref int s, ref int p)
    {
        int end = ClassEnd(p);
        if (end == NoMatch)
        {
            s = NoMatch;
            return false;
        }

        byte suffix = end < _pattern.Length ? _pattern[end] : (byte)0;
        bool fits = MatchesSingle(s, p, end);
        switch (suffix)
        {
            case (byte)'?':
                int taken = fits ? Match(s + 1, end + 1) : NoMatch;
                if (taken != NoMatch || Stopped)
                {
                    s = taken;
                    return false;
                }

                p = end + 1;
                return true;
            case (byte)'+':
                s = fits ? ExpandMost(s + 1, p, end) : NoMatch;
                return false;
            case (byte)'*':
                s = ExpandMost(s, p, end);
                return false;
            case (byte)'-':
                s = ExpandLeast(s, p, end);
                return false;
            default:
                s = fits ? s + 1 : NoMatch;
                p = end;
                return fits;
        }
    }

    private int ExpandMost(int s, int p, int end)
    {
        int count = 0;
        while (Step() && MatchesSingle(s + count, p, end))
        {
            count++;
        }

        for (; count >= 0 && !Stopped; count--)
        {
            int result = Match(s + count, end + 1);
            if (result != NoMatch)
            {
                return result;
            }
        }

        return NoMatch;
    }

    private int ExpandLeast(int s, int p, int end)
    {
        while (!Stopped)
        {
            int result = Match(s, end + 1);
            if (result != NoMatch)
            {
                return result;
            }

            if (!MatchesSingle(s, p, end))
            {
                return NoMatch;
            }

            s++;
        }

        return NoMatch;
    }

    private int StartCapture(int s, int p, int what)
    {
        if (Count >= MostCaptures)
        {
            return Fail("too many captures");
        }

        _starts[Count] = s;
        _lengths[Count] = what;
        Count++;
        int result = Match(s, p);
        if (result == NoMatch)
        {
            Count--;
        }

        return result;
    }

    private int EndCapture(int s, int p)
    {
        int open = Count - 1;
        while (open >= 0 && _lengths[open] != Unclosed)
        {
            open--;
        }

        if (open < 0)
        {
            return Fail("invalid pattern capture");
        }

        _lengths[open] = s - _starts[open];
        int result = Match(s, p);
        if (result == NoMatch)
        {
            _lengths[open] = Unclosed;
        }

        return result;
    }

    private int MatchBalance(int s, int p)
    {
        if (p + 1 >= _pattern.Length)
        {
            return Fail("malformed pattern (missing arguments to '%b')");
        }

        if (s >= _subject.Length || _subject[s] != _pattern[p])
        {
            return NoMatch;
        }

        int depth = 1;
        for (int i = s + 1; i < _subject.Length && Step(); i++)
        {
            if (_subject[i] == _pattern[p + 1])
            {
                if (--depth == 0)
                {
                    return i + 1;
                }
            }
            else if (_subject[i] == _pattern[p])
            {
                depth++;
            }
        }

        return NoMatch;
    }

    // The pattern behind the frontier, or no match.
    private int MatchFrontier(int s, int p)
    {
        if (p >= _pattern.Length || _pattern[p] != '[')
        {
            return Fail("missing '[' after '%f' in pattern");
        }

        int end = ClassEnd(p);
        if (end == NoMatch)
        {
            return NoMatch;
        }

        byte before = s == 0 ? (byte)0 : _subject[s - 1];
        byte here = s < _subject.Length ? _subject[s] : (byte)0;
        return !MatchesSet(before, p, end - 1) && MatchesSet(here, p, end - 1) ? end : NoMatch;
    }

    private int MatchCapture(int s, byte digit)
    {
        int capture = digit - '1';
        if (capture < 0 || capture >= Count || _lengths[capture] == Unclosed)
        {
            return Fail($"invalid capture index %{capture + 1} in pattern");
        }

        // A position has no text that could be found again.
        int length = _lengths[capture];
        Charge((ulong)Math.Max(length, 0) / 16);
        return length >= 0 && _subject.Length - s >= length && _subject.Slice(_starts[capture], length).SequenceEqual(_subject.Slice(s, length))
            ? s + length
            : NoMatch;
    }

    private int ClassEnd(int p)
    {
        byte first = _pattern[p++];
        if (first == Escape)
        {
            return p < _pattern.Length ? p + 1 : Fail("malformed pattern (ends with '%')");
        }

        if (first != '[')
        {
            return p;
        }

        if (p < _pattern.Length && _pattern[p] == '^')
        {
            p++;
        }

        // A ']' that comes first belongs to the set.
        do
        {
            if (p >= _pattern.Length)
            {
                return Fail("malformed pattern (missing ']')");
            }

            if (_pattern[p++] == Escape)
            {
                p++;
            }
        }
        while (p >= _pattern.Length || _pattern[p] != ']');
        return p + 1;
    }

    private readonly bool MatchesSingle(int s, int p, int end)
    {
        if (s >= _subject.Length)
        {
            return false;
        }

        byte c = _subject[s];
        return _pattern[p] switch
        {
            (byte)'.' => true,
            Escape => MatchesClass(c, _pattern[p + 1]),
            (byte)'[' => MatchesSet(c, p, end - 1),
            byte literal => literal == c,
        };
    }

    // From '[' at p to ']' at last.
    private readonly bool MatchesSet(byte c, int p, int last)
    {
        bool found = true;
        if (_pattern[p + 1] == '^')
        {
            found = false;
            p++;
        }

        while (++p < last)
        {
            if (_pattern[p] == Escape)
            {
                p++;
                if (MatchesClass(c, _pattern[p]))
                {
                    return found;
                }
            }
            else if (p + 2 < last && _pattern[p + 1] == '-')
            {
                if (_pattern[p] <= c && c <= _pattern[p + 2])
                {
                    return found;
                }

                p += 2;
            }
            else if (_pattern[p] == c)
            {
                return found;
            }
        }

        return !found;
    }

    private static bool MatchesClass(byte c, byte name)
    {
        char character = (char)c;
        bool result;
        switch (char.ToLowerInvariant((char)name))
        {
            case 'a': result = char.IsAsciiLetter(character); break;
            case 'c': result = c is < 32 or 127; break;
            case 'd': result = char.IsAsciiDigit(character); break;
            case 'g': result = c is > 32 and < 127; break;
            case 'l': result = char.IsAsciiLetterLower(character); break;
            case 'p': result = c is > 32 and < 127 && !char.IsAsciiLetterOrDigit(character); break;
            case 's': result = c is 32 or (>= 9 and <= 13); break;
            case 'u': result = char.IsAsciiLetterUpper(character); break;
            case 'w': result = char.IsAsciiLetterOrDigit(character); break;
            case 'x': result = char.IsAsciiHexDigit(character); break;
            default: return name == c;
        }

        return char.IsAsciiLetterUpper((char)name) ? !result : result;
    }

    private bool Step()
    {
        Charge(1);
        return !Exhausted;
    }

    private void Charge(ulong count)
    {
        Steps += count;
        Exhausted |= Steps > steps;
    }

    private int Fail(string fault)
    {
        Fault ??= fault;
        return NoMatch;
    }

    [System.Runtime.CompilerServices.InlineArray(MostCaptures)]
    private struct Captures
    {
        private int _first;
    }
}
