namespace Orchestrator.Cli.Tests;

public sealed class CrashTests
{
    private static readonly (string, string)[] Plan =
    [
        ("1A", "fake: slow:120"), ("1B", "fake: changes-then-approve"), ("1C", "fake: slow:60"), ("2A", "fake: ok"), ("2B", "fake: conflict"), ("2C", "fake: conflict"),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Killed_again_and_again_a_run_ends_with_the_same_tree(int seed)
    {
        var random = new Random(seed);
        using var undisturbed = new SampleRepository("", Plan);
        Assert.Equal(0, undisturbed.Run("run").Exit);
        using var repository = new SampleRepository("", Plan);
        repository.Write("notes.txt", "mine\n");
        for (var kills = 0; kills < 10; kills++)
        {
            using var run = repository.Start("run");
            run.WaitForAtMost(random.Next(20, 700));
            if (!run.HasExited)
            {
                run.Kill();
            }
        }

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A 1B 1C 2A 2B 2C", string.Join(' ', repository.Merged().Split(' ').Order(StringComparer.Ordinal)));
        Assert.Equal(undisturbed.Git("ls-tree", "-r", "--name-only", "main"), repository.Git("ls-tree", "-r", "--name-only", "main"));
        Assert.Equal("", repository.Git("fsck", "--no-dangling")); // a commit imported just before a kill was recorded nowhere; its work was committed again
        Assert.Equal("?? notes.txt", repository.Git("status", "--porcelain"));
        Assert.Equal("mine\n", repository.Read("notes.txt"));
        Assert.Empty(repository.LeftOver());
    }
}
