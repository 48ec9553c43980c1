using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>A step forward of the user's checkout that a crash cut off: what is ours of it is taken back, what is the user's stays.</summary>
public sealed class InterruptedForwardTests : InRepository
{
    private ForwardStep _step = null!;

    private string Index => Path.Combine(Opened.Places.CommonDir, "index");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Repo.Write("gone.txt", "old\n");
        Repo.Write("deep/er/kept.txt", "kept\n");
        var from = Repo.Commit("more");
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "src/app.txt", "one\ntwo\nthree\nfour\n");
        Files.Write(folder, "deep/new/a.txt", "a long line that may be cut off\n");
        File.Delete(Path.Combine(folder, "gone.txt"));
        var tip = (await CommitAsync("1A")).Commit!;
        _step = new ForwardStep(Repo.Root, Opened.Places.CommonDir, Main, from, tip, Moving: true);
        Repo.Write("README.md", "# Sample, edited\n");
        Repo.Write("notes.txt", "mine\n");
        Repo.Write("staged.txt", "staged\n");
        Repo.Git("add", "staged.txt");
    }

    [Theory]
    [InlineData("nothing yet", "true")]
    [InlineData("one file new", "printf 'one\\ntwo\\nthree\\nfour\\n' > src/app.txt")]
    [InlineData("one file half written", "printf 'one\\ntwo\\nthree\\nfo' > src/app.txt")]
    [InlineData("one file empty", ": > src/app.txt")]
    [InlineData("one file missing", "rm src/app.txt")]
    [InlineData("a new file half written", "mkdir -p deep/new; printf 'a long' > deep/new/a.txt")]
    [InlineData("a new folder empty", "mkdir -p deep/new")]
    [InlineData("the deleted one deleted", "rm gone.txt")]
    [InlineData("all files, but not the index", "printf 'one\\ntwo\\nthree\\nfour\\n' > src/app.txt; mkdir -p deep/new; printf 'a long line that may be cut off\\n' > deep/new/a.txt; rm gone.txt")]
    [InlineData("all files and the index", "git read-tree -m -u FROM TO")]
    [InlineData("a lock of the index", "rm gone.txt; : > .git/index.lock")]
    [InlineData("a lock of the branch", "git read-tree -m -u FROM TO; : > .git/refs/heads/main.lock")]
    public async Task What_was_begun_is_taken_back_and_can_be_done_again(string state, string script)
    {
        Assert.NotEmpty(state);
        var before = Repo.Git("status", "--porcelain");
        ForwardRecord.Write(Opened.Places, _step);
        Shell.Run("/bin/sh", Repo.Root, Repo.Around.In("home"), "-c", script.Replace("FROM", _step.From, StringComparison.Ordinal).Replace("TO", _step.To, StringComparison.Ordinal));

        await new InterruptedForward(Opened).TakeBackAsync(ofFormerLife: true, Stop);

        Assert.Equal(before, Repo.Git("status", "--porcelain"));
        Assert.Equal("# Sample, edited\n", Repo.Read("README.md"));
        Assert.False(File.Exists(Index + ".lock"));
        Assert.Empty(await new InterruptedForward(Opened).TakeBackAsync(ofFormerLife: true, Stop)); // once
        Assert.Null(await new CheckoutForward(Opened).GoAsync(_step with { Moving = false }, Stop));
        Assert.Equal(_step.To, Repo.Tip());
        Assert.Equal("one\ntwo\nthree\nfour\n", Repo.Read("src/app.txt"));
        Assert.Equal("mine\n", Repo.Read("notes.txt"));
        Assert.Equal(before, Repo.Git("status", "--porcelain"));
    }

    [Fact]
    public async Task A_branch_that_cannot_be_moved_leaves_the_checkout_as_it_was()
    {
        var before = Repo.Git("status", "--porcelain");
        var theirs = Path.Combine(Opened.Places.CommonDir, "refs", "heads", "main.lock");
        File.WriteAllText(theirs, "");
        Assert.NotNull(await new CheckoutForward(Opened).GoAsync(_step with { Moving = false }, Stop));
        Assert.True(File.Exists(theirs));
        File.Delete(theirs);
        Assert.Equal(before, Repo.Git("status", "--porcelain"));
        Assert.Null(ForwardRecord.Read(Opened.Places));
    }

    [Fact]
    public async Task What_the_user_wrote_meanwhile_stays()
    {
        ForwardRecord.Write(Opened.Places, _step);
        Repo.Write("src/app.txt", "the user's own since\n");
        File.Delete(Path.Combine(Repo.Root, "gone.txt"));
        await new InterruptedForward(Opened).TakeBackAsync(ofFormerLife: true, Stop);
        Assert.Equal("the user's own since\n", Repo.Read("src/app.txt"));
        Assert.Equal("old\n", Repo.Read("gone.txt"));
    }

    [Theory]
    [InlineData("before the files", "git commit -q -m mine staged.txt; git read-tree -m -u FROM TO")]
    [InlineData("after the files", "git read-tree -m -u FROM TO; git commit -q -m mine staged.txt")]
    [InlineData("with the files", "git read-tree -m -u FROM TO; git commit -q -m mine")]
    [InlineData("of one of the files", "git read-tree -m -u FROM TO; git commit -q -m mine src/app.txt")]
    public async Task A_commit_of_the_users_in_the_midst_of_it_stays_and_only_what_it_has_not_is_taken_back(string moment, string script)
    {
        Assert.NotEmpty(moment);
        ForwardRecord.Write(Opened.Places, _step);
        Shell.Run("/bin/sh", Repo.Root, Repo.Around.In("home"), "-c", script.Replace("FROM", _step.From, StringComparison.Ordinal).Replace("TO", _step.To, StringComparison.Ordinal));
        var mine = Repo.Tip();
        Assert.NotEqual(_step.From, mine);

        await new InterruptedForward(Opened).TakeBackAsync(ofFormerLife: false, Stop);

        Assert.Equal(mine, Repo.Tip());
        var edits = moment == "of one of the files" ? "A  staged.txt" : "";
        Assert.Equal($" M README.md\n{edits}\n?? notes.txt".Replace("\n\n", "\n", StringComparison.Ordinal), Repo.Git("status", "--porcelain"));
        Assert.Equal(moment is "with the files" or "of one of the files", Repo.Read("src/app.txt").EndsWith("four\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_it_was_only_looked_at_every_change_is_the_users()
    {
        ForwardRecord.Write(Opened.Places, _step with { Moving = false });
        File.Delete(Path.Combine(Repo.Root, "gone.txt"));
        await new InterruptedForward(Opened).TakeBackAsync(ofFormerLife: true, Stop);
        Assert.False(File.Exists(Path.Combine(Repo.Root, "gone.txt")));
    }

    [Fact]
    public async Task A_lock_of_the_users_is_left_alone_and_said()
    {
        ForwardRecord.Write(Opened.Places, _step);
        File.WriteAllText(Index + ".lock", "");
        File.SetLastWriteTimeUtc(Index + ".lock", DateTime.UtcNow.AddHours(-3));
        Assert.Contains(await new InterruptedForward(Opened).TakeBackAsync(ofFormerLife: true, Stop), line => line.Contains("it is not ours", StringComparison.Ordinal));
        Assert.True(File.Exists(Index + ".lock"));
    }
}
