namespace Orchestrator.Cli.Verbs;

/// <summary>The pages: one for each verb, in the order of the help. A verb without one fails a test.</summary>
internal static partial class Manual
{
    private static readonly int[] Looking = [ExitCode.Done, ExitCode.Bug, ExitCode.Problems];

    private static readonly int[] Running =
        [ExitCode.Done, ExitCode.Bug, ExitCode.Problems, ExitCode.SomeFailed, ExitCode.Stopped, ExitCode.LimitReached, ExitCode.Busy, ExitCode.Unlanded];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ManualPage> Pages { get; } =
    [
        new("", ["With one of the run options and no verb it acts as 'run'; with neither, on a terminal, it asks what to do: see 'menu'."],
            [
                new("orchestrator demo", "see it work, without a login"),
                new("orchestrator init", "write starter settings and a sample milestone"),
                new("orchestrator run --validate-only", "check the plan"),
                new("orchestrator run", "do it"),
            ],
            Running, ["run", "status", "explain", "doctor", "help"]),
        new("menu", ["It asks in plain lines and does what the verbs do; after a run it ends with the run's exit code."],
            [
                new("orchestrator menu", "ask what to do"),
                new("orchestrator -C ../other menu", "for the repository over there"),
            ],
            Running, ["run", "status", "help"]),
        new("run",
            [
                "Milestones of a stage run side by side, each in a worktree of its own. What is merged was reviewed and has passed the gates.",
                "It may be killed at any time: run again, and it goes on with the same conversations.",
                "On a terminal it draws a live screen: up and down choose a milestone, enter follows its agent, p pauses, d drains, s stops.",
                "Ctrl-C once lets the steps under way end, twice stops the agents, three times ends everything at once.",
            ],
            [
                new("orchestrator run --validate-only", "say everything that is wrong with settings and plan, begin nothing"),
                new("orchestrator run", "do all that is not done yet"),
                new("orchestrator run --stage 2", "only stage 2"),
                new("orchestrator -C ../other run --milestone 1A", "only 1A, of the repository over there"),
            ],
            Running, ["single", "status", "explain", "report", "rehearse"]),
        new("single", ["For a scheduler: where 'run' would wait for a limit, it ends with exit code 5; the next start goes on."],
            [
                new("orchestrator single", "one pass"),
                new("orchestrator single --resume", "one pass of the unfinished run; an error if there is none"),
            ],
            Running, ["run", "status"]),
        new("status", ["It shows the latest run and reads only; it may be asked at any time, also while a run is under way."],
            [
                new("orchestrator status", "how it stands"),
                new("orchestrator status --watch", "look on from another terminal"),
                new("orchestrator -C ../other status --json", "for programs, of the repository over there"),
            ],
            Looking, ["explain", "report", "run"]),
        new("explain", ["It reads only. The commands that it shows are for a shell in the main checkout."],
            [
                new("orchestrator explain 1A", "why it waits or failed, and what to do"),
                new("orchestrator explain 1A --run 20261123-201305-1a2b", "in an earlier run"),
                new("orchestrator explain 1A --json", "its evidence, for programs"),
            ],
            Looking, ["status", "report", "rescue"]),
        new("logs", ["It shows the agents' own words, their tools and results, as far as they are told; beside a run too. Without ID it lists all milestones."],
            [
                new("orchestrator logs", "who does what right now"),
                new("orchestrator logs 1A --follow", "all turns of 1A, and what is said from now on"),
                new("orchestrator logs 1A --turn 2", "only its second turn"),
                new("orchestrator logs --follow", "all agents at once"),
            ],
            Looking, ["explain", "status", "report"]),
        new("report", ["The file needs no network and no scripts: open it from the disk, print it, send it. It may be made while a run is under way."],
            [
                new("orchestrator report", "into report.html in the log folder"),
                new("orchestrator report --output ../night.html", "into another file"),
            ],
            Looking, ["status", "explain"]),
        new("clean", ["Work that is not merged is kept. It needs to be the only one at work in the repository."],
            [
                new("orchestrator clean --dry-run", "only say what would be removed"),
                new("orchestrator clean", "remove it"),
            ],
            [ExitCode.Done, ExitCode.Bug, ExitCode.Problems, ExitCode.Busy], ["rescue", "doctor"]),
        new("rescue", ["Kept work lies under refs/orchestrator/rescue/ and stays there; no checkout is touched."],
            [
                new("orchestrator rescue list", "what is kept"),
                new("orchestrator rescue restore 1A/1", "make a branch of one"),
            ],
            Looking, ["clean", "explain"]),
        new("rescue list", ["The oldest comes first: name, time, number of files, subject."],
            [
                new("orchestrator rescue list", "what is kept"),
                new("orchestrator -C ../other rescue list", "of the repository over there"),
            ],
            Looking, ["rescue restore", "clean"]),
        new("rescue restore", ["The branch must not exist yet. The kept work stays under its ref."],
            [
                new("orchestrator rescue restore 1A/1", "as the branch rescued/RUN-1A-1"),
                new("orchestrator rescue restore 1A/1 --branch mine", "as the branch 'mine'"),
            ],
            Looking, ["rescue list"]),
        new("doctor", ["Each line is ok, missing (no run begins or ends well without it) or wanted. It reads no login and no key."],
            [
                new("orchestrator doctor", "look whether everything needed is there"),
                new("orchestrator doctor --fix", "fetch the Claude Code CLI when there is none"),
                new("orchestrator doctor --json", "for programs"),
            ],
            Looking, ["init", "demo"]),
        new("plan",
            [
                "One turn of the agent, which may look at the repository and change nothing. It costs what that turn costs.",
                "What it answers is checked like any plan, shown, and written when you say so. Existing milestones are never overwritten.",
            ],
            [
                new("orchestrator plan spec.md", "milestones of a specification, shown before they are written"),
                new("orchestrator plan spec.md --yes", "without asking"),
                new("orchestrator plan - --dir draft", "of standard input, into another folder"),
            ],
            [.. Looking, ExitCode.Stopped, ExitCode.LimitReached], ["run", "init"]),
        new("init", ["It writes orchestrator.config.json, its schema, .worktreeinclude and milestones/1A.md, and nothing that exists already."],
            [
                new("orchestrator init", "in the current folder"),
                new("orchestrator -C ../other init", "in another folder"),
            ],
            Looking, ["doctor", "run"]),
        new("demo", ["No login and no cost: the model is a script on your own machine. It takes some seconds; the first time the CLI may be fetched with npm."],
            [
                new("orchestrator demo", "in ./orchestrator-demo"),
                new("orchestrator demo --dir ../show", "in another folder"),
            ],
            Running, ["rehearse", "init", "doctor"]),
        new("rehearse", ["It shows order, gates and merging without spending a token. The clone is left for you to look at."],
            [
                new("orchestrator rehearse", "in a new temporary folder"),
                new("orchestrator rehearse --dir ../rehearsal", "in a folder of your choice"),
            ],
            Running, ["demo", "run"]),
        new("completion",
            [
                "It prints a script; the shell sources it. It completes verbs, options, milestones, stages and runs.",
                "bash: source <(orchestrator completion bash) in ~/.bashrc. zsh: the same with zsh in ~/.zshrc, after compinit.",
                "fish: orchestrator completion fish | source. PowerShell: orchestrator completion powershell | Out-String | Invoke-Expression.",
            ],
            [
                new("orchestrator completion bash", "the script for bash"),
                new("orchestrator completion fish", "the script for fish"),
            ],
            Looking, ["help"]),
        new("help", ["'orchestrator VERB --help' says the same."],
            [
                new("orchestrator help", "all verbs"),
                new("orchestrator help run", "one verb: options, examples, exit codes"),
                new("orchestrator help rescue restore", "a verb of a verb"),
            ],
            Looking, ["doctor", "completion"]),
    ];
}
