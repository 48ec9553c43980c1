using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>A command for a person's shell, to be given in the main checkout.</summary>
/// <param name="What">What it is for.</param>
/// <param name="Text">The command.</param>
public readonly record struct Command(string What, string Text);

/// <summary>A gate as a person runs it by hand.</summary>
public readonly record struct GateCommand(string Name, string Run);

/// <summary>The exact commands with which a person sees for themselves what was seen.</summary>
public static class Reproduction
{
    /// <summary>For one milestone: its change, its files in a folder of their own, its gates, its merges, its conversation.</summary>
    /// <param name="state">The run.</param>
    /// <param name="index">The milestone's place in the plan.</param>
    /// <param name="chronicle">The run's chronicle.</param>
    /// <param name="gates">The gates of the settings.</param>
    public static Items<Command> Of(RunState state, int index, Chronicle chronicle, IEnumerable<GateCommand> gates)
    {
        var milestone = state.Milestones[index];
        var planned = state.Plan.Milestones[index];
        if ((milestone.Tip ?? milestone.Resolving) is not { } tip)
        {
            return default;
        }

        var commands = new List<Command>();
        if (milestone.Base is { } start)
        {
            commands.Add(new Command("see the change", $"git diff {start} {tip}"));
        }

        var folder = $"../look-{planned.Id}";
        commands.Add(new Command("have its files in a folder of their own", $"git worktree add --detach {folder} {tip}"));
        commands.AddRange(gates.Concat(planned.Verify.Select(run => new GateCommand($"{planned.Id}: {run}", run))).Select(gate => Gate(gate, folder)));
        if (chronicle.Candidates.LastOrDefault(c => c.Commit is not null && c.Merged.Contains(planned.Id)) is { } candidate)
        {
            commands.Add(new Command("see the merge", $"git log --first-parent --stat {candidate.Onto}..{candidate.Commit}"));
            if (candidate.End == CandidateEnd.Red)
            {
                commands.Add(new Command("have the red candidate in a folder of its own", $"git worktree add --detach {folder}-merged {candidate.Commit}"));
            }
        }

        if (milestone.Phase is not Phase.Integrated && milestone.Writer != default)
        {
            commands.Add(new Command("speak with the agent, in its worktree", $"(cd .worktree/{planned.Id} && claude --resume {milestone.Writer})"));
        }

        return commands.ToItems();
    }

    /// <summary>
    /// The commands with which a person merges a milestone's work whose conflict no agent could resolve. The trailers
    /// are what makes it done: the next run reads them from the branch's history.
    /// </summary>
    public static Items<Command> MergeByHand(RunState state, int index)
    {
        var milestone = state.Milestones[index];
        if ((milestone.Resolving ?? milestone.Tip) is not { } work)
        {
            return default;
        }

        var planned = state.Plan.Milestones[index];
        var branch = state.Target.StartsWith("refs/heads/", StringComparison.Ordinal) ? state.Target["refs/heads/".Length..] : state.Target;
        var commands = new List<Command> { new("be on the branch", $"git switch {Quote(branch)}") };
        if (state.Policy.Publish != PublishMode.FastForward || state.Unlanded is not null)
        {
            commands.Add(new Command("have what the run integrated", $"git merge {state.Tip}"));
        }

        commands.Add(new Command("bring both sides together", $"git merge --no-ff --no-commit {work}"));
        commands.Add(new Command(
            "mend the files that it names, 'git add' each, run the gates, then commit it as done",
            $"git commit -m {Quote($"Merge milestone {planned.Id}: {Plain.Line(planned.Title)}")} --trailer 'Orchestrator-Milestone: {planned.Id}' --trailer 'Orchestrator-Run: {state.Run}' --trailer 'Orchestrator-Milestone-Hash: {planned.Hash}'"));
        commands.Add(new Command($"{planned.Id} is done; go on with what needs it", "orchestrator run"));
        return commands.ToItems();
    }

    /// <summary>A text as one word of a POSIX shell.</summary>
    public static string Quote(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '@' or ':' or '+')
        ? text
        : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static Command Gate(GateCommand gate, string folder) => new($"run the gate '{Plain.Line(gate.Name)}' there", $"(cd {folder} && CI=1 sh -c {Quote(gate.Run)})");
}
