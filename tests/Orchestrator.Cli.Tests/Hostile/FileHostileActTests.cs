namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>What an agent leaves in its worktree: names, kinds and contents that trip git up (facts/git.md 2.4), and processes that go on writing.</summary>
public sealed class FileHostileActTests
{
    internal static readonly Act[] Acts =
    [
        new("a fifo and a socket", "work special; mkfifo pipe; perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => \"sock\", Listen => 1)'"),
        new("a name that looks like an option", "work option; echo n > ./-n; echo r > ./--; echo d > ./--work-tree=x"),
        new("names with line feeds, tabs and quotes", "work odd; echo x > \"$(printf 'line\\nfeed')\"; echo y > \"$(printf 'tab\\tand\\033escape')\"; echo z > 'quo\"te'"),
        new("names that are no UTF-8", "work latin; echo x > \"$(printf 'caf\\351')\"; mkdir \"$(printf '\\377\\376')\"; echo y > \"$(printf '\\377\\376/y')\""),
        new("names with wild cards and pathspec magic", "work magic; echo x > ':(top)x'; echo y > '*'; echo z > ':!src'; echo w > '[a-z]'"),
        new("a long name in deep folders", "work deep; n=$(printf 'x%.0s' $(seq 200)); mkdir -p $n/$n/$n; echo x > $n/$n/$n/x"),
        new("a .GIT folder", "work upper; mkdir .GIT; echo '[core]' > .GIT/config") { ContentIsOther = true },
        new("a folder like .git to other systems", "work alike; mkdir 'git~1'; echo x > 'git~1/config'; mkdir '.git '; echo y > '.git /config'; mkdir \"$(printf '.g\\342\\200\\214it')\"; echo z > \"$(printf '.g\\342\\200\\214it/config')\"") { ContentIsOther = true, Says = "attempt 2", Amends = "rm -rf 'git~1' '.git ' .g*it" },
        new("an invalid .gitmodules", "work modules; printf '[submodule \"../x\"]\\n\\tpath = -x\\n\\turl = -u./payload\\n\\tupdate = !touch pwned\\n' > .gitmodules") { ContentIsOther = true, Says = "attempt 2", Amends = "rm -f .gitmodules" },
        new(".gitmodules as a link", "work modules; ln -s /etc/passwd .gitmodules") { ContentIsOther = true, Says = "attempt 2", Amends = "rm -f .gitmodules" },
        new(".gitattributes as a link", "work attributes; ln -s /etc/passwd .gitattributes"),
        new("an endless line in .gitattributes", "work attributes; head -c 200000 /dev/zero | tr '\\0' x > .gitattributes") { ContentIsOther = true, Says = "attempt 2", Amends = "rm -f .gitattributes" },
        new("attributes that convert", "work attributes; printf '* text eol=crlf ident\\n*.u16 working-tree-encoding=UTF-16\\n*.md export-ignore export-subst merge=union\\n' > .gitattributes; echo plain > x.u16") { ContentIsOther = true, Says = "attempt 2", Amends = "rm -f .gitattributes" },
        new("attributes that hide and merge", "work attributes; printf '* -diff -merge -text\\nTASKS.md merge=binary\\n' > .gitattributes"),
        new("attributes with a filter", "work attributes; printf '* filter=tidy diff=tidy merge=tidy\\n' > .gitattributes"),
        new("an ignore rule for what is tracked", "echo changed > src/app.txt; printf 'src/\\nREADME.md\\nTASKS.md\\n' >> .gitignore; work ignored") { Also = s => Assert.Equal("changed", s.OnMain("src/app.txt")) },
        new("links to the sibling and to the user's checkout", "work linked; ln -s \"$SIBLING\" sibling; ln -s \"$ROOT\" user; ln -s \"$ROOT/.git\" dotgit; ln -s ../1B/b c; ln -s / root") { Also = LinksAreKept },
        new("a link in place of a folder", "work linked; rm -r src; ln -s \"$SIBLING\" src") { Also = s => Assert.Contains("120000", s.Git("ls-tree", "main", "src"), StringComparison.Ordinal) },
        new("a link where TASKS.md goes", "work linked; ln -s \"$ROOT/notes.txt\" TASKS.md"),
        new("hard links to the user's files", "work linked; ln \"$ROOT/notes.txt\" hard.txt; ln \"$ROOT/secret.ign\" hard.txt2; rm src/app.txt; ln \"$ROOT/src/app.txt\" src/app.txt"),
        new("no right to read", "work locked; mkdir closed; echo x > closed/x; echo y > shut; chmod 0 closed shut") { Also = s => Assert.Equal("y", s.OnMain("shut")), ContentIsOther = true },
        new("no right to write the folder", "work locked; mkdir fixed; echo x > fixed/x; chmod 555 fixed"),
        new("a read-only, executable, sticky mess", "work modes; echo x > x; chmod 7777 x; mkdir y; chmod 1777 y; echo y > y/y; chmod 444 y/y"),
        new("our own files", "work own; printf 'all lies\\n' > TASKS.md; printf '# 2A: Another\\n\\nfake: crash\\n' > milestones/2A.md; printf '# 3A: More\\n\\nfake: ok\\n' > milestones/3A.md; sed -i 's/test -f README.md/true/' orchestrator.config.json") { ContentIsOther = true, Also = TheRunKeptItsPlan },
        new("a folder where TASKS.md goes", "work folder; mkdir TASKS.md; echo x > TASKS.md/x") { ContentIsOther = true },
        new("files in the way of our folders", "work ours; mkdir -p .orchestrator .worktree/1B; echo x > .orchestrator/journal.db; echo y > .worktree/1B/y; echo z > .worktree/z") { ContentIsOther = true },
        new("a file of the user's name", "work user; echo theirs > notes.txt") { Exit = 7, Says = "notes.txt", Repair = "mv notes.txt \"$HOME/act/\"", HarmsTheUser = true },
        new("an ignored file of the user's name", "work user; echo theirs > secret.ign; git add -f secret.ign; printf '# nothing\\n' > .gitignore") { Exit = 7, Says = "secret.ign", HarmsTheUser = true, ContentIsOther = true, Repair = "rm secret.ign" },
        new("a process that goes on writing", "work daemon; " + Daemon("env WT=\"$WT\" KEEP=\"$KEEP\" ")) { ContentIsOther = true },
        new("a process that goes on writing, with an empty environment", "work daemon; " + Daemon("env -i PATH=\"$PATH\" WT=\"$WT\" KEEP=\"$KEEP\" ")) { Escapes = true, ContentIsOther = true },
        new("a process that makes its folder again", "work daemon; " + Daemon("env -i PATH=\"$PATH\" WT=\"$WT\" KEEP=\"$KEEP\" ", "mkdir -p \"$WT/again\"; ")) { Escapes = true, ContentIsOther = true },
        new("a process that holds the output open", "work holder; sleep 30 & echo $! >> \"$KEEP/pids\""),
    ];

    public static TheoryData<string> Names => new(Acts.Where(a => !a.Waits).Select(a => a.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void What_an_agent_leaves_is_committed_as_it_is_or_named(string name)
    {
        using var stage = new HostileStage(Acts.Single(a => a.Name == name));
        stage.HoldsTheLaw();
    }

    /// <summary>A daemon by the book: a session of its own, two forks; it ends by itself after 20 s, should all else fail.</summary>
    private static string Daemon(string environment, string also = "") =>
        $"{environment}setsid sh -c '(echo $$ > /dev/null; sh -c \"echo \\$PPID\" >> \"$KEEP/pids\"; : > \"$KEEP/daemon\"; i=0; while [ $i -lt 1000 ]; do {also}echo $i >> \"$WT/daemon.log\"; sleep 0.02; i=$((i+1)); done) </dev/null >/dev/null 2>&1 &' ; await \"$KEEP/daemon\"";

    private static void LinksAreKept(HostileStage stage)
    {
        foreach (var link in new[] { "sibling", "user", "dotgit", "root" })
        {
            Assert.StartsWith("120000 ", stage.Git("ls-tree", "main", link), StringComparison.Ordinal);
        }
    }

    private static void TheRunKeptItsPlan(HostileStage stage)
    {
        Assert.Equal("1A 1B 2A", stage.Repository.Merged());
        Assert.DoesNotContain("all lies", stage.OnMain("TASKS.md"), StringComparison.Ordinal);
        Assert.DoesNotContain("3A", stage.Said, StringComparison.Ordinal);
    }
}
