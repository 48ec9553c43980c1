using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;

namespace Orchestrator.Cli.Verbs;

/// <summary>What of the stories is wanted.</summary>
/// <param name="Name">The milestone; null for all of them.</param>
/// <param name="Run">Another run than the latest.</param>
/// <param name="Turn">Only this turn, from 1.</param>
/// <param name="Follow">Whether to go on with what is said.</param>
internal sealed record LogsRequest(string? Name, string? Run, int? Turn, bool Follow);

/// <summary><c>logs</c>: the agents' own story of a milestone. Reads only, beside whoever writes.</summary>
internal static class LogsVerb
{
    private const int MostNamed = 20;

    public static async Task<int> RunAsync(Surroundings around, string folder, LogsRequest asked, CancellationToken stop)
    {
        var (found, problem) = RunTale.Read(around, folder, asked.Run);
        if (found is not { } tale || problem is not null)
        {
            return Refuse(around, problem!);
        }

        var paper = new StoryPaper(around);
        if (asked.Name is null)
        {
            return asked.Turn is not null ? Refuse(around, new Problem("logs.turn", "A turn is one of a milestone's.", new Place("--turn"), "Name the milestone too: orchestrator logs 1A --turn 1."))
                : asked.Follow ? await new StoryFollow(around, paper, folder, asked.Run).AllAsync(tale, stop).ConfigureAwait(false)
                : List(tale, paper);
        }

        var plan = tale.Tale.State.Plan;
        if (!MilestoneId.TryParse(asked.Name, out var id) || plan.IndexOf(id) is not { } index)
        {
            return Refuse(around, Unknown(tale.Tale.State, asked.Name));
        }

        var turns = tale.Evidence.Transcripts(id).Select(t => t.Ticket).Distinct().ToList();
        if (asked.Turn is { } number && (number < 1 || number > turns.Count))
        {
            return Refuse(around, new Problem("logs.no-turn", $"{id} has no turn {number} in run {tale.Tale.State.Run}.", new Place("--turn"), turns.Count switch
            {
                0 => "It had none yet.",
                1 => "It had one: --turn 1.",
                _ => $"It had {turns.Count}: --turn 1 to --turn {turns.Count}.",
            }));
        }

        var only = asked.Turn is { } chosen ? turns[chosen - 1] : (long?)null;
        var tail = new StoryTail(tale.Evidence, id, ticket => only is null || ticket == only);
        if (asked.Follow)
        {
            return await new StoryFollow(around, paper, folder, asked.Run).OneAsync(tale, index, tail, only, stop).ConfigureAwait(false);
        }

        paper.Write(tail.Look(tale.Tale.Chronicle.Milestones[index]));
        if (turns.Count == 0)
        {
            paper.Write($"{id} had no turn yet. {Sentence(WaitingFor.Of(tale.Tale.State, index))}\n");
        }

        return ExitCode.Done;
    }

    private static int List(RunTale tale, StoryPaper paper)
    {
        var state = tale.Tale.State;
        var rows = state.Plan.Milestones.Select((m, i) => new StoryRow(m.Id, WaitingFor.Of(state, i), tale.Evidence.Transcripts(m.Id).Select(t => t.Ticket).Distinct().Count(), tale.Alive ? NowOf(tale, i) : null)).ToList();
        paper.Write(paper.Screen.List($"Run {state.Run}: {StatusScreen.Word(state, tale.Alive)}", rows));
        paper.Write("\n'orchestrator logs ID' tells what the agents of one did; --follow goes on with what they do.\n");
        return ExitCode.Done;
    }

    private static string? NowOf(RunTale tale, int index)
    {
        if (tale.Tale.State.Milestones[index].Phase is not Phase.Working { Step: Step.Turn } working
            || tale.Evidence.TranscriptOf(tale.Tale.State.Plan.Milestones[index].Id, working.Ticket) is not { } transcript)
        {
            return null;
        }

        var file = new StoryFile(transcript.File);
        file.ReadOn();
        return file.Now;
    }

    private static Problem Unknown(RunState state, string name)
    {
        // The letters may be small, or the stage alone be right.
        var upper = name.ToUpperInvariant();
        var all = state.Plan.Milestones.Select(m => m.Id).ToList();
        var near = all.Where(id => id.ToString() == upper).ToList();
        near = near.Count > 0 ? near : MilestoneId.TryParse(upper, out var meant) ? [.. all.Where(id => id.Stage == meant.Stage)] : [];
        var named = near.Count > 0 ? near : all;
        return new Problem(
            "logs.unknown", $"Run {state.Run} has no milestone '{name}'.", new Place("logs"),
            $"{(near.Count == 1 ? "Perhaps you mean" : "It has")} {string.Join(", ", named.Take(MostNamed))}{(named.Count > MostNamed || (near.Count > 1 && near.Count < all.Count) ? ", …" : "")}.");
    }

    private static string Sentence(Standing standing) => standing.Text.Length > 0 ? $"{standing.State}: {LiveFrame.Plainly(standing.Text)}." : $"{standing.State}.";

    private static int Refuse(Surroundings around, Problem problem)
    {
        around.Error.WriteLine(ProblemScreen.Text([problem]));
        return ExitCode.Problems;
    }
}
