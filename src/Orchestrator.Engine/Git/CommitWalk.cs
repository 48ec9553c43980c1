namespace Orchestrator.Engine.Git;

/// <summary>
/// What some commits hold beyond another, without a process. Nearly always they began a few of our merges before it: then
/// both sides are read down to where they meet. Where that is farther away, or a history is no whole one, it is left to git.
/// </summary>
public sealed class CommitWalk
{
    // How far down the first parents are read; when that is not enough, four times as far.
    private const int FirstReach = 4;
    private const int MostReach = 256;

    private readonly ShadowObjects _objects;
    private readonly List<string> _line = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    private CommitWalk(ShadowObjects objects) => _objects = objects;

    /// <summary>Walks.</summary>
    /// <param name="objects">Where the commits are.</param>
    /// <param name="commits">Some commits.</param>
    /// <param name="floor">The other, all of whose history is left out.</param>
    /// <param name="cancellation">Ends the walk.</param>
    /// <returns>Each of them with its parents, as <c>git rev-list commits ^floor</c> has them; null when git has to be asked.</returns>
    public static async Task<Dictionary<string, IReadOnlyList<string>>?> BeyondAsync(ShadowObjects objects, IReadOnlyCollection<string> commits, string floor, CancellationToken cancellation)
    {
        var walk = new CommitWalk(objects);
        try
        {
            for (var reach = FirstReach; reach <= MostReach; reach *= 4)
            {
                if (await walk.LengthenAsync(floor, reach, cancellation).ConfigureAwait(false) && await walk.BeyondAsync(commits, reach, cancellation).ConfigureAwait(false) is { } beyond)
                {
                    return beyond;
                }
            }
        }
        catch (GitFailedException)
        {
            // A parent that is not there: where a history was cut off, git knows.
        }

        return null;
    }

    /// <summary>Reads the line of first parents, the floor first. False when it was read to its end before.</summary>
    private async Task<bool> LengthenAsync(string floor, int reach, CancellationToken cancellation)
    {
        var before = _line.Count;
        while (_line.Count < reach)
        {
            var next = floor;
            if (_line.Count > 0)
            {
                if (await _objects.ParentsOfAsync(_line[^1], cancellation).ConfigureAwait(false) is not [var parent, ..])
                {
                    break;
                }

                next = parent;
            }

            _places[next] = _line.Count;
            _line.Add(next);
        }

        return _line.Count > before;
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>?> BeyondAsync(IReadOnlyCollection<string> commits, int reach, CancellationToken cancellation)
    {
        if (await DownAsync(commits, reach, cancellation).ConfigureAwait(false) is not var (beyond, lowest))
        {
            return null;
        }

        // What came into the line above that place is all that the floor has and that place has not.
        var merged = new List<string>();
        foreach (var commit in _line.Take(lowest))
        {
            merged.AddRange((await _objects.ParentsOfAsync(commit, cancellation).ConfigureAwait(false)).Skip(1));
        }

        if (await DownAsync(merged, reach, cancellation).ConfigureAwait(false) is not var (held, _))
        {
            return null;
        }

        foreach (var commit in held.Keys)
        {
            beyond.Remove(commit);
        }

        return beyond;
    }

    /// <summary>All that lies above the line, and the lowest place at which it is met; null when it is not met near by.</summary>
    private async Task<(Dictionary<string, IReadOnlyList<string>> Above, int Lowest)?> DownAsync(IEnumerable<string> from, int reach, CancellationToken cancellation)
    {
        var above = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var lowest = 0;
        var left = new Stack<string>(from);
        while (left.TryPop(out var commit))
        {
            if (_places.TryGetValue(commit, out var place))
            {
                lowest = Math.Max(lowest, place);
            }
            else if (!above.ContainsKey(commit))
            {
                var parents = await _objects.ParentsOfAsync(commit, cancellation).ConfigureAwait(false);
                above[commit] = parents;
                if (parents.Count == 0 || above.Count > 4 * reach)
                {
                    return null;
                }

                foreach (var parent in parents)
                {
                    left.Push(parent);
                }
            }
        }

        return (above, lowest);
    }
}
