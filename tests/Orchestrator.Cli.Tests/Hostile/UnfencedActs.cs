namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>One thing that an agent does where there is no fence.</summary>
/// <param name="Name">As the table in docs/concepts/without-a-fence.md has it.</param>
/// <param name="Script">Does it; the variables are those of <see cref="UnfencedScene"/>.</param>
/// <param name="Harm">A command that succeeds as long as the harm is there.</param>
/// <param name="Word">What a sentence of the program has in it that names the act; empty when only the harm counts.</param>
/// <param name="Alone">The act ends the run or spoils what others look at: it has a run of its own.</param>
/// <param name="Waits">The run waits for the harm to be mended; it is stopped once it said so.</param>
internal sealed record UnfencedAct(string Name, string Script, string Harm, string Word = "", bool Alone = false, bool Waits = false)
{
    /// <summary>All of the table.</summary>
    public static readonly UnfencedAct[] All =
    [
        new("a file in your checkout is changed", "echo evil >> \"$ROOT/README.md\"", "grep -q evil \"$ROOT/README.md\"", "README.md"),
        new("a new file in your checkout", "echo evil > \"$ROOT/new.txt\"", "test -e \"$ROOT/new.txt\"", "new.txt"),
        new("an edit of yours that is not committed is thrown away", "git -C \"$ROOT\" checkout -q -- src/app.txt", "! grep -q mine \"$ROOT/src/app.txt\"", "src/app.txt"),
        new("your settings for the next start are changed", "sed -i 's/\"retry_attempts\": 3/\"retry_attempts\": 9/' \"$ROOT/orchestrator.config.json\"", "grep -q 9 \"$ROOT/orchestrator.config.json\"", "orchestrator.config.json"),
        new("a log of an earlier run is changed", "echo evil > \"$ROOT/logs/orchestrator_20200101_000000.log\"", "grep -q evil \"$ROOT/logs/orchestrator_20200101_000000.log\"", "20200101"),
        new("a file in your home is changed", "echo evil >> \"$HOME/.bashrc\"", "grep -q evil \"$HOME/.bashrc\"", ".bashrc"),
        new("settings for your own agents are planted", "mkdir -p \"$HOME/.claude\"; echo '{\"hooks\":{}}' > \"$HOME/.claude/settings.json\"", "test -e \"$HOME/.claude/settings.json\"", ".claude"),
        new("a program is put on your PATH", "mkdir -p \"$HOME/.local/bin\"; echo evil > \"$HOME/.local/bin/git\"", "test -e \"$HOME/.local/bin/git\"", ".local/bin"),
        new("a key of yours is read", "cat \"$HOME/.ssh/id_ed25519\" > \"$KEEP/stolen\"", "grep -q canary \"$KEEP/stolen\"", "id_ed25519"),
        new("what the program was started with is read", "p=$$; while [ \"$(cat /proc/$p/comm)\" != orchestrator ]; do p=$(sed -n 's/^PPid:\\t//p' /proc/$p/status); done; tr '\\0' '\\n' < /proc/$p/environ | grep '^CANARY=' > \"$KEEP/environment\"", "test -s \"$KEEP/environment\"", "/proc/"),
        new("a service on this machine is reached", "perl -MIO::Socket::INET -e 'IO::Socket::INET->new(PeerAddr => \"127.0.0.1:'$SERVICE'\") or exit 1' && : > \"$KEEP/reached\"", "test -e \"$KEEP/reached\"", "127.0.0.1"),
        new("a key is written into the work", "mkdir -p a; cp \"$HOME/token\" a/settings.txt", "grep -qsf \"$HOME/token\" a/settings.txt || git -C \"$ROOT\" show main:a/settings.txt", "a/settings.txt"),

        new("a hook is planted", "echo evil > \"$GIT/hooks/post-commit\"", "test -e \"$GIT/hooks/post-commit\"", ".git/hooks/post-commit"),
        new("a program is set in git's configuration", "git config core.pager evil", "git -C \"$ROOT\" config core.pager", ".git/config"),
        new("attributes or ignore rules are planted in .git/info", "echo '* filter=evil' > \"$GIT/info/attributes\"", "test -e \"$GIT/info/attributes\"", ".git/info/attributes"),
        new("a branch or a tag is made", "git branch evil; git tag evil", "git -C \"$ROOT\" rev-parse -q --verify refs/heads/evil && git -C \"$ROOT\" rev-parse -q --verify refs/tags/evil", "evil"),
        new("a branch of yours is moved that is not the target", "git update-ref refs/heads/other $(git commit-tree -m forged HEAD^{tree})", "test \"$(git -C \"$ROOT\" rev-parse refs/heads/other)\" != \"$(cat \"$KEEP/begin\")\"", "refs/heads/other"),
        new("a branch of yours is deleted that is not the target", "git update-ref -d refs/heads/third", "! git -C \"$ROOT\" rev-parse -q --verify refs/heads/third", "refs/heads/third"),
        new("your stash is taken", "git stash drop -q", "! git -C \"$ROOT\" rev-parse -q --verify refs/stash", "stash"),
        new("an object is replaced", "git replace refs/heads/main HEAD", "git -C \"$ROOT\" replace -l | grep -q .", "replace"),
        new("branches and pins of the run are deleted", "git for-each-ref --format='delete %(refname)' refs/orchestrator refs/heads/orchestrator | git update-ref --stdin; : > \"$KEEP/unpinned\"", "test -e \"$KEEP/unpinned\" && ! git -C \"$ROOT\" for-each-ref refs/heads/orchestrator | grep -q 1B", "refs/heads/orchestrator"),
        new("the branch of another milestone is moved", "git update-ref \"refs/heads/orchestrator/$RUN/1B\" $(git commit-tree -m forged HEAD^{tree})", "git -C \"$ROOT\" log -1 --format=%s \"refs/heads/orchestrator/$RUN/1B\" | grep -q forged", "refs/heads/orchestrator", Alone: true),
        new("a setting closes the repository", "git config core.bare true", "test \"$(git -C \"$ROOT\" config core.bare)\" = true", "Taken back: core.bare"),

        new("a daemon is left", "setsid sh -c '(sh -c \"echo \\$PPID\" > \"$KEEP/marked\"; exec sleep 300) &'; await \"$KEEP/marked\"", "runs \"$KEEP/marked\"", "daemon"),
        new("a daemon is left that took our mark off", "env -i PATH=\"$PATH\" KEEP=\"$KEEP\" setsid sh -c '(sh -c \"echo \\$PPID\" > \"$KEEP/unmarked\"; exec sleep 300) </dev/null >/dev/null 2>&1 &'; await \"$KEEP/unmarked\"", "runs \"$KEEP/unmarked\"", "daemon"),

        new("a file of another milestone is changed", "echo evil > \"$SIBLING/b.txt\"", "git -C \"$ROOT\" show main:b.txt 2>&1 | grep -q evil || grep -qs evil \"$SIBLING/b.txt\"", "b.txt", Alone: true),
        new("the worktree of another milestone is removed", "git worktree remove -f -f \"$SIBLING\"", "! test -e \"$SIBLING\" && ! git -C \"$ROOT\" show main:b/two.txt", "1B: the turn failed", Alone: true),
        new("the agent of another milestone is killed", "kill -9 $(cat \"$KEEP/b-agent\"); : > \"$KEEP/killed\"", "test -e \"$KEEP/killed\" && ! git -C \"$ROOT\" show main:b/two.txt", "signal 9", Alone: true),
        new("the target branch is moved to an agent's commit", "git commit -q --allow-empty -m forged; git update-ref refs/heads/main HEAD", "git -C \"$ROOT\" log --format=%s main | grep -q forged", "moved by an agent to its own commit", Alone: true),
        new("your checkout is switched to another branch", "git -C \"$ROOT\" checkout -q -b elsewhere", "test \"$(git -C \"$ROOT\" symbolic-ref HEAD)\" = refs/heads/elsewhere", "elsewhere", Alone: true),
        new("our journal is deleted", "rm -rf \"$ROOT/.orchestrator\"", "! test -e \"$ROOT/.orchestrator/runs\"", "was deleted while it was in use", Alone: true),
        new("objects of the repository are deleted", "rm -rf \"$GIT\"/objects/??", "! git -C \"$ROOT\" fsck --no-dangling", "bad object", Alone: true, Waits: true),
        new("a lock is left in the repository", ": > \"$GIT/index.lock\"", "test -e \"$GIT/index.lock\"", "index.lock", Alone: true),
    ];
}
