namespace Orchestrator.Cli.Tests.World;

/// <summary>Locks that a git of the user's left behind. Nobody can know that they are stale, so nobody but the user removes them.</summary>
public sealed class StaleLockTests
{
    [Theory]
    [InlineData(".git/index.lock")]
    [InlineData(".git/HEAD.lock")]
    [InlineData(".git/refs/heads/main.lock")]
    [InlineData(".git/packed-refs.lock")]
    [InlineData(".git/config.lock")]
    public void A_lock_of_the_users_is_named_and_never_removed(string file)
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        repository.Write(file, "mine");
        File.SetLastWriteTimeUtc(Path.Combine(repository.Folder, file), DateTime.UtcNow.AddDays(-30));

        var (exit, output, error) = repository.Run("run");

        Around.IsPlain(exit, output + error);
        Assert.Equal("mine", repository.Read(file));
        if (exit != 0)
        {
            Assert.Contains(Path.GetFileName(file), output + error, StringComparison.Ordinal);
            Assert.Contains($"remove '{Path.Combine(repository.Folder, file)}', then run 'orchestrator run'", repository.Run("run").Error, StringComparison.Ordinal);
        }

        File.Delete(Path.Combine(repository.Folder, file));
        repository.Completes("1A");
        Assert.Equal("", repository.Git("status", "--porcelain"));
    }
}
