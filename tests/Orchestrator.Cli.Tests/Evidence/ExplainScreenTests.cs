using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Tests.Evidence;

/// <summary>The page of <c>explain</c> as approved text.</summary>
public sealed class ExplainScreenTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);

    [Fact]
    public void One_of_a_pair_that_is_red_together_is_told_with_whom_and_what_to_do()
    {
        var text = ExplainScreen.Text(Pair(), 1, alive: true, ".orchestrator/runs/run/1B", TimeZoneInfo.Utc);

        Assert.Equal(
            """
            1B  The second
            failed (integration.rejected): The gates fail on it merged together with 1A; without it they pass. (1 attempts)
            run run; attempt 1 of 1, round 0 of 3; 2 turns; 0.00 USD

            What happened
              22:00:01  worktree ready at base
              22:00:02  implementer: done
              22:00:03  committed work-1B, 1 file; marked: fewer tests (tests.cs)
              22:00:04  reviewer: approved, with 1 remark
              22:00:05  gates green; flaky: moody
              22:00:05  accepted; waits to be merged
              22:00:06  merged into the candidate cand-1A1B with 1A
              22:00:07  the candidate's gates red: moody
              22:00:10  merged into the candidate cand-1B
              22:00:11  the candidate's gates green; flaky: moody
              22:00:11  failed (integration.rejected): The gates fail on it merged together with 1A; without it they pass. (1 attempts)

            What stands against it
              critical: The gates fail on it merged together with 1A; without it they pass. The gate 'moody' fails: no (bisection, attempt 1, round 0)
              Of others: 1 remark, blocks nothing.

            Marks
              fewer tests: tests.cs (9 before, 8 now)

            Exit criteria
              It is nice
                proved by the reviewer: seen in a.cs

            Gates, when they ran last
              moody: flaky, failed and then passed on the same files

            Merges
              22:00:06  candidate cand-1A1B with 1A: red
              22:00:10  candidate cand-1B: green, to find the guilty
              bisection: 1B and 1A are red together; 1B was sent back

            What to do
              It is fine alone and not together with the others. Say in the milestone how they fit together.
              Its work is kept, and a new attempt begins afresh on your branch as it is then.
              # let this run end first
              orchestrator run
              # then begin it afresh
              orchestrator run --milestone 1B
              # or give this run up and begin a new one at once
              orchestrator run --new

            See for yourself, in the main checkout
              # see the change
              git diff base work-1B
              # have its files in a folder of their own
              git worktree add --detach ../look-1B work-1B
              # run the gate 'moody' there
              (cd ../look-1B && CI=1 sh -c ./moody)
              # see the merge
              git log --first-parent --stat base..cand-1B
              # speak with the agent, in its worktree
              (cd .worktree/1B && claude --resume SESSION)

            Where it lies
              .orchestrator/runs/run/1B/evidence.json  all of this, and more
              .orchestrator/runs/run/1B/turns/  what the agents were told and what they did
              .orchestrator/runs/run/1B/gates/GATES/  what the gates printed last
              branch orchestrator/run/1B, commit work-1B

            """,
            System.Text.RegularExpressions.Regex.Replace(System.Text.RegularExpressions.Regex.Replace(text, "--resume [0-9a-f-]+", "--resume SESSION"), "gates/t[0-9]+/", "gates/GATES/"));
    }

    /// <summary>Two milestones that are each fine and red together.</summary>
    private static Tale Pair()
    {
        RunState? state = null;
        Chronicle? chronicle = null;
        Take(new Event.RunStarted(new RunId("run"), [Planned("1A", "The first"), Planned("1B", "The second")], new Policy(RetryAttempts: 1), "refs/heads/main", "base", default, default), 0);
        for (var second = 1; state!.Culprits.Count == 0; second++)
        {
            Assert.True(second < 30);
            foreach (var order in Conductor.Decide(state, new Event.Woke(), Start.AddSeconds(second)).Orders.Where(o => o is not Order.Wake))
            {
                Take(Answer(order), second);
            }
        }

        return new Tale(state, chronicle!, [new GateCommand("moody", "./moody")]);

        void Take(Event fact, int second)
        {
            var next = Conductor.Fold(state, fact, Start.AddSeconds(second));
            chronicle = Chronicle.Take(chronicle, fact, state, next, Start.AddSeconds(second));
            state = next;
        }
    }

    private static Milestone Planned(string id, string title) => new(MilestoneId.Parse(id), title, "hash", default, Criteria: ["It is nice"]);

    private static Event Answer(Order order) => order switch
    {
        Order.Prepare o => new Event.WorktreeReady(o.Ticket, "base", null),
        Order.RunTurn { Brief.Role: Role.Review } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Approved("fine", [new Finding(FindingSeverity.Minor, "a.cs", 1, "a typo")], [new CriterionProof(1, ProvedBy.Reviewer, "seen in a.cs")]), default),
        Order.RunTurn o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Completed("done"), default),
        Order.Commit o => new Event.WorkCommitted(o.Ticket, $"work-{o.Milestone}", 1, null, default, o.Milestone.Task == "B" ? [new Mark(MarkKind.FewerTests, "tests.cs", "9 before, 8 now")] : default),
        Order.RunGates o => new Event.GateFinished(o.Ticket, [new GateResult("moody", true, "", Flaky: true)]),
        Order.BuildCandidate o => new Event.CandidateBuilt(o.Ticket, "base", "base", $"cand-{string.Concat(o.Batch.Select(b => b.Id))}", o.Batch.Select(b => b.Id).ToItems(), default),
        Order.TestCandidate o => new Event.GateFinished(o.Ticket, [o.Milestones.Count > 1 ? new GateResult("moody", false, "no") : new GateResult("moody", true, "", Flaky: true)]),
        Order.Publish o => new Event.Published(o.Ticket, o.Candidate, null, Proof.Whole),
        _ => throw new InvalidOperationException($"Unknown order {order}."),
    };
}
