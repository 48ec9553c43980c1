using System.Globalization;
using System.Text;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests;

/// <summary>A whole state and its orders in a few lines that a person can check.</summary>
internal static class ShortForm
{
    public static string Of(RunState state, IReadOnlyList<Order> orders)
    {
        var text = new StringBuilder(Run(state)).Append('\n');
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            text.Append(Milestone(state, i)).Append('\n');
        }

        if (state.Integration is not Integration.Idle { NotBefore: null })
        {
            text.Append(Queue(state)).Append('\n');
        }

        return text.Append("orders: ").Append(orders.Count == 0 ? "none" : string.Join(", ", orders.Select(o => Of(state, o)))).Append('\n').ToString();
    }

    public static string Milestone(RunState state, int i)
    {
        var id = state.Plan.Milestones[i].Id;
        var m = state.Milestones[i];
        var phase = m.Phase switch
        {
            Phase.Waiting => "waiting",
            Phase.LeftOut => "left out",
            Phase.Working p => Step(state, id, p.Step, $" {p.Ticket}"),
            Phase.Parked p => $"parked {p.Reason} until {Time(state, p.Until)} \"{p.Message}\", then {Step(state, id, p.Step, "")}",
            Phase.Accepted p => $"accepted @{p.Tip}",
            Phase.Integrated p => $"done @{p.Merge}{(p.Earlier ? " earlier" : "")}",
            Phase.Failed p => $"failed {p.Code} \"{p.Message.ReplaceLineEndings(" ")}\"",
            Phase.Blocked p => $"blocked by {p.By}",
            _ => throw new InvalidOperationException($"Unknown phase {m.Phase.GetType().Name}."),
        };
        return $"{id}: {phase}{Counts(m)}";
    }

    private static string Run(RunState s)
    {
        var parts = new List<string> { $"run: tip {s.Tip}" };
        void Add(bool say, string what)
        {
            if (say)
            {
                parts.Add(what);
            }
        }

        Add(s.Incarnation > 1, $"life {s.Incarnation}");
        Add(s.Machine.Pressure != Pressure.Calm, $"machine {s.Machine.Pressure} \"{s.Machine.Reason}\"");
        Add(s.Held.Count > 0, $"frozen {string.Join(' ', s.Held.Select(h => h.Turn))}");
        foreach (var limit in s.Limits)
        {
            parts.Add($"limit{(limit.Model is null ? "" : $" of {limit.Model}")} until {Time(s, limit.Until)}{(limit.Canary == default ? "" : $", tried by {limit.Canary}")}");
        }

        Add(s.Stop is not null, $"stop {s.Stop?.Urgency} {s.Stop?.Code}");
        Add(s.Bisection is not null, $"bisecting {string.Join(' ', s.Bisection?.Batch.Select(b => b.Id) ?? [])}");
        Add(s.Rebuilds > 0, $"rebuilds {s.Rebuilds}");
        Add(s.QueueFailures > 0, $"queue failures {s.QueueFailures}");
        Add(s.Unlanded is not null, $"unlanded \"{s.Unlanded}\"");
        Add(s.Offer is not null, $"offered {s.Offer?.Made} {s.Offer?.PullRequest}".TrimEnd());
        Add(s.LandingTried, "landing tried");
        Add(s.Final is not null, $"ended {Ending(s)}");
        return string.Join(", ", parts);
    }

    private static string Ending(RunState s) => s.Final switch
    {
        null => "",
        Final.Completed => "Completed",
        Final.WithFailures => "WithFailures",
        Final.Stopped f => $"Stopped {f.Code} \"{f.Message}\"",
        Final.Abandoned f => $"Abandoned \"{f.Message}\"",
        Final.LimitReached f => $"LimitReached until {Time(s, f.Until)}",
        _ => throw new InvalidOperationException($"Unknown end {s.Final.GetType().Name}."),
    };

    private static string Queue(RunState s) => s.Integration switch
    {
        Integration.Idle q => $"queue: not before {Time(s, q.NotBefore)}",
        Integration.Building q => $"queue: building {q.Ticket} [{Batch(q.Batch)}]",
        Integration.Testing q => $"queue: testing {q.Ticket} [{Batch(q.Batch)}] {q.Candidate} onto {q.Onto}",
        Integration.Publishing q => $"queue: publishing {q.Ticket} [{Batch(q.Batch)}] {q.Candidate.Commit} onto {q.Onto}{(q.NotBefore is null ? "" : $", not before {Time(s, q.NotBefore)}")}",
        _ => throw new InvalidOperationException($"Unknown queue state {s.Integration.GetType().Name}."),
    };

    private static string Step(RunState s, MilestoneId id, Step step, string ticket) => step switch
    {
        Step.Prepare p => $"preparing{ticket} @{p.Base}{(p.Carry is null ? "" : $" carrying {p.Carry}")}{Findings(p.Findings)}",
        Step.Turn t => $"{Verb(t.Brief.Role)}{ticket} {Brief(s, id, t.Brief)}",
        Step.Commit c => $"committing{ticket} after {c.After}",
        Step.Gate g => $"gates{ticket} @{g.Tip}",
        _ => throw new InvalidOperationException($"Unknown step {step.GetType().Name}."),
    };

    private static string Brief(RunState s, MilestoneId id, TurnBrief b) =>
        $"in {Session(s, id, b.Session)}{(b.Known ? " again" : "")} {b.Ask}"
        + (b.Delivery > 1 ? $" delivery {b.Delivery}" : "") + (b.Reason is null ? "" : $" because \"{b.Reason.ReplaceLineEndings(" ")}\"") + Findings(b.Findings);

    public static string Verb(Role role) => role switch
    {
        Role.Implement => "implementing",
        Role.Review => "reviewing",
        Role.Remediate => "remediating",
        Role.Resolve => "resolving",
        Role.Check => "checking",
        _ => throw new InvalidOperationException($"Unknown role {role}."),
    };

    private static string Of(RunState s, Order order) => order switch
    {
        Order.Prepare o => $"prepare {o.Milestone} {o.Ticket}",
        Order.RunTurn o => $"{o.Brief.Role} {o.Milestone} {o.Ticket} @{o.Tip}{(o.Brief.Cap.Usd is { } usd ? $" ${Money(usd)}" : "")}",
        Order.Meter o => $"meter {o.Milestone} {o.Turn} {o.Ticket}",
        Order.Commit o => $"commit {o.Milestone} {o.Ticket} on {o.Tip}",
        Order.RunGates o => $"gates {o.Milestone} {o.Ticket} @{o.Tip}",
        Order.BuildCandidate o => $"build {o.Ticket} [{Batch(o.Batch)}] on {o.Tip}",
        Order.TestCandidate o => $"test {o.Ticket} {o.Candidate}",
        Order.Publish o => $"publish {o.Ticket} {o.Candidate} onto {o.Onto}",
        Order.Hold o => $"hold {string.Join(' ', o.Turns)}",
        Order.Wake o => $"wake {Time(s, o.At)}",
        _ => throw new InvalidOperationException($"Unknown order {order.GetType().Name}."),
    };

    private static string Counts(MilestoneState m)
    {
        var parts = new List<string>();
        if (m.Attempt > 0)
        {
            parts.Add($"try {m.Attempt}");
        }

        if (m.Round > 0)
        {
            parts.Add($"round {m.Round}");
        }

        if (m.Stumbles > 0)
        {
            parts.Add($"stumbles {m.Stumbles}");
        }

        if (m.Usage.CostUsd > 0)
        {
            parts.Add($"${Money(m.Usage.CostUsd)}");
        }

        return parts.Count == 0 ? "" : $" ({string.Join(", ", parts)})";
    }

    private static string Findings(Items<Finding> findings) =>
        findings.Count == 0 ? "" : $" findings \"{string.Join("; ", findings.Select(f => f.Claim.ReplaceLineEndings(" ")))}\"";

    private static string Batch(Items<BatchItem> batch) => string.Join(" ", batch.Select(b => $"{b.Id}@{b.Tip}"));

    private static string Money(decimal usd) => usd.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Session(RunState s, MilestoneId id, Guid session)
    {
        var number = 1;
        while (number < 100 && Sessions.Name(s.Run, id, number) != session)
        {
            number++;
        }

        return number < 100 ? $"s{number}" : "an unknown session";
    }

    private static string Time(RunState s, DateTimeOffset? time)
    {
        if (time is not { } known)
        {
            return "";
        }

        var days = (known.UtcDateTime.Date - s.StartedAt.UtcDateTime.Date).Days;
        return known.ToString("HH:mm:ss", CultureInfo.InvariantCulture) + (days == 0 ? "" : $"+{days}d");
    }
}
