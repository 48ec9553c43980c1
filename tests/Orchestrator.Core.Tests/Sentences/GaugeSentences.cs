using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

public sealed class GaugeSentences
{
    private const long Mebi = 1 << 20;
    private static readonly GaugeLimits Eight = new(MaxParallel: 8);

    private readonly List<(double At, MachineReading Reading)> _told = [];
    private Gauge _gauge = new(Eight);
    private double _at;

    private static MachineSample Memory(long mebibytes, long total = 8192) => new() { MemoryAvailable = mebibytes * Mebi, MemoryTotal = total * Mebi, Cores = 4 };

    private static MachineReading Judge(MachineSample sample, params RoleFootprint[] footprints) => Judgement.Of(sample, new Load(footprints.ToItems(), 0), Eight);

    private static RoleFootprint Took(long mebibytes, double cpu = 0, double wall = 60, long? disk = null, Role role = Role.Implement) =>
        new(role, new Footprint(mebibytes * Mebi, TimeSpan.FromSeconds(cpu), TimeSpan.FromSeconds(wall), disk * Mebi));

    [Theory]
    [InlineData(0, Pressure.Critical, 0)]
    [InlineData(255, Pressure.Critical, 0)]
    [InlineData(256, Pressure.Tense, 1)]
    [InlineData(911, Pressure.Tense, 1)]
    [InlineData(912, Pressure.Calm, 1)]
    [InlineData(2112, Pressure.Calm, 4)]
    public void Little_memory_means_few_agents(long mebibytes, Pressure pressure, int room)
    {
        var reading = Judge(Memory(mebibytes));
        Assert.Equal((pressure, room, Scarce.Memory), (reading.Pressure, reading.Room, reading.Scarce));
    }

    [Fact]
    public void Room_for_all_that_the_user_wants_is_no_bound() => Assert.Equal(MachineReading.Unknown, Judge(Memory(8000)));

    [Fact]
    public void A_big_machine_keeps_more_but_not_more_than_a_gibibyte()
    {
        Assert.Equal(Pressure.Critical, Judge(Memory(900, total: 32 * 1024)).Pressure);
        Assert.Equal(Pressure.Tense, Judge(Memory(1100, total: 512 * 1024) with { MemoryStall = 30 }).Pressure);
    }

    [Fact]
    public void The_users_reserve_is_kept() =>
        Assert.Equal(Pressure.Critical, Judgement.Of(Memory(1900), default, Eight with { MemoryReserve = 4096 * Mebi }).Pressure);

    [Fact]
    public void What_turns_took_counts_and_what_they_hold_now_is_theirs()
    {
        Assert.Equal(2, Judge(Memory(2600), Took(1000)).Room);
        Assert.Equal(4, Judge(Memory(2600) with { MemoryOfTurns = 2000 * Mebi }, Took(1000), Took(100, role: Role.Review)).Room);
        Assert.Equal(Pressure.Tense, Judge(Memory(1500), Took(1000)).Pressure);
    }

    [Fact]
    public void A_machine_that_is_just_full_of_turns_is_not_short()
    {
        MachineReading At(long heldByTurns, int loose) => Judgement.Of(Memory(800) with { MemoryOfTurns = heldByTurns * Mebi }, new Load([Took(400)], loose), Eight with { MaxParallel = 4 });
        Assert.Equal(MachineReading.Unknown, At(1600, loose: 4));
        Assert.Equal(Pressure.Tense, At(1600, loose: 3).Pressure);
        Assert.Equal(Pressure.Tense, At(200, loose: 4).Pressure); // they will want more
    }

    [Theory]
    [InlineData(10, Pressure.Calm)]
    [InlineData(21, Pressure.Tense)]
    [InlineData(61, Pressure.Critical)]
    public void Waiting_for_memory_tells_more_than_what_is_free(double stall, Pressure pressure) =>
        Assert.Equal(pressure, Judge(Memory(8000) with { MemoryStall = stall }).Pressure);

    [Fact]
    public void A_machine_without_processor_to_spare_begins_nothing_and_freezes_nobody()
    {
        var busy = Memory(8000) with { CpuStall = 95, Load = 65 };
        Assert.Equal((Pressure.Tense, Scarce.Cpu), (Judge(busy).Pressure, Judge(busy).Scarce));
        Assert.Equal(Pressure.Calm, Judge(busy with { Load = 63 }).Pressure);
        Assert.Equal(Pressure.Calm, Judge(busy with { CpuStall = 50 }).Pressure);
    }

    [Fact]
    public void Processors_bound_the_room_only_for_turns_that_were_long_enough_and_never_below_their_number()
    {
        Assert.Equal(5, Judge(Memory(8000), Took(10, cpu: 90)).Room);
        Assert.Equal(4, Judge(Memory(8000), Took(10, cpu: 600)).Room);
        Assert.Equal(int.MaxValue, Judge(Memory(8000), Took(10, cpu: 20, wall: 5)).Room);
    }

    [Fact]
    public void A_disk_needs_room_for_one_more_worktree_and_a_full_one_stops_all()
    {
        static MachineSample On(long free, bool worktrees = true) => new() { Disks = [new Disk("/d", free * Mebi, 10_000 * Mebi, worktrees)] };
        Assert.Equal((Pressure.Calm, 1), (Judge(On(64)).Pressure, Judge(On(64)).Room));
        Assert.Equal((Pressure.Tense, Scarce.Disk), (Judge(On(63)).Pressure, Judge(On(63)).Scarce));
        Assert.Equal(MachineReading.Unknown, Judge(On(63, worktrees: false)));
        Assert.Equal(Pressure.Tense, Judge(On(500), Took(10, disk: 600)).Pressure);
        Assert.Equal(Pressure.Calm, Judgement.Of(On(20), default, Eight with { DiskFloor = 16 * Mebi }).Pressure);
        Assert.Equal((Pressure.Critical, "less than 8 MiB are free on the disk of /d"), (Judge(On(7, worktrees: false)).Pressure, Judge(On(7)).Reason));
    }

    [Fact]
    public void A_disk_bounds_how_many_begin_by_what_is_free_and_what_a_worktree_takes()
    {
        static MachineReading On(long free, int standing, long checkout = 0, params RoleFootprint[] took) =>
            Judgement.Of(new MachineSample { Disks = [new Disk("/d", free * Mebi, 10_000 * Mebi, true)], Standing = standing }, new Load(took.ToItems(), 0), Eight with { Checkout = checkout * Mebi });
        Assert.Equal((3, Scarce.Disk), (On(200, 0).Room, On(200, 0).Scarce));
        Assert.Equal(5, On(200, 2).Room);
        Assert.Equal(MachineReading.Unknown, On(512, 0));
        Assert.Equal(1, On(6000, 0, checkout: 5000).Room);
        Assert.Equal(Pressure.Tense, On(5000, 0, checkout: 5000).Pressure);
        Assert.Equal((Pressure.Calm, 4), (On(500, 4, checkout: 5000).Pressure, On(500, 4, checkout: 5000).Room)); // those are handed on
        Assert.Equal(Pressure.Tense, On(500, 4, 50, Took(10, disk: 1000)).Pressure); // and filled anew by what is built
        Assert.Equal(2, On(2000, 0, 50, Took(10, disk: 1000)).Room);
        Assert.Equal(1, On(2000, 0, 1500, Took(10, disk: 100)).Room); // what was measured may have been a part of it
    }

    [Fact]
    public void What_others_run_is_not_run_twice()
    {
        var limits = Eight with { MaxTurns = 8 };
        Assert.Equal(3, Judgement.Of(Memory(8000) with { TurnsOfOthers = 5 }, default, limits).Room);
        Assert.Equal((Pressure.Calm, 0, Scarce.Others), Judgement.Of(Memory(8000) with { TurnsOfOthers = 9 }, default, limits) is var r ? (r.Pressure, r.Room, r.Scarce) : default);
    }

    [Fact]
    public void A_machine_that_tells_nothing_bounds_nothing() => Assert.Equal(MachineReading.Unknown, Judge(new MachineSample()));

    [Fact]
    public void What_is_worse_is_told_at_once_and_what_is_better_when_it_has_lasted()
    {
        Look(8000);
        Look(100);
        Look(8000, seconds: 1);
        Look(8000, seconds: 29);
        Assert.Equal([Pressure.Critical], _told.Select(t => t.Reading.Pressure));
        Look(8000, seconds: 1);
        Assert.Equal([Pressure.Critical, Pressure.Calm], _told.Select(t => t.Reading.Pressure));
    }

    [Fact]
    public void A_machine_that_goes_up_and_down_does_not_flap()
    {
        for (var i = 0; i < 200; i++)
        {
            Look(i % 2 == 0 ? 2000 : 600, seconds: 5);
        }

        Assert.Equal([Pressure.Calm, Pressure.Tense], _told.Select(t => t.Reading.Pressure));
    }

    [Fact]
    public void What_gets_better_is_believed_no_further_than_the_worst_of_the_while()
    {
        Look(600);
        foreach (var memory in new[] { 4000, 2112, 4000, 4000, 4000, 4000, 4000 })
        {
            Look(memory, seconds: 5);
        }

        Assert.Equal(4, _told[^1].Reading.Room);
    }

    /// <summary>Whatever the machine does: never more than one step upwards in half a minute, and never a reading better than the machine was.</summary>
    [Fact]
    public void No_series_of_looks_makes_it_flap()
    {
        var rng = new Random(7);
        for (var series = 0; series < 300; series++)
        {
            (_gauge, _at) = (new Gauge(Eight), _at + 1000);
            var (last, better) = (MachineReading.Unknown, double.MinValue);
            for (var i = 0; i < 100; i++)
            {
                var (memory, before) = (rng.Next(0, 4000), _told.Count);
                Look(memory, seconds: rng.Next(1, 12));
                Assert.True(_gauge.Told.Pressure >= Judge(Memory(memory)).Pressure, "a reading is better than the machine");
                foreach (var (at, reading) in _told.Skip(before))
                {
                    if (reading.Pressure < last.Pressure || (reading.Pressure == last.Pressure && reading.Room > last.Room))
                    {
                        Assert.True(at - better >= 30, "it got better twice in half a minute");
                        better = at;
                    }

                    last = reading;
                }
            }
        }
    }

    [Fact]
    public void A_full_disk_that_has_room_again_is_believed_soon()
    {
        static MachineSample On(long free) => new() { Disks = [new Disk("/d", free * Mebi, 1000 * Mebi, true)] };
        Look(On(2), 1);
        Look(On(500), 1);
        Look(On(500), 5);
        Assert.Equal([Pressure.Critical, Pressure.Calm], _told.Select(t => t.Reading.Pressure));
    }

    [Fact]
    public void A_critical_machine_is_told_again_only_while_there_is_somebody_to_freeze()
    {
        for (var i = 0; i < 20; i++)
        {
            Look(Memory(100), seconds: 1, loose: i < 10 ? 2 : 1);
        }

        Assert.Equal([1, 3, 5, 7, 9], _told.Select(t => t.At));
    }

    [Fact]
    public void Another_shortage_in_its_place_is_told_and_not_over_and_over()
    {
        var disk = Memory(8000) with { Disks = [new Disk("/d", 20 * Mebi, 1000 * Mebi, true)] };
        for (var i = 0; i < 120; i++)
        {
            Look(i < 10 ? disk : i < 50 ? Memory(600) : i % 2 == 0 ? disk : Memory(600), seconds: 1);
        }

        Assert.All(_told, told => Assert.Equal(Pressure.Tense, told.Reading.Pressure));
        Assert.Equal([Scarce.Disk, Scarce.Memory], _told.Take(2).Select(t => t.Reading.Scarce));
        Assert.InRange(_told.Count, 3, 5);
    }

    [Fact]
    public void A_clock_that_is_set_back_keeps_nothing_waiting()
    {
        Look(100);
        Look(8000, seconds: 1);
        Look(8000, seconds: -86_400);
        Look(8000, seconds: 30);
        Assert.Equal(Pressure.Calm, _told[^1].Reading.Pressure);
    }

    [Fact]
    public void A_hungry_turn_is_remembered_and_forgotten_by_and_by()
    {
        var known = RoleFootprint.Enter(default, Role.Implement, Took(1000).Footprint);
        known = RoleFootprint.Enter(known, Role.Review, Took(50).Footprint);
        known = RoleFootprint.Enter(known, Role.Implement, Took(200).Footprint);
        Assert.Equal([800 * Mebi, 50 * Mebi], known.Select(k => k.Footprint.Memory));
        known = RoleFootprint.Enter(known, Role.Implement, Took(2000, disk: 7).Footprint);
        Assert.Equal((2000 * Mebi, 7 * Mebi), (known[0].Footprint.Memory, known[0].Footprint.Disk));
    }

    [Fact]
    public void What_a_turn_took_is_kept_by_its_role()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        var turn = story.Given<Order.RunTurn>("1A").Ticket;
        story.Happens(new Event.TurnFinished(turn, new TurnOutcome.Completed("done"), default, Footprint: Took(700).Footprint));
        Assert.Equal([Took(700)], story.State.Footprints);
    }

    private void Look(long mebibytes, double seconds = 1) => Look(Memory(mebibytes), seconds);

    private void Look(MachineSample sample, double seconds, int loose = 4)
    {
        _at += seconds;
        (_gauge, var told) = _gauge.Look(sample, new Load(default, loose), Story.Start.AddSeconds(_at));
        if (told is not null)
        {
            _told.Add((_at, told));
        }
    }
}
