namespace Orchestrator.Cli.Tests.World;

/// <summary>What the tests of the world around a run share: a run held in the midst, and the laws of every end.</summary>
internal static class Around
{
    /// <summary>The plan of most of them: stage 1 is published when 2A is held in its turn.</summary>
    public static readonly (string, string)[] TwoStages = [("1A", "fake: ok"), ("2A", "fake: hold:implement")];

    /// <summary>In seconds: a backing-off of ours, and the work.</summary>
    public const int Patience = 25;

    private static readonly string[] Documented = [.. File.ReadLines(Path.Combine(Tool.Root, "docs", "reference", "exit-codes.md"))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2])).Select(line => line.Split('|')[1].Trim())];

    extension(SampleRepository repository)
    {
        /// <summary>Starts a run and waits until an agent is held in its turn.</summary>
        public RunningTool StartHeld(params string[] arguments)
        {
            var run = repository.Start(arguments.Length > 0 ? arguments : ["run"]);
            repository.AwaitHeld(run);
            return run;
        }

        /// <summary>Waits until something stays where the test wants it.</summary>
        public void AwaitHeld(RunningTool run) =>
            HeldRun.Until(() => File.Exists(Path.Combine(repository.Home, "held")) || run.HasExited, 30, () => $"not held:\n{run.Out}\n{run.Error}");

        /// <summary>What is held goes on, now and ever after.</summary>
        public void LetGo() => File.WriteAllText(Path.Combine(repository.Home, "go"), "");

        /// <summary>Holds a run until 2A works, then stops it as asked.</summary>
        public void StopHeld(string signal)
        {
            using var run = repository.StartHeld();
            if (signal == "KILL")
            {
                run.Kill();
                HeldRun.Until(() => repository.LeftOver().Count == 0, 10, () => "agents outlive the run");
            }
            else
            {
                run.Signal(signal);
                Assert.Equal(4, run.WaitForExit(30));
            }

            repository.LetGo();
        }

        /// <summary>A commit of the user's own.</summary>
        public string UserCommits(string file, string text)
        {
            repository.Write(file, text);
            repository.Git("add", "--", file);
            repository.Git("commit", "-q", "-m", $"mine: {file}", "--", file);
            return repository.Git("rev-parse", "HEAD");
        }

        /// <summary>Runs to the end, which has to be a good one.</summary>
        /// <returns>All that it said.</returns>
        public string Completes(string milestones, params string[] arguments)
        {
            var (exit, output, error) = Tool.Run(Tool.Program, repository.Folder, repository.Home, Patience, arguments.Length > 0 ? arguments : ["run"]);
            Assert.True(exit == 0, $"{exit}\n{output}\n{error}");
            repository.EndedWell(milestones);
            return output + error;
        }

        /// <summary>Each milestone is merged exactly once, nothing is broken, nothing runs.</summary>
        public void EndedWell(string milestones)
        {
            Assert.Equal(milestones, string.Join(' ', repository.Merged().Split(' ').Order(StringComparer.Ordinal)));
            foreach (var milestone in milestones.Split(' '))
            {
                Assert.StartsWith($"{milestone} attempt ", repository.Git("show", $"main:out/{milestone}.txt"), StringComparison.Ordinal);
            }

            Assert.Equal("", repository.Git("fsck", "--no-dangling"));
            Assert.Empty(repository.LeftOver());
        }

        /// <summary>All refs of ours and their commits.</summary>
        public Dictionary<string, string> OurRefs() => repository.Git("for-each-ref", "--format=%(refname) %(objectname)", "refs/orchestrator/", "refs/heads/orchestrator/")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(line => line.Split(' ')[0], line => line.Split(' ')[1]);

        /// <summary>No ref below refs/orchestrator/ has gone or changed, and every commit is reachable from some ref.</summary>
        public void KeepsAll(Dictionary<string, string> before)
        {
            var now = repository.OurRefs();
            foreach (var (name, commit) in before)
            {
                Assert.True(!name.StartsWith("refs/orchestrator/", StringComparison.Ordinal) || now.GetValueOrDefault(name) == commit, $"{name} was {commit}, is {now.GetValueOrDefault(name, "gone")}");
            }

            repository.KeepsCommits(before.Values);
        }

        /// <summary>Every one of these commits is reachable from a ref.</summary>
        public void KeepsCommits(IEnumerable<string> commits) =>
            Assert.Equal("", repository.Git(["rev-list", .. commits, "--not", "--glob=refs/*"]));
    }

    /// <summary>Waits for its end; one that says that it waits and why is stopped. Either has to be plain.</summary>
    public static int EndsOrIsStopped(RunningTool run)
    {
        HeldRun.Until(() => run.HasExited || run.Out.Contains("tries again after", StringComparison.Ordinal), Patience, () => $"neither ends nor says why not:\n{run.Out}\n{run.Error}");
        if (!run.HasExited)
        {
            run.Signal("TERM");
        }

        var exit = run.WaitForExit(Patience);
        IsPlain(exit, run.Out + run.Error);
        return exit;
    }

    /// <summary>It ended as the documents say that it can, with a message, and neither as a bug nor by a signal.</summary>
    public static void IsPlain(int exit, string said)
    {
        Assert.True(Documented.Contains($"{exit}") && exit != 1, $"{exit}\n{said}");
        Assert.True(exit == 0 || said.Length > 0, "without a word");
        Assert.DoesNotContain("   at Orchestrator.", said, StringComparison.Ordinal);
    }
}
