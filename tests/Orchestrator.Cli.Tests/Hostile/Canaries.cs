namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>
/// Programs that an agent can plant (facts/git.md 2.5): each writes a file named after itself when it runs, with the
/// git command that ran it. Planted by a script, because it is the agent who does it.
/// </summary>
internal static class Canaries
{
    /// <summary>Keys whose value is a program, or leads to one.</summary>
    public static readonly string[] Keys =
    [
        "core.fsmonitor", "core.sshCommand", "core.askPass", "core.pager", "core.editor", "core.alternateRefsCommand", "credential.helper", "diff.external",
        "diff.evil.command", "diff.evil.textconv", "merge.evil.driver", "filter.evil.clean", "filter.evil.smudge", "filter.proc.process", "gpg.program",
        "sequence.editor", "interactive.diffFilter", "remote.evil.uploadpack",
    ];

    /// <summary>All hooks that a git of ours could come upon.</summary>
    public static readonly string[] Hooks =
    [
        "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase",
        "post-checkout", "post-merge", "pre-push", "pre-receive", "update", "post-receive", "post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc",
        "post-rewrite", "fsmonitor-watchman", "post-index-change",
    ];

    private const string Attributes = "* filter=evil diff=evil merge=evil\\n*.dat filter=proc\\n*.ext !diff\\n";

    /// <summary>
    /// The script that plants them. <c>$NEST</c> is where the canaries' programs go, <c>$SUNG</c> where they write,
    /// <c>$GIT</c> the repository, <c>$WT</c> the worktree.
    /// </summary>
    public static string Plant(string keysIn, string hooksIn, string attributesIn)
    {
        var keys = string.Join('\n', Keys.Select(key => $"canary '{key}'; keep '{key}' \"$NEST/{key}\""));
        var hooks = string.Join('\n', Hooks.Select(hook => $"canary 'hook-{hook}'; cp \"$NEST/hook-{hook}\" \"$HOOKS/{hook}\""));
        return $$"""
            mkdir -p "$NEST" "$SUNG"
            canary() { printf '#!/bin/sh\nc=$(tr "\\0" " " < /proc/$PPID/cmdline)\necho "$c" >> "%s/%s"\ncase "%s" in *process) exit 1;; filter*|interactive*|*textconv) cat ${1:+"$1"} 2>/dev/null || cat;; core.fsmonitor) exit 1;; esac\nexit 0\n' "$SUNG" "$1" "$1" > "$NEST/$1"; chmod +x "$NEST/$1"; }
            {{keysIn switch
            {
                "config" => "keep() { git config -f \"$GIT/config\" \"$1\" \"$2\"; }",
                "config.worktree" => "git config -f \"$GIT/config\" core.repositoryformatversion 1; git config -f \"$GIT/config\" extensions.worktreeConfig true\nkeep() { for f in \"$GIT\"/config.worktree \"$GIT\"/worktrees/*/config.worktree; do [ -d \"${f%/*}\" ] && git config -f \"$f\" \"$1\" \"$2\"; done; }",
                "include.path" => "git config -f \"$GIT/config\" include.path \"$NEST/included\"\nkeep() { git config -f \"$NEST/included\" \"$1\" \"$2\"; }",
                _ => throw new ArgumentOutOfRangeException(nameof(keysIn)),
            }}}
            {{(hooksIn == "hooks" ? "HOOKS=\"$GIT/hooks\"; mkdir -p \"$HOOKS\"" : "HOOKS=\"$NEST/hooks\"; mkdir -p \"$HOOKS\"; keep core.hooksPath \"$HOOKS\"")}}
            {{keys}}
            {{hooks}}
            keep commit.gpgSign true; keep tag.gpgSign true; keep gc.auto 1; keep gc.autoPackLimit 1; keep merge.evil.name evil; keep color.ui always
            keep extensions.partialClone evil; keep remote.evil.promisor true; keep remote.evil.url "$ROOT"
            {{attributesIn switch
            {
                "info/attributes" => $"mkdir -p \"$GIT/info\"; printf '{Attributes}' > \"$GIT/info/attributes\"",
                "core.attributesFile" => $"printf '{Attributes}' > \"$NEST/attributes\"; keep core.attributesFile \"$NEST/attributes\"",
                ".gitattributes" => $"printf '{Attributes}' > \"$WT/.gitattributes\"",
                _ => throw new ArgumentOutOfRangeException(nameof(attributesIn)),
            }}}
            """;
    }

    /// <summary>What plain git does with them: one script that makes each sing, by commands a user gives every day.</summary>
    public const string Provoke = """
        exec >/dev/null 2>&1 </dev/null
        cd "$ROOT"
        export GIT_TERMINAL_PROMPT=0 GIT_EDITOR= EDITOR=true
        unset GIT_EDITOR
        quiet="-c core.fsmonitor=false -c commit.gpgSign=false -c core.editor=true -c sequence.editor=true"
        git config gc.autoDetach false
        git $quiet commit -q --allow-empty -m first
        git status
        git -c core.fsmonitor="$GIT/hooks/fsmonitor-watchman" status
        echo x >> src/app.txt; echo d > a.dat; echo e > a.ext
        git add a.dat; rm -f a.dat # a filter that dies stops git itself
        git add -A
        git diff HEAD
        git -c diff.external= diff HEAD --ext-diff
        git -c diff.external= -c diff.evil.command= diff HEAD --no-ext-diff
        git config --unset diff.evil.command; git diff --no-ext-diff HEAD
        git commit -S -m signed
        git $quiet commit --no-gpg-sign -m plain
        git -c core.fsmonitor=false commit --no-gpg-sign --allow-empty
        git $quiet checkout -q -b side HEAD~1; echo side > src/app.txt; echo s > s.txt; git $quiet add -A; git $quiet commit -q -m side
        rm -f src/app.txt; git $quiet checkout -- src/app.txt
        git $quiet checkout -q main
        git $quiet merge --no-ff -m merged side
        git $quiet commit -q -a -m merged; git $quiet commit -q --amend -m again
        git $quiet rebase --force-rebase HEAD~1
        git -c core.fsmonitor=false -c commit.gpgSign=false rebase -i HEAD~1; git rebase --abort
        git $quiet checkout -q -b patch begin^0; echo p > p.txt; git add p.txt; git $quiet commit -q -m p; git format-patch -1 --stdout > "$NEST/p.patch"
        git $quiet reset -q --hard HEAD~1; git $quiet am < "$NEST/p.patch"
        git $quiet checkout -q main; echo y >> src/app.txt; printf 'q\n' | TERM=xterm GIT_PAGER_IN_USE=1 git $quiet add -p
        git grep -O one
        printf 'protocol=https\nhost=localhost\n\n' | git -c credential.helper= credential fill
        printf 'protocol=https\nhost=localhost\n\n' | git credential fill
        git ls-remote ssh://localhost/x
        git ls-remote evil
        git $quiet clone -q "$ROOT" "$NEST/clone"; cd "$NEST/clone"
        git config user.name x; git config user.email x@y
        git commit -q --allow-empty -m c; git push -q origin HEAD:refs/heads/pushed
        git -C "$ROOT" config receive.denyCurrentBranch updateInstead; git checkout -q -B main origin/main; git commit -q --allow-empty -m d; git push -q origin main
        cd "$ROOT"; git push -q "$NEST/clone" HEAD:refs/heads/back
        mkdir -p objects; echo "$NEST/clone/.git/objects" > "$GIT/objects/info/alternates"; git -C "$NEST/clone" commit -q --allow-empty -m e; git -C "$NEST/clone" push -q origin HEAD:refs/heads/more
        git repack -q -d; git $quiet commit -q --allow-empty -m r; git repack -q -d; git gc --auto
        """;
}
