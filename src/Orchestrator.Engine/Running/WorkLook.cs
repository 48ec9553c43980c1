using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Git.Guarding;
using Orchestrator.Engine.Git.Merging;

namespace Orchestrator.Engine.Running;

/// <summary>What is seen in committed work before anybody judges it: marks on the change, and what a resolved conflict lost.</summary>
internal sealed class WorkLook(RunContext context, Repository repository)
{
    private const int MostLost = 20;

    /// <summary>The marks on a milestone's whole change, and on what was put back.</summary>
    public async Task<Items<Mark>> MarksAsync(Order.Commit o, CommittedWork work, CancellationToken cancellation)
    {
        var planned = context.Planned(o.Milestone);
        var guard = new GuardContext(planned.Scope, context.Texts[o.Milestone], [.. context.Gates.Select(g => g.Run), .. planned.Verify]);
        var marks = work.Commit is { } commit ? await ChangeLook.LookAsync(repository, o.Base, commit, guard, cancellation, o.Tip == o.Base ? work.Difference : null).ConfigureAwait(false) : default;
        return [.. marks, .. work.PutBack.Select(path => new Mark(MarkKind.PutBack, path, "no milestone may change it"))];
    }

    /// <summary>What of either side is not in the resolution of a conflict.</summary>
    public async Task<Items<Finding>> LostAsync(Order.Commit o, CommittedWork work, CancellationToken cancellation)
    {
        if (o.Resolving is not { } earlier)
        {
            return default;
        }

        var lost = await SideLook.LookAsync(repository, o.Base, earlier, work.Commit ?? o.Tip, cancellation).ConfigureAwait(false);
        return lost.Take(MostLost).Select(v => new Finding(FindingSeverity.Critical, v.Path, v.Loss == Loss.Mark ? v.Line : null, Claim(v))).ToItems();
    }

    /// <summary>What an agent is told of the two sides of a conflict.</summary>
    public async Task<PromptMaterial> SidesAsync(Order.RunTurn o, PromptMaterial material, CancellationToken cancellation)
    {
        if (o.Resolving is not { } earlier || o.Brief.Role != Role.Resolve)
        {
            return material;
        }

        var before = (await repository.Git.RunAsync(repository.Places.Shadow, ["merge-base", o.Base, earlier], cancellation).ConfigureAwait(false)).Text;
        var paths = o.Brief.Findings.Select(f => f.File).OfType<string>();
        var log = await repository.Git.RunAsync(
            repository.Places.Shadow,
            ["--literal-pathspecs", "log", "--first-parent", "--no-ext-diff", "--no-textconv", $"--format=%(trailers:key={DoneHistory.MilestoneTrailer},valueonly,separator=%x2c)", $"{before}..{o.Base}", "--", .. paths],
            cancellation).ConfigureAwait(false);
        var others = log.Text.Split('\n').Select(line => MilestoneId.TryParse(line.Trim(), out var id) ? id : (MilestoneId?)null).OfType<MilestoneId>().Distinct().Where(context.Texts.ContainsKey);
        return material with { Sides = new ConflictSides(before, o.Base, earlier), Others = [.. others.Select(id => (id, context.Texts[id]))] };
    }

    private static string Claim(Vanished v)
    {
        var whose = v.Side switch { Side.Integrated => "what was integrated", Side.Milestone => "the milestone's own change", _ => "nobody" };
        var what = v.Excerpt.Length > 0 ? $": {v.Excerpt}" : ".";
        return v.Loss switch
        {
            Loss.Lines => $"Lines of {whose} are not in the result{what}",
            Loss.Deletion => $"What {whose} deleted is back{what}",
            Loss.Whole => $"The file as {whose} has it is not in the result{what}",
            Loss.LineEnds => $"The line ends are not as {whose} has them.",
            Loss.Mode => $"The file's mode is not as {whose} has it.",
            Loss.Mark => $"A conflict mark was left{what}",
            _ => throw new InvalidOperationException($"Unknown loss {v.Loss}."),
        };
    }
}
