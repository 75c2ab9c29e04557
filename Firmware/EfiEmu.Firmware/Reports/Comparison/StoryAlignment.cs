namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>Lays two stories beside each other, so that what both tell stands in one row.</summary>
internal static class StoryAlignment
{
    // A table of the longest common subsequence has a cell for each pair of steps; two stories longer than this are told in step.
    private const long MostCells = 4_000_000;

    /// <summary>Both stories in order; a null is a step that only the other story has.</summary>
    public static IEnumerable<(StoryStep? A, StoryStep? B)> Align(IReadOnlyList<StoryStep> a, IReadOnlyList<StoryStep> b)
    {
        int doneA = 0;
        int doneB = 0;
        foreach ((int nextA, int nextB) in CommonSteps(a, b).Append((a.Count, b.Count)))
        {
            foreach ((StoryStep?, StoryStep?) row in Pair([.. a.Take(nextA).Skip(doneA)], [.. b.Take(nextB).Skip(doneB)]))
            {
                yield return row;
            }

            if (nextA < a.Count)
            {
                yield return (a[nextA], b[nextB]);
            }

            (doneA, doneB) = (nextA + 1, nextB + 1);
        }
    }

    /// <summary>Whether two steps are the same step, whatever the runs of calls tell.</summary>
    private static bool IsSame(StoryStep a, StoryStep b) =>
        IsAlike(a, b) && (a.OfRun || a.Facts[0].Object == b.Facts[0].Object);

    // The same actor does the same thing, to something else perhaps.
    private static bool IsAlike(StoryStep a, StoryStep b) => a.Actor == b.Actor && a.Verb == b.Verb && a.OfRun == b.OfRun;

    // Steps that only one story has; those that are alike share a row.
    private static IEnumerable<(StoryStep? A, StoryStep? B)> Pair(List<StoryStep> onlyA, List<StoryStep> onlyB)
    {
        int next = 0;
        foreach (StoryStep step in onlyA)
        {
            int alike = onlyB.FindIndex(next, other => IsAlike(step, other));
            for (; next < alike; next++)
            {
                yield return (null, onlyB[next]);
            }

            yield return (step, alike < 0 ? null : onlyB[alike]);
            next = alike < 0 ? next : alike + 1;
        }

        foreach (StoryStep step in onlyB.Skip(next))
        {
            yield return (null, step);
        }
    }

    // The longest common subsequence, at the earliest places.
    private static List<(int A, int B)> CommonSteps(IReadOnlyList<StoryStep> a, IReadOnlyList<StoryStep> b)
    {
        List<(int, int)> common = [];
        int same = 0;
        while (same < Math.Min(a.Count, b.Count) && IsSame(a[same], b[same]))
        {
            common.Add((same, same));
            same++;
        }

        int restA = a.Count - same;
        int restB = b.Count - same;
        if ((long)restA * restB > MostCells)
        {
            common.AddRange(Enumerable.Range(same, Math.Min(restA, restB)).Where(i => IsSame(a[i], b[i])).Select(i => (i, i)));
            return common;
        }

        int[,] longest = new int[restA + 1, restB + 1];
        for (int i = restA - 1; i >= 0; i--)
        {
            for (int j = restB - 1; j >= 0; j--)
            {
                longest[i, j] = IsSame(a[same + i], b[same + j])
                    ? longest[i + 1, j + 1] + 1
                    : Math.Max(longest[i + 1, j], longest[i, j + 1]);
            }
        }

        for (int i = 0, j = 0; i < restA && j < restB;)
        {
            if (IsSame(a[same + i], b[same + j]))
            {
                common.Add((same + i++, same + j++));
            }
            else if (longest[i + 1, j] >= longest[i, j + 1])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return common;
    }
}
