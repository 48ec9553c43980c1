using Orchestrator.Core.Capacity;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Who is ended so that the others can go on.</summary>
public sealed class BoundsSentences
{
    private const long Gibi = 1L << 30;

    private static readonly Bounds Bounds = new(Processes: 4096, Printed: Gibi, MemoryFloor: Gibi, DiskFloor: 2 * Gibi);

    [Fact]
    public void Nobody_within_the_bounds_is_ended() =>
        Assert.Empty(Bounds.Beyond([new(4096, Gibi, 100 * Gibi, 100 * Gibi), new()], new(2 * Gibi), new(3 * Gibi)));

    [Fact]
    public void Whoever_starts_too_many_processes_is_ended() =>
        Assert.Equal([(1, "It started more than 4096 processes.")], Bounds.Beyond([new(40), new(4097), new(null)]));

    [Fact]
    public void Whoever_prints_without_end_is_ended() =>
        Assert.Equal([(0, "It printed more than 1024 MiB.")], Bounds.Beyond([new(40, Gibi + 1), new(40, Gibi)]));

    [Fact]
    public void All_that_are_beyond_a_bound_of_their_own_are_ended() =>
        Assert.Equal([0, 2], Bounds.Beyond([new(5000), new(1), new(1, 2 * Gibi)]).Select(e => e.Index));

    [Fact]
    public void Of_a_shortage_only_the_one_that_explains_it_is_ended()
    {
        Assert.Equal([(1, "It held 4096 MiB of memory when 512 MiB were left.")], Bounds.Beyond([new(Memory: 2 * Gibi), new(Memory: 4 * Gibi), new(Memory: Gibi)], memory: new(Gibi / 2, 8 * Gibi)));
        Assert.Equal([(0, "Its folders held 9216 MiB when 1024 MiB were left on the disk.")], Bounds.Beyond([new(Written: 9 * Gibi), new(Written: Gibi)], disk: new(Gibi, 10 * Gibi)));
    }

    [Fact]
    public void A_shortage_that_several_make_ends_none_of_them() =>
        Assert.Empty(Bounds.Beyond([new(Memory: 3 * Gibi, Written: 3 * Gibi), new(Memory: 4 * Gibi, Written: 4 * Gibi)], new(1), new(1)));

    [Fact]
    public void A_shortage_that_none_of_ours_explains_ends_nobody() =>
        Assert.Empty(Bounds.Beyond([new(Memory: 255L << 20, Written: 255L << 20)], new(1), new(1)));

    [Fact]
    public void Who_holds_less_than_half_of_what_was_lost_is_not_ended_for_it()
    {
        Assert.Empty(Bounds.Beyond([new(Memory: Gibi, Written: 100 * Gibi)], new(Gibi / 2, 16 * Gibi), new(Gibi, 301 * Gibi)));
        Assert.Single(Bounds.Beyond([new(Written: 150 * Gibi)], disk: new(Gibi, 301 * Gibi)));
    }

    /// <summary>What it wrote stays when it has ended, and must not be laid at the next one's door.</summary>
    [Fact]
    public void When_the_culprit_has_gone_the_next_one_is_not_ended_in_its_place() =>
        Assert.Empty(Bounds.Beyond([new(Memory: 800L << 20, Written: 9 * Gibi), new(Memory: 300L << 20, Written: Gibi)], new(Gibi / 2, 21 * Gibi), new(Gibi, 50 * Gibi)));

    [Fact]
    public void What_nobody_knows_ends_nobody() =>
        Assert.Empty(Bounds.Beyond([new(Memory: 9 * Gibi, Written: 9 * Gibi), new()]));

    [Fact]
    public void Only_in_a_shortage_is_it_measured_who_made_it()
    {
        Assert.Equal((false, false), Bounds.Wanted(new(Gibi), new(2 * Gibi)));
        Assert.Equal((true, true), Bounds.Wanted(new(Gibi - 1), new(1)));
        Assert.Equal((false, false), Bounds.Wanted(default, default));
    }
}
