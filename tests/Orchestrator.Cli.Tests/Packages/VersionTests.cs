namespace Orchestrator.Cli.Tests.Packages;

/// <summary><c>eng/version.sh</c> in repositories made for the test.</summary>
public sealed class VersionTests : IDisposable
{
    private readonly SampleRepository _repository = new();

    /// <summary>The script acts on the repository that it lies in.</summary>
    public VersionTests()
    {
        _repository.Write("eng/version.sh", File.ReadAllText(Path.Combine(Tool.Root, "eng", "version.sh")));
        Commit("version");
    }

    private string Hash => _repository.Git("rev-parse", "--short=12", "HEAD");

    private string Version => Tool.Run("/bin/sh", _repository.Home, _repository.Home, 30, Path.Combine(_repository.Folder, "eng/version.sh")).Out.Trim();

    /// <inheritdoc/>
    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_tag_is_the_version()
    {
        _repository.Git("tag", "v1.2.3");
        Assert.Equal("1.2.3", Version);
    }

    [Fact]
    public void Without_a_tag_all_commits_count() => Assert.Equal($"0.1.0-dev.2+g{Hash}", Version);

    [Fact]
    public void Between_tags_it_comes_after_the_one_and_before_the_next()
    {
        _repository.Git("tag", "-a", "-m", "annotated", "v1.2.3");
        Commit("a");
        Commit("b");
        Assert.Equal($"1.2.4-dev.2+g{Hash}", Version);
        _repository.Git("tag", "v1.3.0-rc.1");
        Assert.Equal("1.3.0-rc.1", Version);
        Commit("c");
        Assert.Equal($"1.3.0-rc.1.dev.1+g{Hash}", Version);
    }

    [Fact]
    public void A_tag_that_is_no_version_counts_for_nothing()
    {
        _repository.Git("tag", "nightly");
        _repository.Git("tag", "vintage");
        Assert.Equal($"0.1.0-dev.2+g{Hash}", Version);
    }

    [Fact]
    public void What_is_not_committed_is_said_and_takes_the_tags_name_from_it()
    {
        _repository.Git("tag", "v1.2.3");
        _repository.Write("README.md", "changed\n");
        Assert.Equal($"1.2.4-dev.0+g{Hash}.dirty", Version);
    }

    [Fact]
    public void Outside_a_repository_there_is_one_still()
    {
        using var top = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(top.Path, "eng"));
        File.Copy(Path.Combine(Tool.Root, "eng", "version.sh"), Path.Combine(top.Path, "eng", "version.sh"));
        Assert.Equal("0.1.0-dev", Tool.Run("/bin/sh", top.Path, top.Path, 30, "eng/version.sh").Out.Trim());
    }

    [Fact]
    public void The_program_says_the_version_that_it_was_built_from()
    {
        var (exit, output, _) = Tool.Run(Tool.Program, _repository.Folder, _repository.Home, 30, "--version");
        Assert.Equal(0, exit);
        Assert.Matches(@"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+g[0-9a-f]{12}(\.dirty)?)?$", output);
    }

    private void Commit(string message)
    {
        _repository.Git("add", "-A");
        _repository.Git("commit", "-q", "--allow-empty", "-m", message);
    }
}
