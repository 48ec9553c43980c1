using System.Globalization;

namespace Orchestrator.Cli.Tests;

/// <summary>Who may work on a repository when several want to.</summary>
public sealed class ManyOrchestratorsTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("ORCHESTRATOR_ALL_POINTS") is "1" ? 50 : 6;

    [Fact]
    public void Of_eight_started_at_once_from_anywhere_one_works_and_seven_name_it()
    {
        for (var round = 0; round < Rounds; round++)
        {
            using var repository = new SampleRepository("", ("1A", "fake: hold:implement"), ("1B", "fake: ok"));
            var link = Path.Combine(repository.Home, "link");
            var linked = Path.Combine(repository.Home, "linked");
            Directory.CreateSymbolicLink(link, repository.Folder);
            repository.Git("worktree", "add", "-q", "-b", "mine", linked);
            (string Folder, string[] Call)[] ways =
            [
                (repository.Folder, ["run"]),
                (Path.Combine(repository.Folder, "milestones"), ["run"]),
                (linked, ["run"]),
                (link, ["run"]),
                (Path.Combine(link, "milestones"), ["run"]),
                (repository.Home, ["-C", repository.Folder, "run"]),
                (repository.Home, ["run", "-C", link]),
                (repository.Home, ["-C", linked, "run"]),
            ];
            var all = ways.Select(way => new RunningTool(Tool.Program, way.Folder, repository.Home, way.Call)).ToList();
            try
            {
                HeldRun.Until(() => all.Count(run => run.HasExited) >= 7, 30, () => $"{all.Count(run => run.HasExited)} of 8 were refused");
                var winner = Assert.Single(all, run => !run.HasExited);
                foreach (var loser in all.Where(run => run != winner))
                {
                    Assert.Equal(6, loser.WaitForExit(5));
                    Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"process {winner.Id} on "), loser.Error, StringComparison.Ordinal);
                }

                File.WriteAllText(Path.Combine(repository.Home, "go"), "");
                Assert.True(winner.WaitForExit(30) == 0, winner.Out + winner.Error);
                Assert.Equal("1A 1B", string.Join(' ', repository.Merged().Split(' ').Order(StringComparer.Ordinal)));
                Assert.Equal("1A attempt 1 round 0\n", repository.Read("out/1A.txt"));
                Assert.Equal("", repository.Git("status", "--porcelain"));
            }
            finally
            {
                all.ForEach(run => run.Dispose());
            }
        }
    }

    [Fact]
    public void A_note_of_somebody_elses_living_process_holds_nobody_up()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        repository.Write(".git/orchestrator.lock", "");
        repository.Write(".git/orchestrator.lock.holder", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{Environment.MachineName}\n2026-11-23 12:00:00Z\n"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A", repository.Merged());
    }

    [Fact]
    public void A_lock_that_cannot_be_taken_is_a_problem_that_names_the_file_and_no_crash()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        Directory.CreateDirectory(Path.Combine(repository.Folder, ".git", "orchestrator.lock")); // for the superuser, too, nothing that can be opened to write
        foreach (var verb in new[] { "run", "clean" })
        {
            var (exit, output, error) = repository.Run(verb);

            Assert.Equal((2, ""), (exit, output));
            Assert.Contains(Path.Combine(repository.Folder, ".git", "orchestrator.lock"), error, StringComparison.Ordinal);
            Assert.DoesNotContain("already works", error, StringComparison.Ordinal);
        }

        Assert.Equal(0, repository.Run("status").Exit);
    }
}
