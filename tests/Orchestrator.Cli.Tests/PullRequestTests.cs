using System.Text.Json;

namespace Orchestrator.Cli.Tests;

/// <summary>Whole runs that end in a pull request: a bare repository as the remote, and a gh that remembers what it was asked.</summary>
public sealed class PullRequestTests : IDisposable
{
    private const string Gh = """
        #!/bin/sh
        printf '%s\n' "$*" >> "HERE/gh.log"
        case "$2" in
            list) [ -e "HERE/gh.list" ] && cat "HERE/gh.list" || echo '[]' ;;
            create)
                if [ -e "HERE/crash" ]; then rm "HERE/crash"; kill -KILL $PPID; exit 1; fi
                echo '[{"url":"https://example.org/pull/7","state":"OPEN"}]' > "HERE/gh.list"; echo https://example.org/pull/7 ;;
        esac
        """;

    private readonly SampleRepository _repository = new("\"publish\": \"pull-request\"", ("1A", "fake: ok"), ("2A", "fake: ok"));
    private readonly Dictionary<string, string> _path;

    public PullRequestTests()
    {
        var tools = Directory.CreateDirectory(Path.Combine(_repository.Home, "tools")).FullName;
        File.WriteAllText(Path.Combine(tools, "gh"), Gh.Replace("HERE", _repository.Home, StringComparison.Ordinal));
        Tool.Run("/bin/chmod", tools, _repository.Home, 10, "+x", "gh");
        _path = new Dictionary<string, string> { ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" };
    }

    private string Remote => Path.Combine(_repository.Home, "remote.git");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Two_stages_are_pushed_twice_and_one_pull_request_is_opened()
    {
        AddRemote();

        var (exit, output, error) = Run();

        Assert.True(exit == 0, output + error);
        Assert.Equal(1, Created());
        Assert.Equal("1A 2A", _repository.Merged(Branch()));
        Assert.Equal("", _repository.Merged());
        Assert.Equal(_repository.Git("rev-parse", Branch()), AtRemote());
        Assert.Contains("waits in https://example.org/pull/7", output, StringComparison.Ordinal);
        using var status = JsonDocument.Parse(_repository.Run("status", "--json").Out);
        Assert.Equal("https://example.org/pull/7", status.RootElement.GetProperty("pull_request").GetString());
        Assert.All(status.RootElement.GetProperty("milestones").EnumerateArray(), m => Assert.Equal("accepted", m.GetProperty("state").GetString()));

        // When it is merged there and fetched, all is done.
        _repository.Git("merge", "-q", "--no-ff", "-m", "Merge pull request", Branch());
        Assert.Contains("All chosen milestones are done.", Run().Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_crash_between_push_and_pull_request_opens_it_at_the_next_start_and_once()
    {
        AddRemote();
        File.WriteAllText(Path.Combine(_repository.Home, "crash"), "");

        Assert.Equal(137, Run().Exit);
        Assert.Contains("1A", _repository.Merged(Branch()), StringComparison.Ordinal);
        Assert.Equal(_repository.Git("rev-parse", Branch()), AtRemote());
        Assert.False(File.Exists(Path.Combine(_repository.Home, "gh.list")));

        var (exit, output, error) = Run();
        Assert.True(exit == 0, output + error);
        Assert.Equal(2, Created()); // the one that was cut off, and the one that was answered
        Assert.Contains("https://example.org/pull/7", output, StringComparison.Ordinal);
        Assert.Equal(_repository.Git("rev-parse", Branch()), AtRemote());
    }

    [Fact]
    public void A_push_that_is_refused_is_tried_again_at_the_end_and_by_the_next_start()
    {
        AddRemote();
        var hook = Path.Combine(Remote, "hooks", "pre-receive");
        File.WriteAllText(hook, $"#!/bin/sh\necho x >> {_repository.Home}/pushes\necho the branch is frozen\nexit 1\n");
        Tool.Run("/bin/chmod", Remote, _repository.Home, 10, "+x", hook);

        var (exit, output, _) = Run();

        Assert.True(exit == 7, output);
        Assert.Equal(3, File.ReadAllLines(Path.Combine(_repository.Home, "pushes")).Length);
        Assert.Contains("the branch is frozen", output, StringComparison.Ordinal);
        Assert.Contains($"git push origin {Branch()}", output, StringComparison.Ordinal);
        Assert.Equal("1A 2A", _repository.Merged(Branch()));

        File.Delete(hook);
        var (again, _, error) = Run();
        Assert.Equal(0, again);
        Assert.Contains("waits in https://example.org/pull/7", error, StringComparison.Ordinal);
        Assert.Equal(_repository.Git("rev-parse", Branch()), AtRemote());
    }

    [Fact]
    public void Without_the_remote_nothing_is_begun()
    {
        var (exit, _, error) = Run();
        Assert.Equal(2, exit);
        Assert.Contains("there is no remote 'origin'", error, StringComparison.Ordinal);
        Assert.Equal("", _repository.Git("for-each-ref", "refs/heads/orchestrator"));
    }

    private void AddRemote()
    {
        _repository.Git("init", "-q", "--bare", Remote);
        _repository.Git("remote", "add", "origin", Remote);
    }

    private (int Exit, string Out, string Error) Run()
    {
        using var running = _repository.Start(_path, "run");
        return (running.WaitForExit(120), running.Out, running.Error);
    }

    private int Created() => File.ReadAllLines(Path.Combine(_repository.Home, "gh.log")).Count(line => line.StartsWith("pr create", StringComparison.Ordinal));

    private string Branch() => _repository.Git("for-each-ref", "--format=%(refname:short)", "refs/heads/orchestrator/*/integration");

    private string AtRemote() => Tool.Run("/usr/bin/git", Remote, _repository.Home, 30, "rev-parse", $"refs/heads/{Branch()}").Out.Trim();
}
