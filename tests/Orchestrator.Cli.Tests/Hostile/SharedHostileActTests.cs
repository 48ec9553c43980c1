namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>What an agent does to the repository that it shares with its siblings and the user (facts/git.md 2.4).</summary>
public sealed class SharedHostileActTests
{
    // Then 1B is accepted, or about to be: nothing of its own is asked for any more.
    private const string BIsGreen = "await_gate_of_b\n";

    internal static readonly Act[] Acts =
    [
        new("a stash of its own", "work stashed; git add -A; git stash -q; work later") { ContentIsOther = true },
        new("the sibling's work stashed and popped here", "git -C \"$SIBLING\" stash -q -u; git stash pop -q"),
        new("the sibling's worktree removed", "work remover; git worktree remove -f -f \"$SIBLING\""),
        new("the sibling's worktree reset and cleaned", "work cleaner; git -C \"$SIBLING\" reset -q --hard; git -C \"$SIBLING\" clean -q -f -d"),
        new("the sibling's branch deleted", "work deleter; git update-ref -d \"refs/heads/orchestrator/$RUN/1B\""),
        new("the sibling's branch moved", "forge mover; git update-ref \"refs/heads/orchestrator/$RUN/1B\" HEAD"),
        new("its own branch deleted", "work deleter; git update-ref -d \"refs/heads/orchestrator/$RUN/1A\""),
        new("its own branch moved away from the base", "work orphan; git update-ref \"refs/heads/orchestrator/$RUN/1A\" $(git commit-tree -m forged $(git write-tree))"),
        new("all our refs deleted", BIsGreen + "work deleter; git for-each-ref --format='delete %(refname)' refs/orchestrator refs/heads/orchestrator | git update-ref --stdin") { SiblingGoesAhead = true },
        new("all our refs deleted and their objects pruned", BIsGreen + "work pruner; git for-each-ref --format='delete %(refname)' refs/orchestrator refs/heads/orchestrator | git update-ref --stdin; git -c gc.reflogExpireUnreachable=now gc -q --prune=now") { SiblingGoesAhead = true },
        new("the sibling's pin moved to its own commit", BIsGreen + "forge pinned; git update-ref \"refs/orchestrator/$RUN/1B/1.0\" HEAD") { SiblingGoesAhead = true },
        new("core.bare is true", "work bare; git config core.bare true"),
        new("core.worktree leads elsewhere", "work away; git config core.worktree \"$KEEP\""),
        new("core.worktree leads nowhere", "work away; git config core.worktree /not/there"),
        new("core.repositoryformatversion of the future", "work future; git config core.repositoryformatversion 99"),
        new("an unknown extension", "work extended; git config core.repositoryformatversion 1; git config extensions.agents true"),
        new("a config that cannot be read", "work broken; echo '[core' >> \"$GIT/config\"") { Waits = true, Says = "bad config" },
        new("main moved to its own commit", "forge moved; git update-ref refs/heads/main HEAD") { Exit = 4, Says = "moved by an agent to its own commit", Repair = "git update-ref refs/heads/main $(cat \"$HOME/act/begin\")", HarmsTheUser = true },
        new("a commit through a HEAD that points to main", "git symbolic-ref HEAD refs/heads/main; forge headed") { Exit = 4, Says = "moved by an agent to its own commit", Repair = "git update-ref refs/heads/main $(cat \"$HOME/act/begin\")", HarmsTheUser = true },
        new("a commit in the user's checkout", "work inside; cd \"$ROOT\"; env -u GIT_CEILING_DIRECTORIES git commit -q --no-verify -m forged") { Exit = 4, Says = "moved by an agent to its own commit", Repair = "git update-ref refs/heads/main $(cat \"$HOME/act/begin\")", HarmsTheUser = true },
        new("the user's checkout through a lost .git", "work fallen; rm .git; env -u GIT_CEILING_DIRECTORIES git commit -q --no-verify --allow-empty -m forged") { Exit = 4, Says = "moved by an agent to its own commit", Repair = "git update-ref refs/heads/main $(cat \"$HOME/act/begin\")", HarmsTheUser = true },
        new("main deleted", "work deleter; git update-ref -d refs/heads/main") { Exit = 4, Says = "refs/heads/main is gone", Repair = "git update-ref refs/heads/main $(git rev-parse --verify -q refs/heads/orchestrator/*/2A^0 || cat \"$HOME/act/begin\")" },
        new("main rewritten without its history", "forge orphan; git update-ref refs/heads/main $(git commit-tree -m forged HEAD^{tree})") { HarmsTheUser = true, Exit = 4, Says = "moved by an agent to its own commit", Repair = "git update-ref refs/heads/main $(cat \"$HOME/act/begin\")" },
        new("main replaced", "forge replaced; git replace refs/heads/main HEAD"),
        new("its branch grafted onto nothing", "work grafted; git rev-parse HEAD > \"$GIT/shallow\"") { Repair = "rm -f .git/shallow" },
        new("a tag called main", "forge tagged; git tag main; git tag heads/main; git tag refs/heads/main"),
        new("a branch called refs/heads/main", "forge branched; git branch refs/heads/main; git branch heads/main"),
        new("a branch in the way of our branches", "work blocker; git for-each-ref --format='delete %(refname)' refs/heads/orchestrator | git update-ref --stdin; git update-ref refs/heads/orchestrator refs/heads/main") { Waits = true, Says = "refs/heads/orchestrator", Repair = "git update-ref -d refs/heads/orchestrator" },
        new("a ref in the way of its pins", "work blocker; git update-ref \"refs/orchestrator/$RUN/1A\" HEAD") { Waits = true, Says = "refs/orchestrator/", Repair = "git update-ref -d \"$(git for-each-ref --format='%(refname)' 'refs/orchestrator/*/1A')\"" },
        new("a ref in the way of the integration", "work blocker; git update-ref \"refs/heads/orchestrator/$RUN/integration/x\" HEAD") { Waits = true, Says = "integration", Repair = "git update-ref -d \"$(git for-each-ref --format='%(refname)' 'refs/heads/orchestrator/*/integration/x')\"" },
        new("the integration branch taken", "forge taken; git update-ref \"refs/heads/orchestrator/$RUN/integration\" HEAD"),
        new("a symbolic ref in place of its branch", "work symbolic; git symbolic-ref \"refs/heads/orchestrator/$RUN/1A\" refs/heads/main"),
        new("a symbolic ref in place of its pin", "work symbolic; git symbolic-ref \"refs/orchestrator/$RUN/1A/1.0\" refs/heads/main"),
        new("a failing pre-commit hook and signing", "work hooked; printf '#!/bin/sh\\nexit 1\\n' > \"$GIT/hooks/pre-commit\"; chmod +x \"$GIT/hooks/pre-commit\"; git config commit.gpgsign true; git config user.signingkey none") { Repair = "rm .git/hooks/pre-commit" },
        new("autocrlf set", "work crlf; git config core.autocrlf true") { Also = s => Assert.DoesNotContain('\r', s.Repository.Read("a/crlf.txt")) },
        new("pruning again and again while others work", "work pruner; i=0; while [ $i -lt 40 ]; do git prune --expire=now; i=$((i+1)); done") { SiblingGoesAhead = true },
        new("garbage collection while others work", "work collector; i=0; while [ $i -lt 8 ]; do git gc -q --prune=now; git repack -q -A -d; git repack -q -a -d; git pack-refs --all; i=$((i+1)); done") { SiblingGoesAhead = true },
        new("worktrees pruned", "work pruner; git worktree unlock \"$SIBLING\"; mv \"$SIBLING/.git\" \"$KEEP/dotgit\"; git worktree prune --expire=now; mv \"$KEEP/dotgit\" \"$SIBLING/.git\""),
        new("the sibling's worktree moved", "work mover; git worktree move -f -f \"$SIBLING\" \"$KEEP/moved\"") { ContentIsOther = true },
        new("stale locks in the user's repository", "work locker; : > \"$GIT/index.lock\"; : > \"$GIT/HEAD.lock\"; : > \"$GIT/packed-refs.lock\"; : > \"$GIT/config.lock\"; : > \"$GIT/gc.pid\"") { Exit = 7, Says = "index.lock", Repair = "rm -f .git/*.lock .git/gc.pid" },
        new("a stale lock on main", "work locker; : > \"$GIT/refs/heads/main.lock\"") { Exit = 7, Says = "main.lock", Repair = "rm -f .git/refs/heads/main.lock" },
        new("the user's checkout reset", "work reset; git -C \"$ROOT\" reset -q --hard; git -C \"$ROOT\" clean -q -f -d") { HarmsTheUser = true },
        new("the user's checkout on another branch", "work switched; git -C \"$ROOT\" checkout -q -b elsewhere") { HarmsTheUser = true },
        new("the state folder deleted", "work deleter; rm -rf \"$ROOT/.orchestrator\"") { Exit = 2, Says = "was deleted while it was in use" },
        new("the shadow repository deleted", "work deleter; rm -rf \"$ROOT/.orchestrator/shadow.git\""),
        new("the shadow repository's objects deleted", BIsGreen + "work deleter; rm -rf \"$ROOT/.orchestrator/shadow.git/objects\"; mkdir \"$ROOT/.orchestrator/shadow.git/objects\"") { SiblingGoesAhead = true },
    ];

    public static TheoryData<string> Names => new(Acts.Where(a => !a.Waits).Select(a => a.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void An_act_on_the_shared_repository_harms_no_sibling_and_lets_nobody_lie(string name)
    {
        using var stage = new HostileStage(Acts.Single(a => a.Name == name));
        stage.HoldsTheLaw();
    }
}
