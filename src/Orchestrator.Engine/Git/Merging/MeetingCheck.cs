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

        // A file that was moved is a change, even with the text it had.
        var @base = meeting.Moved && (meeting.Ours is null || meeting.Theirs is null) ? null : meeting.Base;
        if (new[] { @base, meeting.Ours, meeting.Theirs, result }.Any(e => e is not null && e.Kind != Kind.File))
        {
            return OfKinds(meeting with { Base = @base }, result, made, texts, elsewhere);
        }

        var lines = SideCheck.Look(meeting.Path, Text(@base, texts), Text(meeting.Ours, texts), Text(meeting.Theirs, texts), Text(result, texts), elsewhere);
        var kept = lines.Where(v => v.Loss != Loss.Whole || !made.HasElsewhere((v.Side == Side.Integrated ? meeting.Ours : meeting.Theirs)!, meeting.Names));
        return result is not null && OfMode(meeting, result) is { } mode ? kept.Append(mode) : kept;
    }

    /// <summary>Links and submodules have no lines, and only one of a link and a file can stand there.</summary>
    private static IEnumerable<Vanished> OfKinds(Meeting meeting, Entry? result, ResultTree made, IReadOnlyDictionary<string, string> texts, IReadOnlySet<string> elsewhere)
    {
        var old = meeting.Base;
        foreach (var (side, mine, other) in new[] { (Side.Integrated, meeting.Ours, meeting.Theirs), (Side.Milestone, meeting.Theirs, meeting.Ours) })
        {
            if (mine == old || mine == result)
            {
                continue;
            }

            if (mine is null)
            {
                if (result == old || other == old)
                {
                    yield return new Vanished(meeting.Path, side, 1, "it is back", Loss.Deletion);
                }
            }
            else if (mine.Kind != Kind.File)
            {
                var isNew = result?.Kind == mine.Kind && result != old && result != other; // a link or commit that stands for both
                if (!isNew && !made.HasElsewhere(mine, meeting.Names))
                {
                    yield return new Vanished(meeting.Path, side, 1, $"{mine.Kind.ToString().ToLowerInvariant()} {SideCheck.Excerpt(Text(mine, texts)!)}", Loss.Whole);
                }
            }
            else if (!made.HasElsewhere(mine, meeting.Names))
            {
                var before = old?.Kind == Kind.File ? Text(old, texts) : null;
                var now = result?.Kind == Kind.File ? Text(result, texts) : null;
                foreach (var lost in SideCheck.Look(meeting.Path, before, side == Side.Integrated ? Text(mine, texts) : before, side == Side.Milestone ? Text(mine, texts) : before, now, elsewhere))
                {
                    yield return lost;
                }
            }
        }
    }

    private static string? Text(Entry? entry, IReadOnlyDictionary<string, string> texts) => entry is null ? null : entry.Kind == Kind.Submodule ? entry.Object : texts[entry.Object];

    private static Vanished? OfMode(Meeting meeting, Entry result)
    {
        var old = Mode(meeting.Base) ?? "100644";
        var (ours, theirs) = (Mode(meeting.Ours) ?? old, Mode(meeting.Theirs) ?? old);
        var (side, wanted) = ours != old ? (Side.Integrated, ours) : theirs != old ? (Side.Milestone, theirs) : (Side.Neither, result.Mode);
        return side == Side.Neither || result.Mode == wanted ? null : new Vanished(meeting.Path, side, 1, $"mode {wanted}", Loss.Mode);

        static string? Mode(Entry? entry) => entry?.Kind == Kind.File ? entry.Mode : null;
    }
}
