using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>The words of notices: what happened, and at the end what to do.</summary>
public static class NoticeText
{
    private const int MostNamed = 5;
    private const int MostOfMessage = 300;
    private const string Branches = "refs/heads/";

    /// <summary>What a person should know at once and what is no fact of the run: the disk refuses, a part of the program failed.</summary>
    public static Notice OfAlarm(string text, DateTimeOffset at) =>
        new(NoticeKind.Alarm, at, "needs you", $"{Sentence(text)} 'orchestrator status' shows how it stands; look there, and at the log.");

    internal static Notice OfFailure(RunState state, int index, Phase.Failed failed, DateTimeOffset at)
    {
        var id = state.Plan.Milestones[index].Id;
        var hint = NextSteps.HintOf(failed.Code) is { } known ? " " + known : "";
        return failed.Code == "merge.unresolved"
            ? new Notice(NoticeKind.Unresolved, at, $"{id} needs you", $"{id} ({failed.Code}): {Sentence(failed.Message)} Merge it by hand: 'orchestrator explain {id}' gives the commands.") { Milestone = id, Code = failed.Code }
            : new Notice(NoticeKind.MilestoneFailed, at, $"{id} failed", $"{id} was given up ({failed.Code}): {Sentence(failed.Message)}{hint}{Waiting(state, id)} The run goes on without it; 'orchestrator explain {id}' says what to do.") { Milestone = id, Code = failed.Code };
    }

    internal static Notice OfLimit(Limit limit, DateTimeOffset at, Func<DateTimeOffset, string> show)
    {
        var whom = limit.Model is null ? "everything" : limit.Model.Length > 0 ? $"the model {limit.Model}" : "the default model";
        return new Notice(NoticeKind.Limit, at, "limit", $"The provider refuses {whom} until {show(limit.Until)}: {Sentence(limit.Message)} The run waits and goes on by itself; nothing is to be done.") { Until = limit.Until };
    }

    internal static Notice OfStandstill(RunState state, DateTimeOffset at) => new(
        NoticeKind.Standstill, at, "stands still", $"Nothing new begins: {Sentence(state.Machine.Reason)} Make room, and it goes on by itself.");

    /// <summary>How a run ended; null when nobody has to be told: who stopped it himself knows.</summary>
    internal static Notice? OfEnd(RunState state, DateTimeOffset at, Func<DateTimeOffset, string> show) => state.Final switch
    {
        Final.Completed when state.IsUndelivered => new Notice(
            NoticeKind.Unlanded, at, "finished, not on your branch",
            $"Run {state.Run} is finished: {Done(state)}{Cost(state)}. But {Target(state)} was left alone: {Sentence(state.Unlanded ?? "the pull request could not be made")} Clear the way, then run 'orchestrator run'."),
        Final.Completed => new Notice(
            NoticeKind.Finished, at, "finished",
            $"Run {state.Run} is finished: {Done(state)}{Cost(state)}.{(state.Unlanded is { } where ? " " + Sentence(Capital(where)) : "")} Look at the merges{(state.Unlanded is null ? $" on {Target(state)}" : "")}, e.g. with 'orchestrator report'."),
        Final.WithFailures => new Notice(NoticeKind.WithFailures, at, "ended with failures", $"Run {state.Run} has ended: {Done(state)}{Cost(state)}. {Failures(state)}"),
        Final.Stopped { Code: "operator" } => null,
        Final.Stopped stopped => new Notice(
            NoticeKind.Stopped, at, "needs you", $"Run {state.Run} has stopped ({stopped.Code}): {Sentence(stopped.Message)} {HintOf(stopped.Code)}, then run 'orchestrator run'; it goes on where it stopped.") { Code = stopped.Code },
        Final.LimitReached limit => new Notice(
            NoticeKind.AtLimit, at, "ended at a limit", $"Run {state.Run} has ended at a limit: {Sentence(limit.Message)} Come back at {show(limit.Until)} and run 'orchestrator run'.") { Until = limit.Until },
        Final.Abandoned => null,
        _ => throw new InvalidOperationException($"Unknown end {state.Final?.GetType().Name}."),
    };

    /// <summary>What lifts a reason to stop.</summary>
    private static string HintOf(string code) => code switch
    {
        "agent.login" => "Log in with 'claude'",
        "agent.credits" => "Add credits, or name another model",
        "agent.organization" => "Ask whoever manages the account",
        "agent.start" => "See in the log why the agent's program does not start, and mend that",
        "budget.stage" or "budget.run" => "Raise the budget in the settings",
        "budget.unreadable" => "Look at the last transcript, or take the budget out of the settings",
        "limit.persists" => "Look at the account",
        "target.gone" => "Bring the branch back",
        "target.forged" => "Look at what was committed to the branch, and take it back",
        "signal" => "If nobody meant that, start it where it can stay, e.g. in tmux",
        "target.moving" => "Let nobody push to the branch for a while",
        "proof.failed" => "Look at the merge on the branch",
        _ => "Mend that",
    };

    private static string Failures(RunState state)
    {
        var failed = Named(state, phase => phase is Phase.Failed);
        var blocked = Named(state, phase => phase is Phase.Blocked);
        var first = state.Milestones.Next(PhaseKinds.Failed);
        var what = (failed.Length > 0 ? $"Failed: {failed}." : "") + (blocked.Length > 0 ? $"{(failed.Length > 0 ? " " : "")}Not begun, for they need others: {blocked}." : "");
        var unlanded = state.IsUndelivered ? $" And {Target(state)} was left alone: {Sentence(state.Unlanded ?? "the pull request could not be made")}" : "";
        var look = first >= 0 ? $"'orchestrator explain {state.Plan.Milestones[first].Id}' says why and what to do" : "'orchestrator status' says why";
        return $"{what}{unlanded} {look}; then run 'orchestrator run'.";
    }

    private static string Waiting(RunState state, MilestoneId id)
    {
        var blocked = Named(state, phase => phase is Phase.Blocked b && b.By == id);
        return blocked.Length > 0 ? $" {blocked} cannot be done without it." : "";
    }

    private static string Named(RunState state, Func<Phase, bool> which)
    {
        var ids = state.Plan.Milestones.Where((_, i) => which(state.Milestones[i].Phase)).Select(m => m.Id).ToList();
        return string.Join(", ", ids.Take(MostNamed)) + (ids.Count > MostNamed ? $" and {ids.Count - MostNamed} more" : "");
    }

    private static string Done(RunState state)
    {
        var done = state.Milestones.CountOf(PhaseKinds.Integrated);
        var chosen = state.Milestones.Count - state.Milestones.CountOf(PhaseKinds.LeftOut);
        return $"{done} of {chosen} milestones {(chosen == 1 ? "is" : "are")} done";
    }

    private static string Cost(RunState state) => state.Usage.CostUsd > 0 ? FormattableString.Invariant($", {state.Usage.CostUsd:0.00} USD") : "";

    private static string Target(RunState state) => state.Target.StartsWith(Branches, StringComparison.Ordinal) ? state.Target[Branches.Length..] : state.Target;

    private static string Capital(string text) => text.Length > 0 ? char.ToUpperInvariant(text[0]) + text[1..] : text;

    /// <summary>One line of what an agent, a tool or the provider said, with one full stop.</summary>
    private static string Sentence(string text)
    {
        var line = Plain.Line(Plain.Cut(Plain.Bare(text.Trim()).ReplaceLineEndings(" ").Replace('\t', ' '), MostOfMessage)).TrimEnd();
        return line.Length > 0 && line[^1] is '.' or '!' or '?' or '…' ? line : line + ".";
    }
}
