using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>
/// The provider's refusals, for the whole account or for one model. While one stands no turn begins that it concerns.
/// When its time has come one turn goes ahead; the others follow when the provider has answered that one, for a limit
/// may well stand longer than was said.
/// </summary>
internal static class LimitGate
{
    /// <summary>The model that turns of a milestone ask for; empty for the agent's own choice.</summary>
    public static string ModelOf(RunState state, int index) => state.Plan.Milestones[index].Model ?? state.Policy.Model ?? "";

    /// <summary>The refusal that keeps a turn of this milestone from beginning; null when there is none.</summary>
    public static Limit? Bar(RunState state, int index, DateTimeOffset at)
    {
        Limit? bar = null;
        foreach (var limit in state.Limits.AsSpan())
        {
            if (Concerns(limit, ModelOf(state, index)) && (limit.Until > at || state.Find(limit.Canary) >= 0) && !(bar?.Until >= limit.Until))
            {
                bar = limit;
            }
        }

        return bar;
    }

    /// <summary>A turn begins: where a refusal stands whose time has come, it is the one that goes ahead.</summary>
    public static RunState Begins(RunState state, int index, Ticket ticket) =>
        Each(state, limit => Concerns(limit, ModelOf(state, index)) ? limit with { Canary = ticket } : limit);

    /// <summary>The provider answered a turn: what it went ahead for is over.</summary>
    public static RunState Answered(RunState state, Ticket ticket)
    {
        foreach (var limit in state.Limits.AsSpan())
        {
            if (limit.Canary == ticket)
            {
                return state with { Limits = state.Limits.Where(l => l.Canary != ticket).ToItems() };
            }
        }

        return state;
    }

    /// <summary>
    /// A turn was refused. The longest of several refusals counts; only the turn that went ahead brings a new time. It
    /// goes on in its conversation, and no attempt is spent; but when one prompt is refused again and again, somebody
    /// has to look.
    /// </summary>
    public static RunState Refused(RunState state, int index, MilestoneState milestone, Step.Turn turn, Ticket ticket, TurnOutcome.Limited o, DateTimeOffset at)
    {
        var model = o.Scope == LimitScope.Model ? ModelOf(state, index) : null;
        var known = state.Limits.FirstOrDefault(l => l.Model == model);
        var again = known != default && known.Canary == ticket;
        var refusals = known == default ? 1 : again ? known.Refusals + 1 : known.Refusals;
        var until = Waits.AfterLimit(state.Policy, at, o.ResetsAt, refusals, Waits.Jitter(state.Run, refusals));
        var limit = again || known.Until < until ? new Limit(model, until, o.Message, refusals, again ? default : known.Canary) : known;
        state = state with { Limits = state.Limits.Where(l => l.Model != model).Append(limit).ToItems() };
        var parked = state.Park(index, milestone, limit.Until, ParkReason.Limit, o.Message, turn.Again(), at);
        return turn.Brief.Delivery > state.Policy.Redeliveries
            ? Stopping.StopAsked(parked, new StopRequest(Urgency.Stop, "limit.persists", $"{state.Plan.Milestones[index].Id} was refused {turn.Brief.Delivery} times: {o.Message}"), at)
            : parked;
    }

    private static bool Concerns(Limit limit, string model) => limit.Model is null || limit.Model == model;

    private static RunState Each(RunState state, Func<Limit, Limit> change) => state.Limits.Count == 0 ? state : state with { Limits = state.Limits.Select(change).ToItems() };
}
