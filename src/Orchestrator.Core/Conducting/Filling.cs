using Orchestrator.Core.Capacity;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>
/// Who gets a slot. A slot is the right to one turn, and to what becomes of it: commit and gates. A worktree is made
/// ready without one, for a few milestones more than there are slots, so that a slot that becomes free is taken at once.
/// </summary>
internal static class Filling
{
    /// <summary>How many milestones hold a slot.</summary>
    public static int Taken(RunState state) => Count(state, phase => phase is Phase.Working { Step: not Step.Prepare } or Phase.Parked { Reason: ParkReason.HeadStart });

    /// <summary>Those that hold a slot and do not wait.</summary>
    public static int Turning(RunState state) => Count(state, phase => phase is Phase.Working { Step: not Step.Prepare });

    /// <summary>Whether a milestone whose worktree stands may begin its turn now.</summary>
    public static bool HasSlot(RunState state, DateTimeOffset at) => state.Held.Count == 0 && Taken(state) < Slots(state, at);

    /// <summary>
    /// What was begun goes on before what is ready, and that before anything new begins, in plan order. Of what is new,
    /// those come first for which the longest chain waits: with plan order alone slots stand empty at the end.
    /// </summary>
    public static RunState Fill(RunState state, DateTimeOffset at)
    {
        if (state.Held.Count > 0 || state.PausedSince is not null)
        {
            return state; // what is frozen goes on before anything begins
        }

        var slots = Slots(state, at);
        var places = slots + (slots < state.Policy.MaxParallel ? 0 : state.Policy.Ahead); // where there is little room, none is taken in advance
        state = Parked(state, at, parked => parked.Reason == ParkReason.HeadStart, (now, _) => Turning(now) < slots);
        state = Parked(state, at, parked => parked.Reason is not (ParkReason.HeadStart or ParkReason.Slot), (now, step) => InWork(now) < places && (step is Step.Prepare || Taken(now) < slots));
        state = Parked(state, at, parked => parked.Reason == ParkReason.Slot, (now, _) => Taken(now) < slots);
        var left = (Taken(state) < slots ? slots : places) - InWork(state); // before all slots are taken there is no need to
        foreach (var i in New(state, left, at))
        {
            state = state.Work(i, state.Milestones[i] with { Attempt = 1 }, new Step.Prepare(state.Tip), at);
        }

        return state;
    }

    /// <summary>Which milestones begin. Nobody looks further in a long plan than there can be one for which more waits.</summary>
    private static List<int> New(RunState state, int count, DateTimeOffset at)
    {
        var chosen = new List<int>();
        for (var i = count > 0 ? state.Milestones.Next(PhaseKinds.Waiting) : -1; i >= 0; i = state.Milestones.Next(PhaseKinds.Waiting, i + 1))
        {
            if (chosen.Count == count && state.Plan.TallestFrom(i) <= state.Plan.HeightOf(chosen[^1]))
            {
                break;
            }

            if (!Advancing.Startable(state, i) || LimitGate.Bar(state, i, at) is not null)
            {
                continue;
            }

            var height = state.Plan.HeightOf(i);
            var place = chosen.FindIndex(other => state.Plan.HeightOf(other) < height);
            chosen.Insert(place < 0 ? chosen.Count : place, i);
            if (chosen.Count > count)
            {
                chosen.RemoveAt(count);
            }
        }

        return chosen;
    }

    private static int Slots(RunState state, DateTimeOffset at) => CapacityPolicy.Slots(state.Policy, state.Machine, state.Windows, at);

    /// <summary>How many have a worktree because they hold a slot, come to one, or wait for one.</summary>
    private static int InWork(RunState state) => Count(state, phase => phase is Phase.Working or Phase.Parked { Reason: ParkReason.HeadStart or ParkReason.Slot });

    private static int Count(RunState state, Func<Phase, bool> counts)
    {
        var count = 0;
        for (var i = state.Milestones.Next(PhaseKinds.Working | PhaseKinds.Parked); i >= 0; i = state.Milestones.Next(PhaseKinds.Working | PhaseKinds.Parked, i + 1))
        {
            count += counts(state.Milestones[i].Phase) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Takes up those of the parked that are meant, as long as there is room and nothing else keeps them.</summary>
    private static RunState Parked(RunState state, DateTimeOffset at, Func<Phase.Parked, bool> meant, Func<RunState, Step, bool> room)
    {
        for (var i = state.Milestones.Next(PhaseKinds.Parked); i >= 0; i = state.Milestones.Next(PhaseKinds.Parked, i + 1))
        {
            if (state.Milestones[i].Phase is Phase.Parked parked && meant(parked) && room(state, parked.Step) && MayGoOn(state, i, parked, at))
            {
                var step = parked is { Reason: ParkReason.Queue, Step: Step.Prepare prepare } ? prepare with { Base = state.Tip } : parked.Step;
                state = state.Work(i, state.Milestones[i], step, at);
            }
        }

        return state;
    }

    /// <summary>What is ready is always taken up: should something else keep it, it waits for that, by name.</summary>
    private static bool MayGoOn(RunState state, int index, Phase.Parked parked, DateTimeOffset at) => parked.Reason switch
    {
        ParkReason.Slot => true,
        ParkReason.Limit or ParkReason.HeadStart => IsAdmitted(state, index, parked, at),
        ParkReason.Queue => parked.Until <= at && state.Integration is Integration.Idle && state.Bisection is null,
        _ => parked.Until <= at && IsAdmitted(state, index, parked, at),
    };

    private static bool IsAdmitted(RunState state, int index, Phase.Parked parked, DateTimeOffset at) =>
        parked.Step is not Step.Turn turn || Admission.Holds(state, index, state.Milestones[index], turn, at) is null;
}
