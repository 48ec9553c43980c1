namespace Orchestrator.Engine.Git.Merging;

/// <summary>Looks at one file with all that git knows of it: its name, its mode, what it is, and its text.</summary>
internal static class MeetingCheck
{
    /// <summary>What of it vanished. Of several names that the result may have it under, the best counts.</summary>
    public static IReadOnlyList<Vanished> Look(Meeting meeting, ResultTree made, IReadOnlyDictionary<string, string> texts, IReadOnlySet<string> elsewhere)
    {
        var names = meeting.Names.Where(name => made.At(name) is not null).DefaultIfEmpty(meeting.Path);
        return names.Select(name => At(meeting, name, made, texts, elsewhere).ToList()).MinBy(list => list.Count)!;
    }

    private static IEnumerable<Vanished> At(Meeting meeting, string name, ResultTree made, IReadOnlyDictionary<string, string> texts, IReadOnlySet<string> elsewhere)
    {
        var result = made.At(name);
        if (result is null && meeting is { MovedFrom: { } from, Mover: not Side.Neither } && made.At(from) is not null)
        {
            yield return new Vanished(meeting.Path, meeting.Mover, 1, $"moved here from {from}", Loss.Whole);
        }

        // A file that was moved is a change, even with the text it had.
        var @base = meeting.MovedFrom is not null && (meeting.Ours is null || meeting.Theirs is null) ? null : meeting.Base;
        var kinds = new[] { @base, meeting.Ours, meeting.Theirs, result }.OfType<Entry>().Select(e => e.Kind).Distinct().ToList();
        foreach (var vanished in kinds.Count <= 1
            ? SideCheck.Look(meeting.Path, Text(@base), Text(meeting.Ours), Text(meeting.Theirs), Text(result), elsewhere).Where(v => !IsElsewhere(v))
            : OfKinds(@base, result))
        {
            yield return vanished;
        }

        if (result?.Kind == Kind.File && OfMode(meeting, result) is { } mode)
        {
            yield return mode;
        }

        string? Text(Entry? entry) => entry is null ? null : entry.Kind == Kind.Submodule ? entry.Object : texts[entry.Object];

        bool IsElsewhere(Vanished vanished) => vanished.Loss == Loss.Whole && Of(vanished.Side) is { } entry && made.HasElsewhere(entry, meeting.Names);

        Entry? Of(Side side) => side == Side.Integrated ? meeting.Ours : meeting.Theirs;

        // A file and a link, or a submodule: only one of them can stand there.
        IEnumerable<Vanished> OfKinds(Entry? old, Entry? now)
        {
            foreach (var side in new[] { Side.Integrated, Side.Milestone })
            {
                var mine = Of(side);
                if (mine == old || (mine is null && (old is null || now != old)))
                {
                    continue;
                }

                if (mine is null)
                {
                    yield return new Vanished(meeting.Path, side, 1, "it is back", Loss.Deletion);
                }
                else if (mine.Kind == now?.Kind)
                {
                    var before = old?.Kind == mine.Kind ? Text(old) : null;
                    foreach (var lost in SideCheck.Look(meeting.Path, before, side == Side.Integrated ? Text(mine) : before, side == Side.Milestone ? Text(mine) : before, Text(now), elsewhere))
                    {
                        yield return lost;
                    }
                }
                else if (!made.HasElsewhere(mine, meeting.Names) && !(mine.Kind == Kind.File && SideCheck.Look(meeting.Path, null, Text(mine), null, null, elsewhere).Count == 0))
                {
                    yield return new Vanished(meeting.Path, side, 1, $"{mine.Kind.ToString().ToLowerInvariant()} {SideCheck.Excerpt(Text(mine)!.Split('\n')[0])}", Loss.Whole);
                }
            }
        }
    }

    private static Vanished? OfMode(Meeting meeting, Entry result)
    {
        var old = Mode(meeting.Base) ?? "100644";
        var (ours, theirs) = (Mode(meeting.Ours) ?? old, Mode(meeting.Theirs) ?? old);
        var (side, wanted) = ours != old ? (Side.Integrated, ours) : theirs != old ? (Side.Milestone, theirs) : (Side.Neither, result.Mode);
        return side == Side.Neither || result.Mode == wanted ? null : new Vanished(meeting.Path, side, 1, $"mode {wanted}", Loss.Mode);

        static string? Mode(Entry? entry) => entry?.Kind == Kind.File ? entry.Mode : null;
    }
}
