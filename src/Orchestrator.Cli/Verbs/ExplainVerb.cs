using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>explain ID</c>: why a milestone waits or how it failed, what it went through, and what to do now. Reads only.</summary>
internal static class ExplainVerb
{
    private const int MostNamed = 20;

    public static int Run(Surroundings around, string folder, string name, string? run, bool json)
    {
        var (found, problem) = RunTale.Read(around, folder, run);
        if (found is not { } read || problem is not null)
        {
            around.Error.WriteLine(ProblemScreen.Text([problem!]));
            return ExitCode.Problems;
        }

        var plan = read.Tale.State.Plan;
        if (!MilestoneId.TryParse(name, out var id) || plan.IndexOf(id) is not { } index)
        {
            var known = string.Join(", ", plan.Milestones.Take(MostNamed).Select(m => m.Id));
            around.Error.WriteLine(ProblemScreen.Text([new Problem("explain.unknown", $"Run {read.Tale.State.Run} has no milestone '{name}'.", new Place("explain"), $"It has {known}{(plan.Milestones.Count > MostNamed ? ", …" : "")}.")]));
            return ExitCode.Problems;
        }

        around.Out.Write(json
            ? EvidenceJson.Milestone(read.Tale, index, read.Evidence)
            : ExplainScreen.Text(read.Tale, index, read.Alive, Path.GetRelativePath(around.Folder, read.Evidence.Of(id)), around.Time.LocalTimeZone));
        return ExitCode.Done;
    }
}
