using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>The states of very many milestones.</summary>
public sealed class RosterSentences
{
    private const int Count = 200; // some pages

    private static readonly Phase[] Phases = [new Phase.Waiting(), new Phase.Accepted("c"), new Phase.Working(new Ticket(7), new Step.Gate("c")), new Phase.Failed("code", "why")];

    [Fact]
    public void A_change_leaves_the_roster_it_was_made_of_alone()
    {
        var before = Waiting();
        var after = before.With(130, In(Phases[1]));
        Assert.IsType<Phase.Waiting>(before[130].Phase);
        Assert.IsType<Phase.Accepted>(after[130].Phase);
        Assert.Equal([130], after.Differences(before));
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void Rosters_are_equal_when_they_say_the_same()
    {
        var (one, other) = (Waiting().With(70, In(Phases[2])), Waiting().With(70, In(Phases[2])));
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, one.With(71, In(Phases[2])));
    }

    [Fact]
    public void The_next_of_a_kind_is_the_one_that_a_look_at_every_milestone_finds()
    {
        var random = new Random(6);
        var roster = Waiting();
        for (var change = 0; change < 500; change++)
        {
            roster = roster.With(random.Next(Count), In(Phases[random.Next(20) == 0 ? random.Next(Phases.Length) : 0]));
            var from = random.Next(Count + 1);
            var asked = (PhaseKinds.Working, PhaseKinds.Accepted | PhaseKinds.Failed);
            Assert.Equal(Looked(roster, from, p => p is Phase.Working), roster.Next(asked.Item1, from));
            Assert.Equal(Looked(roster, from, p => p is Phase.Accepted or Phase.Failed), roster.Next(asked.Item2, from));
            Assert.Equal(roster.Count(m => m.Phase is Phase.Failed), roster.CountOf(PhaseKinds.Failed));
        }
    }

    private static int Looked(Roster roster, int from, Func<Phase, bool> isAsked) =>
        Enumerable.Range(from, Count - from).Where(i => isAsked(roster[i].Phase)).DefaultIfEmpty(-1).First();

    private static Roster Waiting() => new(Enumerable.Repeat(In(Phases[0]), Count));

    private static MilestoneState In(Phase phase) => new(phase, DateTimeOffset.UnixEpoch);
}
