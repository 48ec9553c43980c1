using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Tests.World;

/// <summary><c>clean</c> where there is something to lose.</summary>
public sealed partial class CleanTests
{
    [Fact]
    public void Clean_first_says_what_it_would_do_and_then_keeps_whatever_is_in_no_commit()
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        repository.Write(".gitignore", "*.local\n");
        repository.Write(".worktreeinclude", "secret.local\n");
        repository.Git("add", ".gitignore", ".worktreeinclude");
        repository.Git("commit", "-q", "-m", "ignore");
        repository.StopHeld("TERM");
        repository.Git("-C", ".worktree/2A", "checkout", "-q", "--detach");
        repository.Write(".worktree/2A/own.txt", "committed by the agent itself\n");
        repository.Git("-C", ".worktree/2A", "add", "own.txt");
        repository.Git("-C", ".worktree/2A", "commit", "-q", "-m", "by itself");
        var own = repository.Git("-C", ".worktree/2A", "rev-parse", "HEAD");
        repository.Write(".worktree/2A/README.md", "# modified\n");
        repository.Write(".worktree/2A/new/draft.txt", "untracked\n");
        repository.Write(".worktree/2A/secret.local", "ignored and named\n");
        repository.Write(".worktree/2A/other.local", "ignored and not named\n");
        var before = repository.OurRefs();
        var files = Listing(repository);

        var (exit, output, error) = repository.Run("clean", "--dry-run");
        Assert.True(exit == 0, output + error);
        Assert.Contains("would remove  worktree .worktree/2A", output, StringComparison.Ordinal);
        Assert.Equal(before, repository.OurRefs());
        Assert.Equal(files, Listing(repository));

        (exit, output, error) = repository.Run("clean");
        Assert.True(exit == 0, output + error);
        Assert.False(Directory.Exists(Path.Combine(repository.Folder, ".worktree", "2A")));
        var rescued = RescueRef().Matches(output).Select(m => m.Value).ToList();
        Assert.Equal(rescued, repository.OurRefs().Keys.Where(name => name.StartsWith("refs/orchestrator/rescue/", StringComparison.Ordinal)));
        repository.KeepsCommits(before.Values);
        repository.KeepsCommits([own]);
        Assert.Equal(
            ["# modified", "untracked", "ignored and named", "committed by the agent itself"],
            new[] { "README.md", "new/draft.txt", "secret.local", "own.txt" }.Select(file => Kept(repository, rescued, file)));

        repository.Completes("1A 2A");
        repository.KeepsCommits(before.Values);
        Assert.Equal(["Nothing to clean."], new[] { repository.Run("clean"), repository.Run("clean") }[1..].Select(end => end.Out.Trim()));
        repository.KeepsCommits([own, .. before.Values]);
    }

    private static string Kept(SampleRepository repository, List<string> rescued, string file) => rescued
        .Select(name => Tool.Run("/usr/bin/git", repository.Folder, repository.Home, 30, "show", $"{name}:{file}"))
        .Where(show => show.Exit == 0).Select(show => show.Out.Trim()).LastOrDefault("lost");

    private static string Listing(SampleRepository repository) => string.Join('\n', new[] { ".worktree", ".git/worktrees" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(repository.Folder, folder), "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal)
        .Select(file => $"{file} {new FileInfo(file).Length}"));

    [GeneratedRegex("refs/orchestrator/rescue/[^ ,)]+")]
    private static partial Regex RescueRef();
}
