using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>Tests that stand in a repository: the words they share.</summary>
public abstract class InRepository : IAsyncLifetime
{
    protected const string Run = "20261123-001522-a1b2c3";
    protected const string Main = "refs/heads/main";

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected TempRepository Repo { get; } = new();

    protected Repository Opened { get; private set; } = null!;

    protected Worktrees Trees => new(Opened);

    /// <summary>The one door through which things go.</summary>
    protected Removal Gone => new(Opened);

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync() => Opened = await Repo.OpenAsync(Stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await (Opened?.Packs.EndAsync() ?? Task.CompletedTask);
        Repo.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static WorkPlace Place(string id) => new(Run, MilestoneId.Parse(id));

    protected static string Branch(string id) => RefNames.Branch(Run, id);

    protected string Folder(string id) => Opened.Places.Worktree(id);

    /// <summary>A fresh worktree at a commit, main's tip if none is named.</summary>
    protected async Task<string> PrepareAsync(string id, string? tip = null)
    {
        await Trees.EnsureAsync(Place(id), tip ?? Repo.Tip(), renew: false, Stop);
        return Folder(id);
    }

    /// <summary>Commits a worktree on a tip, main's if none is named.</summary>
    protected Task<CommittedWork> CommitAsync(string id, string? tip = null, string pin = "1.0") =>
        new WorkCommits(Opened).CommitAsync(Place(id), tip ?? Repo.Tip(), $"{id}: work", pin, Stop);

    /// <summary>A milestone's work: files written in its worktree and committed. Returns the item for a batch.</summary>
    protected async Task<BatchItem> WorkAsync(string id, params (string Path, string Text)[] files)
    {
        var folder = await PrepareAsync(id);
        foreach (var (path, text) in files)
        {
            Files.Write(folder, path, text);
        }

        return new BatchItem(MilestoneId.Parse(id), (await CommitAsync(id)).Commit!);
    }

    protected static CandidateContext Context(params string[] ids) => new(
        Run, Main, id => $"Title of {id}", id => $"hash-{id}",
        [.. ids.Select(id => new TaskLine(MilestoneId.Parse(id), $"Title of {id}", false))]);

    /// <summary>Commits a submodule, sub, of which git is told to see no change.</summary>
    protected void CommitIgnoredSubmodule()
    {
        Repo.Write(".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = ./none\n\tignore = all\n");
        Repo.Git("update-index", "--add", "--cacheinfo", $"160000,{new string('1', 40)},sub");
        Repo.Git("add", ".gitmodules");
        Repo.Git("commit", "-q", "-m", "a submodule");
    }

    /// <summary>Builds a candidate of a batch.</summary>
    protected Task<BuiltCandidate> BuildAsync(string tip, params BatchItem[] batch) =>
        new Candidates(Opened).BuildAsync(Context([.. batch.Select(b => b.Id.ToString())]), batch, tip, Stop);

    /// <summary>Builds a candidate of one milestone on main as it is.</summary>
    protected async Task<BuiltCandidate> CandidateAsync(string id, params (string Path, string Text)[] files) =>
        await BuildAsync(Repo.Tip(), await WorkAsync(id, files));

    /// <summary>Publishes it.</summary>
    protected Task<PublishedCandidate> PublishAsync(BuiltCandidate built, LiveTasks? tasks = null, PublishMode mode = PublishMode.FastForward) =>
        new Publication(Opened, tasks ?? new LiveTasks(Opened.Places)).PublishAsync(Run, Main, built.Onto, built.Commit!, mode, Stop);
}
