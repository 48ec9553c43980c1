using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>What a person does about a milestone now: sentences, then commands.</summary>
public readonly record struct Advice(Items<string> Sentences, Items<Command> Commands = default);

/// <summary>Says what is to be done about a milestone as it stands; mostly nothing.</summary>
public static class NextSteps
{
    /// <summary>For one milestone.</summary>
    /// <param name="state">The run.</param>
    /// <param name="index">The milestone's place in the plan.</param>
    /// <param name="alive">Whether a process works on the run.</param>
    public static Advice Of(RunState state, int index, bool alive)
    {
        var id = state.Plan.Milestones[index].Id;
        return state.Milestones[index].Phase switch
        {
            Phase.Integrated { Earlier: true } => new Advice(["Nothing: an earlier run did it."]),
            Phase.Integrated => state.Unlanded is { } why
                ? new Advice([$"It is integrated, and not on your branch yet: {why}."], [new Command("try again once nothing is in the way", "orchestrator run")])
                : new Advice(["Nothing: it is done."]),
            Phase.LeftOut => new Advice(["The run was told to leave it out."], [new Command("do it when the run has ended", $"orchestrator run --milestone {id}")]),
            Phase.Blocked blocked => new Advice([$"It waits for {blocked.By}, which was given up."], [new Command($"see what is wrong with {blocked.By}", $"orchestrator explain {blocked.By}")]),
            Phase.Failed { Code: "merge.unresolved" } => new Advice(["Merge it by hand: the agents could not bring both sides together. Or let it begin afresh, see below."], [.. Reproduction.MergeByHand(state, index), .. Afresh(state, index)]),
            Phase.Failed failed => new Advice([.. HintOf(failed.Code) is { } hint ? new[] { hint } : [], "Its work is kept, and a new attempt begins afresh on your branch as it is then."], Afresh(state, index)),
            Phase.Waiting or Phase.Working or Phase.Parked or Phase.Accepted => Underway(state, alive),
            _ => throw new InvalidOperationException($"Unknown phase {state.Milestones[index].Phase.GetType().Name}."),
        };
    }

    /// <summary>What usually helps against a failure; null where nothing general can be said.</summary>
    public static string? HintOf(string code) => code switch
    {
        "review.rounds" => "Read the findings. Make the milestone clearer or smaller, or raise 'review.rounds'.",
        "gate.rounds" => "Run the gate yourself, see below. Make the milestone clearer or smaller, or raise 'review.rounds'.",
        "work.unchanged" => "Two judges refuse it and the implementer leaves it as it is. Who is right is for you to say: write it into the milestone.",
        "work.repeated" => "Two judges pull in two directions. Say in the milestone which way is right.",
        "work.uncommittable" => "git refuses a name or a content that the agent leaves. Say in the milestone how to do without.",
        "work.secret" => "The agent leaves what looks like a key or password. Say in the milestone where to read it from; if it is none, allow it in 'secrets.allow'.",
        "worktree.setup" => "Run the command of 'worktree.setup' yourself in a fresh clone; its output is beside the turns of the milestone.",
        "integration.rejected" => "It is fine alone and not together with the others. Say in the milestone how they fit together.",
        "entry.unmet" => "Nothing was tried: what it takes for granted is not there. Provide it, or word the entry otherwise, then begin it afresh.",
        "agent.no-change" => "The milestone may be done already, or is unclear. Read the last transcript.",
        "agent.denied" => "The agent wants a tool that it does not have. Say in the milestone how to do without.",
        "agent.timeout" => "Raise 'timeout' or 'claude.turn_timeout_s', or make the milestone smaller.",
        "agent.max-turns" => "Raise 'claude.max_turns', or make the milestone smaller.",
        "agent.too-long" => "The conversation or an attachment is too large. Make the milestone smaller.",
        "agent.max-output" => "An answer is longer than the model may write. Make the milestone smaller.",
        "agent.model" => "The model does not exist for this account. Name another one.",
        "agent.refused" => "The model refuses the work. Read the last transcript, and word the milestone otherwise.",
        "agent.request" => "The provider calls the request wrong. Read the last transcript.",
        "agent.no-result" or "agent.error" or "agent.session" or "agent.wrong-answer" or "agent.crashes" or "review.no-verdict" => "Read the last transcript and what stands beside it in '.err'.",
        "budget.milestone" => "Raise 'budget_usd' or 'budget.milestone_usd', or make the milestone smaller.",
        "budget.turn" => "Raise the budget, or make the milestone smaller.",
        _ => null,
    };

    /// <summary>A run that has ended is never taken up again; one that has not keeps what it gave up.</summary>
    private static Items<Command> Afresh(RunState state, int index)
    {
        var id = state.Plan.Milestones[index].Id;
        return state.Final is Final.Completed or Final.WithFailures or Final.Abandoned
            ? [new Command("begin it afresh, in a new run with all that is not done", "orchestrator run"), new Command("the same for this one alone", $"orchestrator run --milestone {id}")]
            : [new Command("let this run end first", "orchestrator run"), new Command("then begin it afresh", $"orchestrator run --milestone {id}"), new Command("or give this run up and begin a new one at once", "orchestrator run --new")];
    }

    private static Advice Underway(RunState state, bool alive) => state.Final switch
    {
        null when alive => new Advice(["Nothing: it goes on by itself."]),
        null => new Advice(["No process works on it."], [new Command("go on where it ended", "orchestrator run")]),
        Final.LimitReached => new Advice(["The run ended at a limit."], [new Command("go on when the limit is over", "orchestrator run")]),
        _ => new Advice(["The run was stopped."], [new Command("go on", "orchestrator run")]),
    };
}
