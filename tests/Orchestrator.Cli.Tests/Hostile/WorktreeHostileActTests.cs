namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>What an agent does to its own worktree, HEAD and index (facts/git.md 2.4).</summary>
public sealed class WorktreeHostileActTests
{
    internal static readonly Act[] Acts =
    [
        new("a repository inside, without a commit", "mkdir sub; git -C sub init -q; echo inner > sub/inner.txt; work nested"),
        new("a repository inside, with a commit", "mkdir sub; git -C sub init -q; echo inner > sub/inner.txt; git -C sub add -A; git -C sub -c user.name=x -c user.email=x@y commit -q -m inner; work nested"),
        new("a commit of its own on another branch", "git checkout -q -b other; forge other; work later"),
        new("a commit of its own on a detached HEAD", "git checkout -q --detach; forge detached; work later"),
        new("HEAD points to main", "git symbolic-ref HEAD refs/heads/main; work headed"),
        new("HEAD points nowhere", "git symbolic-ref HEAD refs/heads/not/there; forge nowhere"),
        new("HEAD is garbage", "work garbage; printf 'gar\\0bage' > \"$(git rev-parse --git-dir)/HEAD\""),
        new("an edit hidden by assume-unchanged", "git update-index --assume-unchanged src/app.txt; echo hidden > src/app.txt") { Also = s => Assert.Equal("hidden", s.OnMain("src/app.txt")) },
        new("an edit hidden by skip-worktree", "git update-index --skip-worktree src/app.txt; echo hidden > src/app.txt") { Also = s => Assert.Equal("hidden", s.OnMain("src/app.txt")) },
        new("everything excluded by info/exclude", "work excluded; echo '*' >> \"$GIT/info/exclude\"") { Repair = "sed -i '/^\\*$/d' .git/info/exclude", Also = s => Assert.Equal("excluded", s.OnMain("a/excluded.txt")) },
        new("everything excluded by core.excludesFile", "work excluded; echo '*' > \"$KEEP/ignore\"; git config core.excludesFile \"$KEEP/ignore\"") { Also = s => Assert.Equal("excluded", s.OnMain("a/excluded.txt")) },
        new("a repository in place of the worktree's", "rm .git; git init -q .; forge own; work later"),
        new("the worktree's .git is gone", "rm .git; work gone"),
        new("the worktree's .git leads elsewhere", "git init -q --bare \"$KEEP/else.git\"; echo \"gitdir: $KEEP/else.git\" > .git; work led"),
        new("the worktree's .git leads into the user's repository", "echo \"gitdir: $GIT\" > .git; work led"),
        new("the worktree's .git leads to the sibling's", "echo \"gitdir: $GIT/worktrees/1B\" > .git; work led; git add -A; git reset -q --hard"),
        new("the worktree's .git is a link", "mv .git \"$KEEP/dotgit\"; ln -s \"$KEEP/dotgit\" .git; work linked"),
        new("the worktree's part of the repository is gone", "work gone; rm -rf \"$GIT/worktrees/1A\""),
        new("the worktree is gone", "work gone; cd /; rm -rf \"$WT\"; : > \"$KEEP/a-done\""),
        new("the worktree is a link to the sibling's", "cd /; rm -rf \"$WT\"; ln -s \"$SIBLING\" \"$WT\"") { Also = s => Assert.False(File.Exists(Path.Combine(s.Repository.Folder, ".worktree", "1A"))) },
        new("the worktree is a link to the user's checkout", "cd /; rm -rf \"$WT\"; ln -s \"$ROOT\" \"$WT\"") { ContentIsOther = true },
        new("the worktree is a file", "cd /; rm -rf \"$WT\"; echo file > \"$WT\""),
        new("the worktree is moved", "work moved; git worktree move -f -f . \"$KEEP/moved\""),
        new("the worktree is locked and unlocked", "work locked; git worktree unlock .; git worktree lock --reason mine ."),
        new("the worktree is removed by git", "work removed; git worktree remove -f -f ."),
        new("a merge left half done", "git checkout -q -b side; echo side > src/app.txt; git commit -q -a -m forged; git checkout -q -; echo own > src/app.txt; git commit -q -a -m forged; git merge -q side; work merging"),
        new("a rebase left half done", "git checkout -q -b side; echo side > src/app.txt; git commit -q -a -m forged; git checkout -q -b top HEAD^; echo own > src/app.txt; git commit -q -a -m forged; git rebase -q side; work rebasing"),
        new("a sparse checkout", "git sparse-checkout set a 2>/dev/null; work sparse") { Also = s => Assert.Equal("one\ntwo\nthree", s.OnMain("src/app.txt")) },
        new("stale locks in its part of the repository", "work locked; d=$(git rev-parse --git-dir); : > $d/index.lock; : > $d/HEAD.lock; : > $d/index.orchestrator; : > \"$GIT/refs/heads/orchestrator/$RUN/1A.lock\"") { Waits = true, Says = "1A.lock" },
    ];

    public static TheoryData<string> Names => new(Acts.Where(a => !a.Waits).Select(a => a.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void An_act_on_its_own_worktree_diverts_and_loses_nothing(string name)
    {
        using var stage = new HostileStage(Acts.Single(a => a.Name == name));
        stage.HoldsTheLaw();
    }
}
