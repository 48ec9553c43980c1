using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;

namespace Orchestrator.Engine.Tests.Git;

public sealed class BroughtWorkTests : InRepository
{
    [Fact]
    public async Task Those_with_the_least_overlap_are_merged_first_so_that_one_is_left_out_and_not_many()
    {
        var many = await WorkAsync("1A", ("b.txt", "1A\n"), ("c.txt", "1A\n"));
        var one = await WorkAsync("1B", ("b.txt", "1B\n"));
        var other = await WorkAsync("1C", ("c.txt", "1C\n"), ("ü b.txt", "1C\n"));

        var order = (await BroughtWork.OfAsync(Opened, Repo.Tip(), [many, one, other], Stop)).Order();

        Assert.Equal("1B 1C 1A", string.Join(' ', order.Select(item => item.Id)));
    }

    [Fact]
    public async Task What_does_not_overlap_stays_in_the_order_it_stands_in()
    {
        BatchItem[] batch = [await WorkAsync("1C", ("c.txt", "c\n")), await WorkAsync("1A", ("a.txt", "a\n")), await WorkAsync("1B", ("b.txt", "b\n"))];
        Assert.Equal(batch, (await BroughtWork.OfAsync(Opened, Repo.Tip(), batch, Stop)).Order());
    }

    [Fact]
    public async Task What_is_there_already_is_known_as_held_whatever_files_are_called()
    {
        var held = await WorkAsync("1A", ("a.txt", "a\n"));
        var fresh = await WorkAsync("1B", ("\u0001begins with a mark.txt", "b\n"), ("\u0001a b c", "b\n"));

        var brought = await BroughtWork.OfAsync(Opened, held.Tip, [held, fresh], Stop);

        Assert.True(brought.IsHeld(held));
        Assert.False(brought.IsHeld(fresh));
        Assert.False(brought.ChangesTasks);
    }
}
