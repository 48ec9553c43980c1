using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

public sealed class FreezingSentences
{
    private static Story FourAtWork() => Story.Of("1A", "1B", "1C", "1D", "2A").Begins()
        .Ready("1A").Passes(TimeSpan.FromMinutes(1)).Ready("1B").Passes(TimeSpan.FromMinutes(1)).Ready("1C").Ready("1D");

    [Fact]
    public void Each_critical_reading_freezes_the_youngest_that_is_not_and_one_always_goes_on()
    {
        var story = FourAtWork();
        Assert.Equal("1D", story.Critical(Scarce.Memory).Frozen());
        Assert.Equal("1D 1C", story.Critical(Scarce.Memory).Frozen());
        Assert.Equal("1D 1C 1B", story.Critical(Scarce.Memory).Frozen());
        Assert.Equal("1D 1C 1B", story.Critical(Scarce.Memory).Frozen());
        story.Expect("1A: implementing", "1D: implementing");
    }

    [Fact]
    public void For_want_of_disk_all_wait_and_it_is_said_why()
    {
        var story = FourAtWork();
        for (var i = 0; i < 4; i++)
        {
            story.Critical(Scarce.Disk);
        }

        Assert.Equal("1D 1C 1B 1A", story.Frozen());
        Assert.Equal("implementing, frozen since 22:02:00 UTC: no Disk", WaitingFor.Of(story.State, 0).Text);
        Assert.Contains(story.Orders, o => o is Order.Wake);
    }

    [Theory]
    [InlineData(Pressure.Critical, Scarce.None)]
    [InlineData(Pressure.Critical, Scarce.Cpu)]
    [InlineData(Pressure.Tense, Scarce.Memory)]
    public void Nobody_is_frozen_for_less(Pressure pressure, Scarce scarce) =>
        Assert.Equal("", FourAtWork().Happens(new Event.MachineRead(new MachineReading(pressure, 0, "busy", scarce))).Frozen());

    [Fact]
    public void A_frozen_turn_keeps_its_slot_and_nothing_begins_before_it_goes_on()
    {
        var story = Story.Of("1A", "1B", "1C").Under(new Policy(MaxParallel: 2)).Begins().Ready("1A").Ready("1B").Critical(Scarce.Memory);
        Assert.Equal("1B", story.Frozen());
        story.Completes("1A").Commits("1A").Approved("1A").Gates("1A").Expect("1A: accepted", "1C: waiting");
        Assert.Equal("", story.Frozen());
    }

    [Fact]
    public void When_the_last_that_went_on_ends_the_first_that_was_frozen_goes_on_at_once()
    {
        var story = FourAtWork().Critical(Scarce.Memory).Critical(Scarce.Memory).Critical(Scarce.Memory);
        story.Completes("1A").Commits("1A").Approved("1A");
        Assert.Equal("1D 1C 1B", story.Frozen());
        Assert.Equal("1C 1B", story.Gates("1A").Frozen());
    }

    [Fact]
    public void With_room_again_they_go_on_as_many_as_have_room()
    {
        var story = FourAtWork().Critical(Scarce.Memory).Critical(Scarce.Memory).Critical(Scarce.Memory).Machine(Pressure.Tense);
        Assert.Equal("1D 1C 1B", story.Frozen());
        Assert.Equal("1C 1B", story.Machine(Pressure.Calm, room: 2).Frozen());
        Assert.Equal("", story.Machine(Pressure.Calm).Frozen());
        Assert.All(story.State.Milestones.Take(4), m => Assert.Equal(1, m.Attempt));
    }

    [Fact]
    public void On_a_disk_that_stays_tight_one_goes_on()
    {
        var story = FourAtWork();
        for (var i = 0; i < 4; i++)
        {
            story.Critical(Scarce.Disk);
        }

        Assert.Equal("1C 1B 1A", story.Machine(Pressure.Tense).Frozen());
    }

    [Fact]
    public void Who_asks_to_stop_reaches_the_frozen_too()
    {
        var story = FourAtWork().Critical(Scarce.Disk).Asked(Urgency.Stop);
        Assert.Equal("", story.Frozen());
        Assert.Empty(story.State.Held);
        story.Expect("1A: parked", "1D: parked");
    }

    [Fact]
    public void Ending_after_the_steps_under_way_does_not_wait_for_the_frozen()
    {
        var story = FourAtWork().Critical(Scarce.Memory).Asked(Urgency.Drain);
        Assert.Equal("", story.Frozen());
        story.Expect("1A: implementing", "1B: implementing", "1C: implementing", "1D: parked Interrupted");
        story.Critical(Scarce.Memory).Expect("1B: implementing", "1C: parked Interrupted");
        Assert.Equal("", story.Frozen());
    }

    [Fact]
    public void After_a_crash_nobody_is_frozen() => Assert.Empty(FourAtWork().Critical(Scarce.Memory).Resumes().State.Held);

    [Fact]
    public void One_that_ended_just_before_it_was_frozen_counts_as_ended()
    {
        var story = FourAtWork().Critical(Scarce.Memory);
        story.Completes("1D");
        Assert.Equal("", story.Frozen());
        story.Expect("1D: committing");
    }
}
