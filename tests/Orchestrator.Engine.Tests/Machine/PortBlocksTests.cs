using System.Net;
using System.Net.Sockets;
using Orchestrator.Core.Capacity;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Machine;

public sealed class PortBlocksTests
{
    [Fact]
    public void A_name_keeps_its_block_until_it_gives_it_back()
    {
        using var blocks = new PortBlocks();
        var first = blocks.Take("1A", 10);
        Assert.NotNull(first);
        Assert.Equal(first, blocks.Take("1A", 10));
        blocks.GiveBack("1A");
        Assert.Equal(first, blocks.Take("1A", 10, first));
    }

    [Fact]
    public void Two_names_and_two_orchestrators_never_have_the_same_block_whatever_its_size()
    {
        using var one = new PortBlocks();
        using var other = new PortBlocks();
        var taken = new[] { one.Take("1A", 10), other.Take("1A", 60), one.Take("1B", 1), other.Take("1B", 10) }.Select(first => first!.Value).ToList();
        Assert.Equal(4, taken.Distinct().Count());
        Assert.All(taken.Order().Zip(taken.Order().Skip(1)), pair => Assert.True(pair.Second - pair.First > PortGrid.Most));
    }

    [Fact]
    public void A_block_with_a_port_in_use_is_passed_over()
    {
        using var blocks = new PortBlocks();
        var first = blocks.Take("1A", 10)!.Value;
        blocks.GiveBack("1A");
        using var user = new TcpListener(IPAddress.Loopback, first + 4);
        user.Start();
        var next = blocks.Take("1A", 10, first);
        Assert.NotNull(next);
        Assert.NotEqual(first, next);
    }

    [Fact]
    public void The_ports_given_away_can_be_listened_at()
    {
        using var blocks = new PortBlocks();
        var first = blocks.Take("1A", 3)!.Value;
        for (var port = first; port < first + 3; port++)
        {
            using var listener = new TcpListener(IPAddress.Any, port);
            listener.Start();
        }
    }

    [Theory]
    [InlineData("32768\t60999\n", 32768, 60999)]
    [InlineData("1024 65535", 1024, 65535)]
    [InlineData("nonsense", null, null)]
    [InlineData("", null, null)]
    public void What_the_system_gives_away_is_read(string text, int? from, int? to)
    {
        using var folder = new TempFolder();
        Assert.Equal(from is null ? null : new PortRange(from.Value, to!.Value), PortBlocks.Ephemeral(folder.Write("range", text)));
        Assert.Null(PortBlocks.Ephemeral(folder.In("missing")));
    }
}
