namespace Orchestrator.Cli.Tests.Review;

/// <summary>A conflict whose resolution takes one side and drops the other, with the fake agent.</summary>
public sealed class UnresolvedTests
{
    [Fact]
    public void A_resolution_that_drops_what_was_integrated_never_lands_and_nothing_is_lost()
    {
        using var repository = new SampleRepository("\"review\": { \"level\": \"none\" }", ("1A", "fake: do echo A > same.txt"), ("1B", "fake: do echo B > same.txt"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 3, output + error);
        Assert.Equal("1A", repository.Merged());
        Assert.Equal("A", repository.Git("show", "main:same.txt"));
        Assert.Contains("could not be resolved so that the changes of both sides are kept", repository.Run("status").Out, StringComparison.Ordinal);
        var pins = repository.Git("for-each-ref", "--format=%(refname)", "refs/orchestrator/").Split('\n').Where(name => name.Contains("/1B/", StringComparison.Ordinal));
        Assert.Contains(pins, pin => repository.Git("show", $"{pin}:same.txt") == "B");
    }
}
