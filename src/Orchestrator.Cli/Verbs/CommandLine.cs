using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary>The verbs and their options, and which file carries each out.</summary>
internal static class CommandLine
{
    /// <summary>The whole command line.</summary>
    public static RootCommand Build(Surroundings around)
    {
        var folder = new Option<string>("-C") { Description = "Act on the repository in this folder.", HelpName = "DIR", Recursive = true };
        string At(ParseResult line) => Path.GetFullPath(line.GetValue(folder) ?? ".", around.Folder);

        var root = new RootCommand("Gets the milestones of a plan done by coding agents, in parallel, and merges only what it has proved.") { folder };
        var bare = RunOptions.AddTo(root);
        root.SetAction(async (line, _) => bare.AnyGiven(line)
            ? NoFolder(around, At(line)) ?? await RunVerb.RunAsync(around, bare.Request(line, At(line), onePass: false), bare.Validates(line), output: bare.Output(line)).ConfigureAwait(false)
            : around.Terminal() is { } answers ? NoFolder(around, At(line)) ?? await MenuVerb.RunAsync(around, answers, root, At(line)).ConfigureAwait(false)
            : HelpVerb.Show(around, root, []));

        root.Add(Verb("menu", "Ask what to do; what the program does without a verb on a terminal.", [], async (line, _) =>
            NoFolder(around, At(line)) ?? await MenuVerb.RunAsync(around, around.Terminal() ?? new StreamReader(around.Input()), root, At(line)).ConfigureAwait(false)));
        root.Add(RunCommand("run", "Do all that is not done yet; goes on with an unfinished run.", onePass: false));
        root.Add(RunCommand("single", "One pass: the same, but end at a limit instead of waiting.", onePass: true));

        var json = new Option<bool>("--json") { Description = "For programs." };
        var watch = new Option<bool>("--watch") { Description = "Show it again and again until the run ends." };
        root.Add(Verb("status", "What each milestone does or waits for.", [json, watch], (line, stop) => StatusVerb.RunAsync(around, At(line), line.GetValue(json), line.GetValue(watch), stop)));

        var which = new Option<string?>("--run") { Description = "Another run than the latest.", HelpName = "RUN" };
        var milestone = new Argument<string>("ID") { Description = "The milestone, e.g. 1A." };
        var asJson = new Option<bool>("--json") { Description = "For programs: the evidence." };
        var explain = Verb("explain", "Why a milestone waits or how it failed, and what to do now.", [which, asJson], (line, _) => Task.FromResult(ExplainVerb.Run(around, At(line), line.GetRequiredValue(milestone), line.GetValue(which), line.GetValue(asJson))));
        explain.Add(milestone);
        root.Add(explain);

        root.Add(LogsCommand());

        var reported = new Option<string?>("--run") { Description = "Another run than the latest.", HelpName = "RUN" };
        var output = new Option<string?>("--output", "-o") { Description = "Where; default report.html in the log folder.", HelpName = "FILE" };
        root.Add(Verb("report", "The whole run as one HTML file.", [reported, output], (line, _) => Task.FromResult(ReportVerb.Run(around, At(line), line.GetValue(reported), line.GetValue(output)))));

        var dry = new Option<bool>("--dry-run") { Description = "Only say what would be removed." };
        root.Add(Verb("clean", "Remove worktrees and merged branches of ours; work that is not merged is kept.", [dry], async (line, stop) => NoFolder(around, At(line)) ?? await CleanVerb.RunAsync(around, At(line), line.GetValue(dry), stop).ConfigureAwait(false)));

        var rescue = new Command("rescue", "Work that was kept when its worktree went: 'list' shows it, 'restore' makes a branch of it.");
        rescue.Add(Verb("list", "What is kept.", [], (line, stop) => RescueVerb.ListAsync(around, At(line), stop)));
        var kept = new Argument<string>("NAME") { Description = "As 'rescue list' shows it; its end is enough where it is clear, e.g. 1A/1." };
        var asBranch = new Option<string?>("--branch") { Description = "The branch to make; default rescued/RUN-ID-N.", HelpName = "NAME" };
        var restore = Verb("restore", "Make a branch of one. Your checkout is left alone.", [asBranch], (line, stop) => RescueVerb.RestoreAsync(around, At(line), line.GetRequiredValue(kept), line.GetValue(asBranch), stop));
        restore.Add(kept);
        rescue.Add(restore);
        root.Add(rescue);

        var fix = new Option<bool>("--fix") { Description = "Fetch the Claude Code CLI when there is none; close the state folder to others." };
        var checks = new Option<bool>("--json") { Description = "For programs." };
        var doctor = Verb("doctor", "Look whether everything needed is there.", [fix, checks], async (line, stop) => NoFolder(around, At(line)) ?? await DoctorVerb.RunAsync(around, At(line), line.GetValue(fix), line.GetValue(checks), stop).ConfigureAwait(false));
        doctor.Aliases.Add("setup");
        root.Add(doctor);
        root.Add(PlanCommand());
        root.Add(Verb("init", "Write starter settings, with the gates that the project shows, and a sample milestone.", [], (line, _) => Task.FromResult(InitVerb.Run(around, At(line)))));

        var dir = new Option<string?>("--dir") { Description = "Where; default ./orchestrator-demo.", HelpName = "DIR" };
        root.Add(Verb("demo", "Show the whole on a sample repository, with the real CLI and a scripted model.", [dir], (line, stop) => DemoVerb.RunAsync(around, Path.GetFullPath(line.GetValue(dir) ?? "orchestrator-demo", around.Folder), stop)));

        var rehearsalDir = new Option<string?>("--dir") { Description = "Where the clone goes; default a new temporary folder.", HelpName = "DIR" };
        root.Add(Verb("rehearse", "Run your own plan against a scripted model, in a throw-away clone.", [rehearsalDir], async (line, stop) => NoFolder(around, At(line)) ?? await RehearseVerb.RunAsync(around, At(line), line.GetValue(rehearsalDir), stop).ConfigureAwait(false)));
        AddHelp(around, root);
        CompleteFrom(root, At);
        return root;

        Command LogsCommand()
        {
            var named = new Argument<string?>("ID") { Description = "The milestone, e.g. 1A; without it, all of them.", Arity = ArgumentArity.ZeroOrOne };
            var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is said until it ends." };
            var of = new Option<string?>("--run") { Description = "Another run than the latest.", HelpName = "RUN" };
            var turn = new Option<int?>("--turn") { Description = "Only this turn of the milestone, from 1.", HelpName = "N" };
            var logs = Verb("logs", "What the agents of a milestone said and did.", [follow, of, turn], (line, stop) => LogsVerb.RunAsync(around, At(line), new LogsRequest(line.GetValue(named), line.GetValue(of), line.GetValue(turn), line.GetValue(follow)), stop));
            logs.Add(named);
            return logs;
        }

        Command PlanCommand()
        {
            var file = new Argument<string>("FILE") { Description = "The specification: any text; '-' for standard input." };
            var yes = new Option<bool>("--yes", "-y") { Description = "Write the milestones without asking." };
            var target = new Option<string>("--dir") { Description = "Where the milestones go, from the repository's root.", HelpName = "DIR", DefaultValueFactory = _ => MilestoneFolder.FolderName };
            var command = Verb("plan", "Let the agent make milestones of a specification; shown before they are written.", [yes, target], async (line, _) =>
                NoFolder(around, At(line)) ?? await PlanVerb.RunAsync(around, At(line), line.GetRequiredValue(file), line.GetRequiredValue(target), line.GetValue(yes)).ConfigureAwait(false));
            command.Add(file);
            return command;
        }

        Command RunCommand(string name, string text, bool onePass)
        {
            var command = new Command(name, text);
            var options = RunOptions.AddTo(command);
            command.SetAction(async (line, _) => NoFolder(around, At(line)) ?? await RunVerb.RunAsync(around, options.Request(line, At(line), onePass), options.Validates(line), output: options.Output(line)).ConfigureAwait(false));
            return command;
        }
    }

    /// <summary>The verbs about the command line itself.</summary>
    private static void AddHelp(Surroundings around, RootCommand root)
    {
        var shell = new Argument<string>("SHELL") { HelpName = "SHELL", Description = "bash, zsh, fish or powershell." };
        shell.AcceptOnlyFromAmong([.. CompletionScripts.Of.Keys]);
        var completion = Verb("completion", "Print the script that completes verbs, options, milestones and runs in your shell.", [], (line, _) => Task.FromResult(CompletionVerb.Run(around, line.GetRequiredValue(shell))));
        completion.Add(shell);
        root.Add(completion);

        var words = new Argument<string[]>("WORDS") { Arity = ArgumentArity.ZeroOrMore };
        var complete = Verb("complete", "What the shell's script asks.", [], (line, _) => Task.FromResult(CompletionVerb.Complete(around, root, line.GetValue(words) ?? [])));
        complete.Hidden = true;
        complete.Add(words);
        root.Add(complete);

        var verb = new Argument<string[]>("VERB") { HelpName = "VERB", Description = "The verb; without one, all of them.", Arity = ArgumentArity.ZeroOrMore };
        verb.CompletionSources.Add(_ => root.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));
        var man = new Option<bool>("--man") { Description = "Write the man page.", Hidden = true };
        var help = Verb("help", "All verbs, or one: options, examples, exit codes.", [man], (line, _) => Task.FromResult(line.GetValue(man) ? HelpVerb.Man(around, root) : HelpVerb.Show(around, root, line.GetValue(verb) ?? [])));
        help.Add(verb);
        root.Add(help);
        HelpVerb.AddTo(root);
    }

    /// <summary>What the shell completes values with, for every verb that has an option or argument of that name.</summary>
    private static void CompleteFrom(RootCommand root, Func<ParseResult, string> at)
    {
        foreach (var command in Manual.Shown(root))
        {
            foreach (var option in command.Options)
            {
                Add(option.CompletionSources, option.Name);
            }

            foreach (var argument in command.Arguments)
            {
                Add(argument.CompletionSources, argument.Name);
            }
        }

        void Add(List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, string name)
        {
            if (name is "--milestone" or "ID")
            {
                sources.Add(context => InOrder(Choices.Milestones(at(context.ParseResult)).Select(id => id.ToString())));
            }
            else if (name is "--run")
            {
                sources.Add(context => InOrder(Choices.Runs(at(context.ParseResult))));
            }
            else if (name is "--stage")
            {
                sources.Add(context => InOrder(Choices.Milestones(at(context.ParseResult)).Select(id => id.Stage.ToString(CultureInfo.InvariantCulture)).Distinct()));
            }
        }
    }

    /// <summary>Left alone, the library would sort them by their letters.</summary>
    private static IEnumerable<CompletionItem> InOrder(IEnumerable<string> values) =>
        values.Select((value, n) => new CompletionItem(value, sortText: n.ToString("d6", CultureInfo.InvariantCulture)));

    /// <summary>The exit code when the folder to act in is none; git cannot even be asked there.</summary>
    private static int? NoFolder(Surroundings around, string folder)
    {
        if (Directory.Exists(folder))
        {
            return null;
        }

        around.Error.WriteLine(ProblemScreen.Text([new Problem("folder.missing", "This is no folder.", new Place(folder), "Name your repository's folder with -C DIR.")]));
        return ExitCode.Problems;
    }

    private static Command Verb(string name, string text, IEnumerable<Option> options, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        var command = new Command(name, text);
        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction(action);
        return command;
    }

    /// <summary>The options that 'run', 'single' and the bare command share.</summary>
    private sealed record RunOptions(Option<int?> Stage, Option<string?> Milestone, Option<bool> Resume, Option<bool> Anew, Option<bool> Validate, Option<bool> Plain, Option<bool> Json)
    {
        public static RunOptions AddTo(Command command)
        {
            var options = new RunOptions(
                new Option<int?>("--stage") { Description = "Only this stage.", HelpName = "N" },
                new Option<string?>("--milestone") { Description = "Only this milestone.", HelpName = "ID" },
                new Option<bool>("--resume") { Description = "Go on with an unfinished run; an error if there is none." },
                new Option<bool>("--new") { Description = "Give an unfinished run up and begin anew; what is merged counts, the rest is kept." },
                new Option<bool>("--validate-only") { Description = "Read settings and plan, show what would run, begin nothing." },
                new Option<bool>("--plain") { Description = "One line for each change instead of the live screen, also on a terminal." },
                new Option<bool>("--json") { Description = "The same for programs: one object on each line." });
            options.Milestone.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<string?>() is { } id && !MilestoneId.TryParse(id, out _))
                {
                    result.AddError($"'{id}' is not the name of a milestone. Name it like 1A.");
                }
            });
            command.Add(options.Stage);
            command.Add(options.Milestone);
            command.Add(options.Resume);
            command.Add(options.Anew);
            command.Add(options.Validate);
            command.Add(options.Plain);
            command.Add(options.Json);
            return options;
        }

        public bool AnyGiven(ParseResult line) => line.GetValue(Stage) is not null || line.GetValue(Milestone) is not null || line.GetValue(Resume) || line.GetValue(Anew) || line.GetValue(Validate) || line.GetValue(Plain) || line.GetValue(Json);

        public RunOutput Output(ParseResult line) => line.GetValue(Json) ? RunOutput.Json : line.GetValue(Plain) ? RunOutput.Plain : RunOutput.Screen;

        public bool Validates(ParseResult line) => line.GetValue(Validate);

        public RunRequest Request(ParseResult line, string folder, bool onePass) => new(
            folder, line.GetValue(Stage), line.GetValue(Milestone) is { } id ? MilestoneId.Parse(id) : null, line.GetValue(Resume), onePass, line.GetValue(Anew));
    }
}
