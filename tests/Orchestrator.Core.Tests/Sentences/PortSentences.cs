using Orchestrator.Core.Capacity;

namespace Orchestrator.Core.Tests.Sentences;

public sealed class PortSentences
{
    private static readonly PortRange Linux = new(32_768, 60_999);

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(PortGrid.Most)]
    public void Blocks_have_nothing_in_common_and_are_ports(int count)
    {
        var places = PortGrid.Places(count, Linux).Order().ToList();
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.First + PortGrid.Most < pair.Second));
        Assert.All(places, place => Assert.InRange(place + count, 20_000, 65_535));
    }

    [Fact]
    public void Blocks_of_different_sizes_lie_at_the_same_places() =>
        Assert.Equal(PortGrid.Places(3, null).SkipLast(1), PortGrid.Places(40, null).SkipLast(1));

    [Fact]
    public void What_the_system_gives_away_comes_last()
    {
        var places = PortGrid.Places(10, Linux).ToList();
        var first = places.FindIndex(place => place <= Linux.Last && place + 10 >= Linux.First);
        Assert.True(first > 200);
        Assert.All(places.Take(first), place => Assert.False(place <= Linux.Last && place + 10 >= Linux.First));
        Assert.All(places.Skip(first), place => Assert.True(place <= Linux.Last && place + 10 >= Linux.First));
    }

    [Fact]
    public void Where_the_system_gives_all_away_or_does_not_tell_there_are_blocks_all_the_same()
    {
        Assert.Equal(20_000, PortGrid.Places(10, new PortRange(1024, 65_535)).First());
        Assert.Equal(20_000, PortGrid.Places(10, null).First());
    }
}
