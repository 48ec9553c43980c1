namespace Orchestrator.Cli.Tests;

/// <summary>A repository of a user, with a home of its own, and the fake agent in its settings.</summary>
internal sealed class SampleRepository : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    public SampleRepository(string settings = "", params (string Id, string Text)[] milestones)
    {
        Folder = Path.Combine(_top, "repo");
        Home = Path.Combine(_top, "home");
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(Home);
        Git("init", "-q", "-b", "main");
        Git("config", "user.name", "User");
        Git("config", "user.email", "user@localhost");
        Write("README.md", "# Sample\n");
        var isolation = settings.Contains("\"isolation\"", StringComparison.Ordinal) ? "" : ", \"isolation\": \"off\""; // most tests look at what happens when there is no fence
        Write("orchestrator.config.json", $"{{ \"claude\": {{ \"path\": \"{Tool.FakeClaude}\" }}{isolation}{(settings.Length > 0 ? ", " + settings : "")} }}\n");
        foreach (var (id, text) in milestones)
        {
            Write($"milestones/{id}.md", $"# {id}: Title of {id}\n\n{text}\n");
        }

        Git("add", "-A");
        Git("commit", "-q", "-m", "begin");
    }

    public string Folder { get; }

    public string Home { get; }

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, name))!);
        File.WriteAllText(Path.Combine(Folder, name), text);
    }

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public string Git(params string[] arguments)
    {
        var (exit, output, error) = Tool.Run("/usr/bin/git", Folder, Home, 60, arguments);
        Assert.True(exit == 0, $"git {string.Join(' ', arguments)}: {error}");
        return output.Trim();
    }

    public RunningTool Start(params string[] arguments) => new(Tool.Program, Folder, Home, arguments);

    /// <summary>Starts it with further variables in its environment.</summary>
    public RunningTool Start(Dictionary<string, string> variables, params string[] arguments) => new(Tool.Program, Folder, Home, variables, arguments);

    public (int Exit, string Out, string Error) Run(params string[] arguments) => Tool.Run(Tool.Program, Folder, Home, 120, arguments);

    /// <summary>The milestones merged on the branch, in the order of their merging.</summary>
    public string Merged(string branch = "main") => string.Join(' ', Git("log", "--reverse", "--merges", "--format=%(trailers:key=Orchestrator-Milestone,valueonly,separator=)", branch)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Processes that bear this repository's marker.</summary>
    public IReadOnlyList<int> LeftOver() => Engine.Processes.ProcessSweep.Find(Engine.Processes.LongProcess.RepositoryMarker, Path.Combine(Folder, ".git"));

    public void Dispose()
    {
        Engine.Processes.ProcessSweep.KillAll(Engine.Processes.LongProcess.RepositoryMarker, Path.Combine(Folder, ".git"));
        Directory.Delete(_top, recursive: true);
    }
}
