using System.Diagnostics;

namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>
/// The canary matrix of the whole program: what an agent plants in config, hooks and attributes runs under none of
/// our git commands, from its commit to the user's checkout, through a stop, a rescue, a cleaning and a second run.
/// </summary>
public sealed class PlantedCanaryTests
{
    // The commands that a whole run must have given while the canaries sat there, or the test proves nothing.
    private static readonly string[] Commands =
    [
        "add", "cat-file", "commit-tree", "config", "diff-index", "diff-tree", "for-each-ref", "index-pack", "ls-files", "ls-tree", "merge-tree",
        "pack-objects", "read-tree", "rev-list", "rev-parse", "symbolic-ref", "update-index", "update-ref", "version", "worktree", "write-tree", "log",
    ];

    [Theory]
    [InlineData("config", "hooks", ".gitattributes")]
    [InlineData("config", "hooks", "info/attributes")]
    [InlineData("config.worktree", "core.hooksPath", "core.attributesFile")]
    [InlineData("include.path", "core.hooksPath", "info/attributes")]
    [InlineData("include.path", "hooks", ".gitattributes")]
    public void No_canary_sings_under_any_command_of_the_program(string keysIn, string hooksIn, string attributesIn)
    {
        using var cage = new Cage(Canaries.Plant(keysIn, hooksIn, attributesIn));

        cage.Run(4, "run", stop: true); // stopped while 2A is at work, with something unsaved
        cage.Shell("sed -i '/promisor/d;/partialClone/Id' \"$GIT/config\" \"$GIT/config.worktree\" \"$NEST/included\""); // a partial clone is refused at the next start
        cage.Run(0, "clean"); // rescues it
        var refused = attributesIn == ".gitattributes" ? 2 : 0; // a merged filter whose program stands in the repository's own config
        cage.Run(0, "run");
        cage.Run(refused, "run"); // nothing is left to do
        cage.Run(0, "clean");

        Assert.True(cage.Sung().Count == 0, $"{cage.Sung().Count} cells of {(Canaries.Keys.Length + Canaries.Hooks.Length) * cage.Given().Count} sang:\n{string.Join('\n', cage.Sung())}");
        Assert.Equal([], cage.Surprises);
        Assert.Equal([], Commands.Except(cage.Given()));
    }

    [Fact]
    public void Every_canary_sings_for_a_plain_git()
    {
        using var cage = new Cage("true");

        cage.Shell(Canaries.Plant("config", "hooks", "info/attributes") + "\n" + Canaries.Provoke);

        var sung = cage.Sung().Select(line => line.Split(" @ ")[0]).ToHashSet();
        Assert.Equal([], Canaries.Keys.Concat(Canaries.Hooks.Select(hook => "hook-" + hook)).Except(sung));
    }

    /// <summary>A repository whose agent 1A plants, and a git on PATH that notes each command it is given.</summary>
    private sealed class Cage : IDisposable
    {
        // The user is busy meanwhile: what lies hundreds of commits apart we ask git about.
        private const string Farther = """
            export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
            c=$(/usr/bin/git -C "$ROOT" rev-parse main)
            for i in $(seq 300); do c=$(/usr/bin/git -C "$ROOT" commit-tree -p "$c" -m "busy $i" "main^{tree}"); done
            /usr/bin/git -C "$ROOT" update-ref refs/heads/main "$c"
            unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
            """;

        private readonly SampleRepository _repository = new("\"retry_attempts\": 3, \"gates\": [ { \"name\": \"there\", \"run\": \"test -f README.md\" } ]");
        private readonly string _nest;
        private readonly string _head;

        public Cage(string plant)
        {
            _nest = Path.Combine(_repository.Home, "nest");
            Directory.CreateDirectory(Path.Combine(_nest, "bin"));
            Directory.CreateDirectory(Path.Combine(_nest, "sung"));
            _head = $"ROOT='{_repository.Folder}' GIT='{_repository.Folder}/.git' NEST='{_nest}' SUNG='{_nest}/sung' WT=$PWD\n";
            Script("bin/git", $"n='{_nest}'\n[ -e \"$n/planted\" ] && for a; do case $skip$a in -c) skip=x;; x*) skip=;; -*) ;; *) echo \"$a\" >> \"$n/given\"; break;; esac; done\nexec /usr/bin/git \"$@\"");
            Agent("1A", $"[ -e '{_nest}/planted' ] && exit 0\n{Farther}\n{plant}\necho A >> src/app.txt; echo d > a.dat; : > '{_nest}/planted'");
            Agent("1B", $"while [ ! -e '{_nest}/planted' ]; do sleep 0.02; done\nsed -i '1i B' src/app.txt; mv src/old.txt src/new.txt; rm turns; mkdir turns; echo x > turns/folder");
            Agent("2A", $"echo unsaved > unsaved.txt; echo d >> a.dat; [ -e '{_nest}/stopped' ] && exit 0; : > '{_nest}/stopped'; sleep 60");
            _repository.Write("src/old.txt", "moved as it is: git has to pack that\n");
            _repository.Write("turns", "into a folder: git has to write the tree\n");
            _repository.Write("src/app.txt", "one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
            _repository.Git("add", "-A");
            _repository.Git("commit", "-q", "-m", "plan");
            _repository.Git("tag", "begin");
        }

        /// <summary>Ends that were not as they should be.</summary>
        public List<string> Surprises { get; } = [];

        public void Run(int exit, string verb, bool stop = false)
        {
            using var run = new RunningTool("/usr/bin/env", _repository.Folder, _repository.Home, $"PATH={_nest}/bin:{Environment.GetEnvironmentVariable("PATH")}", Tool.Program, verb);
            if (stop)
            {
                // A file of the agent's says that it is at work; a line of ours would say only that it was started.
                for (var watch = Stopwatch.StartNew(); !File.Exists(Path.Combine(_nest, "stopped")); run.WaitForAtMost(20))
                {
                    Assert.True(!run.HasExited && watch.Elapsed.TotalSeconds < 30, $"2A was never at work:\n{run.Out}\n{run.Error}\n{string.Join('\n', Sung())}");
                }

                run.Signal("TERM");
            }

            if (run.WaitForExit(30) is var ended && ended != exit)
            {
                Surprises.Add($"{verb} ended with {ended}:\n{run.Out}\n{run.Error}");
            }
        }

        public void Shell(string script)
        {
            Script("act.sh", _head + script);
            Tool.Run("/bin/sh", _repository.Folder, _repository.Home, 60, Path.Combine(_nest, "act.sh"));
        }

        /// <summary>The cells that are not silent: canary and the git command it ran under.</summary>
        public List<string> Sung() =>
            [.. Directory.GetFiles(Path.Combine(_nest, "sung")).SelectMany(file => File.ReadAllLines(file).Select(line => $"{Path.GetFileName(file)} @ {CommandOf(line)}")).Distinct().Order(StringComparer.Ordinal)];

        /// <summary>The command in a line of git's arguments: the first that is no option, nor the value of one.</summary>
        private static string CommandOf(string line)
        {
            var words = line.Split(' ');
            var at = 1;
            while (at < words.Length && words[at].StartsWith('-'))
            {
                at += words[at] is "-c" or "-C" ? 2 : 1;
            }

            return at < words.Length ? words[at] : line;
        }

        /// <summary>The git commands that the program gave while the canaries sat there.</summary>
        public HashSet<string> Given() => [.. File.ReadAllLines(Path.Combine(_nest, "given"))];

        public void Dispose() => _repository.Dispose();

        private void Agent(string id, string script)
        {
            Script(id + ".sh", _head + script);
            _repository.Write($"milestones/{id}.md", $"# {id}: Title of {id}\n\nfake: do sh {_nest}/{id}.sh\n");
        }

        private void Script(string name, string text)
        {
            var file = Path.Combine(_nest, name);
            File.WriteAllText(file, $"#!/bin/sh\n{text}\n");
            Tool.Run("/bin/chmod", _nest, _nest, 10, "+x", file);
        }
    }
}
