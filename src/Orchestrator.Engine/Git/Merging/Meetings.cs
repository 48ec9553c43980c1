namespace Orchestrator.Engine.Git.Merging;

/// <summary>A file as it is in the base, on both sides, and under which names the result may have it.</summary>
/// <param name="Path">Its name.</param>
/// <param name="Base">As both began.</param>
/// <param name="Ours">As it was integrated.</param>
/// <param name="Theirs">As the milestone has it.</param>
/// <param name="Names">Where the result may have it.</param>
/// <param name="Moved">Whether it had another name in the base.</param>
internal sealed record Meeting(string Path, Entry? Base, Entry? Ours, Entry? Theirs, IReadOnlyList<string> Names, bool Moved = false)
{
    /// <summary>What is there of it.</summary>
    public IEnumerable<Entry> Entries => new[] { Base, Ours, Theirs }.OfType<Entry>();
}

/// <summary>Finds out which files are to be looked at, and which belongs to which where they were moved.</summary>
internal static class Meetings
{
    /// <summary>The files in conflict, and those that the result has otherwise than git's merge.</summary>
    /// <param name="stages">The conflicts.</param>
    /// <param name="differs">Where git's merge and the result differ.</param>
    /// <param name="ours">What changed between the base and what was integrated.</param>
    /// <param name="theirs">What the milestone changed.</param>
    public static IEnumerable<Meeting> Of(IReadOnlyList<Stages> stages, IReadOnlyList<Difference> differs, IReadOnlyList<Difference> ours, IReadOnlyList<Difference> theirs)
    {
        var sides = new Sides(ours, theirs);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in stages.Where(s => s.Of is [not null, null, null])) // moved to two names, or gone on both sides
        {
            if (sides.MovedTo(one.Path) is var (toOurs, toTheirs))
            {
                seen.UnionWith([one.Path, toOurs.Path, toTheirs.Path]);
                yield return new Meeting(toOurs.Path, one.Of[0], toOurs.New, toTheirs.New, [toOurs.Path, toTheirs.Path], Moved: true);
            }
        }

        foreach (var one in stages.Where(s => seen.Add(s.Path)))
        {
            yield return new Meeting(one.Path, one.Of[0], one.Of[1], one.Of[2], [one.Path], sides.At(one.Path)?.Moved ?? false);
        }

        foreach (var path in differs.Select(d => GitOutput.WithoutSide(d.Path)).Where(seen.Add))
        {
            if (sides.At(path) is { } meeting)
            {
                yield return meeting;
            }
        }
    }

    /// <summary>Files that a side moved away, and that are back under their old name.</summary>
    public static IEnumerable<Vanished> MovedBack(IReadOnlyList<Difference> differs, IReadOnlyList<Difference> ours, IReadOnlyList<Difference> theirs)
    {
        var back = differs.Where(d => d.Old is null).Select(d => d.Path).ToHashSet(StringComparer.Ordinal);
        return new[] { (ours, Side.Integrated), (theirs, Side.Milestone) }.SelectMany(side =>
            side.Item1.Where(d => d.From != d.Path && back.Contains(d.From)).Select(d => new Vanished(d.From, side.Item2, 1, $"moved to {d.Path}", Loss.Deletion)));
    }

    /// <summary>What both sides did, by name.</summary>
    private sealed class Sides(IReadOnlyList<Difference> ours, IReadOnlyList<Difference> theirs)
    {
        private readonly Dictionary<string, Difference> _ours = ours.ToDictionary(d => d.Path, StringComparer.Ordinal);
        private readonly Dictionary<string, Difference> _theirs = theirs.ToDictionary(d => d.Path, StringComparer.Ordinal);
        private readonly ILookup<string, Difference> _oursFrom = ours.ToLookup(d => d.From, StringComparer.Ordinal);
        private readonly ILookup<string, Difference> _theirsFrom = theirs.ToLookup(d => d.From, StringComparer.Ordinal);

        /// <summary>Where both moved a file to.</summary>
        public (Difference Ours, Difference Theirs)? MovedTo(string path) =>
            _oursFrom[path].FirstOrDefault(d => d.Path != path) is { } one && _theirsFrom[path].FirstOrDefault(d => d.Path != path) is { } other ? (one, other) : null;

        /// <summary>A file as the sides' changes have it; null when neither changed it.</summary>
        public Meeting? At(string path)
        {
            var (one, other) = (_ours.GetValueOrDefault(path), _theirs.GetValueOrDefault(path));
            if ((one ?? other) is not { } known)
            {
                return null;
            }

            var moved = one is not null && one.From != path ? one : other is not null && other.From != path ? other : null;
            var from = moved?.From ?? path;
            var old = (moved ?? known).Old;
            one ??= _oursFrom[from].FirstOrDefault();
            other ??= _theirsFrom[from].FirstOrDefault();
            return new Meeting(path, old, one is null ? old : one.New, other is null ? old : other.New, [path], moved is not null);
        }
    }
}
