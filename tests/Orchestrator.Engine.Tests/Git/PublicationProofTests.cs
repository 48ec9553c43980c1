using Orchestrator.Core;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>The second look at a publication finds what a wrong merger would do.</summary>
public sealed class PublicationProofTests : InRepository
{
    private BatchItem _one;
    private BatchItem _two;
    private BuiltCandidate _built = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _one = await WorkAsync("1A", ("a.txt", "a\n"), ("src/app.txt", "ONE\ntwo\nthree\n"));
        _two = await WorkAsync("1B", ("b.txt", "b\n"), ("src/app.txt", "one\ntwo\nTHREE\n"));
        _built = await BuildAsync(Repo.Tip(), _one, _two);
    }

    [Fact]
    public async Task A_true_publication_is_proved_whole()
    {
        await PublishAsync(_built);
        var proof = await LookAsync(_built.Commit!);
        Assert.True(proof.Holds, proof.Doubt);
        Assert.Equal(Proof.Whole, proof);
    }

    [Fact]
    public async Task A_publication_on_a_target_that_went_on_is_proved_too()
    {
        var main = Repo.Tip();
        var first = await BuildAsync(main, _one);
        Repo.Write("users.txt", "mine\n");
        var users = Repo.Commit("the user's own");
        var built = await BuildAsync(first.Commit!, _two);
        Assert.Equal(users, built.Onto);
        var proof = await new PublicationProof(Opened).LookAsync(built.Onto, built.Commit!, [_two], [main, first.Commit!, _one.Tip], Stop);
        Assert.True(proof.Holds, proof.Doubt);
    }

    [Fact]
    public async Task A_line_that_a_merge_lost_is_found() =>
        await DoubtsAsync(ProofKind.SameTree, await ForgeAsync(_built.Commit!, tree => tree.Write("src/app.txt", "one\ntwo\nTHREE\n")), "src/app.txt");

    [Fact]
    public async Task A_file_that_a_merge_brought_along_is_found()
    {
        var forged = await ForgeAsync(_built.Commit!, tree => tree.Write("stranger.txt", "x\n"));
        await DoubtsAsync(ProofKind.SameTree, forged, "stranger.txt");
        await DoubtsAsync(ProofKind.OnlyTheirPaths, forged, "stranger.txt changed, which no milestone changed");
    }

    [Fact]
    public async Task A_milestone_that_is_missing_is_found() =>
        await DoubtsAsync(ProofKind.HoldsTips, (await BuildAsync(Repo.Tip(), _one)).Commit!, _two.Tip[..10]);

    [Fact]
    public async Task Work_from_before_that_is_missing_is_found()
    {
        var proof = await new PublicationProof(Opened).LookAsync(_built.Onto, _built.Commit!, [_one, _two], [_built.Onto, (await WorkAsync("2A", ("c.txt", "c\n"))).Tip], Stop);
        Assert.Contains("the earlier commit", proof.Doubt, StringComparison.Ordinal);
        Assert.False(proof.Holds);
    }

    [Fact]
    public async Task A_merge_of_somebody_elses_commit_is_found()
    {
        var stranger = await WorkAsync("2A", ("c.txt", "c\n"));
        await DoubtsAsync(ProofKind.OnlyTheirPaths, (await BuildAsync(Repo.Tip(), _one, _two, stranger)).Commit!, "which is no milestone's");
    }

    private Task<Proof> LookAsync(string commit) => new PublicationProof(Opened).LookAsync(_built.Onto, commit, [_one, _two], [_built.Onto], Stop);

    private async Task DoubtsAsync(ProofKind kind, string commit, string said)
    {
        var proof = await LookAsync(commit);
        Assert.False(proof.Holds);
        Assert.Contains(proof.Checks, c => c.Kind == kind && !c.Holds && c.Detail.Contains(said, StringComparison.Ordinal));
    }

    /// <summary>The same merge with another tree.</summary>
    private Task<string> ForgeAsync(string merge, Action<Tree> change)
    {
        using var tree = new Tree(Repo, merge);
        change(tree);
        return Task.FromResult(Repo.Git("commit-tree", tree.Write(), "-p", Repo.Tip(merge + "^1"), "-p", Repo.Tip(merge + "^2"), "-m", "forged"));
    }

    private sealed class Tree : IDisposable
    {
        private readonly TempRepository _repo;
        private readonly string _folder;

        public Tree(TempRepository repo, string commit)
        {
            _repo = repo;
            _folder = repo.Around.In("forge");
            repo.Git("worktree", "add", "-q", "--detach", _folder, commit);
        }

        public void Write(string path, string text) => Files.Write(_folder, path, text);

        public string Write()
        {
            _repo.GitIn(_folder, "add", "-A");
            return _repo.GitIn(_folder, "write-tree");
        }

        public void Dispose() => _repo.Git("worktree", "remove", "--force", _folder);
    }
}
