using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Screens;

/// <summary>One agent on the whole screen: what it says and does, the latest at the bottom.</summary>
internal static class FollowFrame
{
    /// <summary>The lines, from the top.</summary>
    /// <param name="story">All of its story that there is, as lines of at most <paramref name="width"/> columns.</param>
    /// <param name="state">The run.</param>
    /// <param name="index">The milestone's place.</param>
    /// <param name="width">How many columns there are.</param>
    /// <param name="height">How many lines there are.</param>
    /// <param name="back">How many lines to go back from the end.</param>
    /// <param name="ink">The colours.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> story, RunState state, int index, int width, int height, int back, Ink ink)
    {
        var standing = WaitingFor.Of(state, index);
        var title = $"{state.Plan.Milestones[index].Id}: {LiveFrame.Plainly(state.Plan.Milestones[index].Title)}, {LiveFrame.Plainly(standing.Text.Length > 0 ? standing.Text : standing.State.ToString().ToLowerInvariant())}";
        var room = Math.Max(1, height - 4);
        var from = Math.Max(0, story.Count - room - Math.Min(back, Math.Max(0, story.Count - room)));
        List<string> lines = [ink.Bold(Columns.Cut(title, width)), "", .. story.Skip(from).Take(room)];
        while (lines.Count < height - 2)
        {
            lines.Add("");
        }

        var later = story.Count - from - room;
        return [.. lines, "", ink.Cyan(Columns.Cut($"esc back   up, down{(later > 0 ? $"   {later} lines below, end shows the latest" : "")}", width))];
    }
}
