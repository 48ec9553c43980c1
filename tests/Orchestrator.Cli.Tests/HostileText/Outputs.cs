using Orchestrator.Cli.Checks;
using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Evidence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Logs;
using Orchestrator.Engine.Notices;
using Orchestrator.Engine.Ports;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Tests.HostileText;

/// <summary>
/// Every way by which a text of others leaves the program, in one place. What reaches a terminal goes through
/// <see cref="InertWriter"/>; what goes elsewhere has to be fit by itself. Only what is written by a process of its own
/// (commits, pull requests, files of a run) is not here but in <see cref="HostileProgramTests"/>.
/// </summary>
internal static class Outputs
{
    private static readonly RepositoryPlaces Places = new("/nowhere", "/nowhere/.git");
    // The user's own path, which a command has to find.
    private const string RepositoryVariable = "ORCHESTRATOR_NOTICE_REPOSITORY";

    private static readonly TimeZoneInfo Zone = TimeZoneInfo.Utc;
    private static readonly NoticeWishes Wishes = new(NoticeTopics.All, TimeSpan.Zero, at => at.ToString("u", null));

    /// <summary>Plain lines and screens: nothing but text, and no line that is not ours.</summary>
    public static IReadOnlyList<(string Name, Func<HostileRun, HostileTexts, IEnumerable<string>> Of)> Texts { get; } =
    [
        ("status", (run, _) => [Terminal(to => to.Write(StatusScreen.Text(run.State, alive: false, TimeProvider.System, new MachineSample()))), Terminal(to => to.Write(StatusScreen.Text(run.State, alive: true, TimeProvider.System, new MachineSample())))]),
        ("explain", (run, _) => Each(run, i => ExplainScreen.Text(run.Tale, i, alive: false, "folder", Zone))),
        ("run: progress lines", (run, _) => [Terminal(to => Watch(run, new ProgressLines(to, Zone)))]),
        ("run: live screen", (run, texts) => [.. LiveFrame.Of(View(run, texts, Ink.None)), .. LiveFrame.Of(View(run, texts, Ink.None) with { Width = 40 })]),
        ("run: live screen, one agent", (run, texts) => FollowFrame.Of([.. Story(texts, Ink.None, 80).Split('\n')], run.State, 0, 80, 24, 0, Ink.None)),
        ("logs", (_, texts) => [Story(texts, Ink.None, 60), Story(texts, Ink.None, null)]),
        ("logs: list", (run, texts) => [Screen(Ink.None, 80).List("Run", [.. run.State.Plan.Milestones.Select((m, i) => new StoryRow(m.Id, WaitingFor.Of(run.State, i), 1, texts.Next()))])]),
        ("run --validate-only, plan", (run, texts) => [Terminal(to => to.Write(PlanScreen.Text(PlanOf(run)))), Terminal(to => to.Write(DraftScreen.Text(DraftOf(run, texts))))]),
        ("problems", (_, texts) => [Terminal(to => to.WriteLine(ProblemScreen.Text([new Problem("a.b", texts.Next(), new Place(texts.Next(), 1), texts.Next())])))]),
        ("doctor", (_, texts) => [Terminal(to => to.Write(DoctorScreen.Text([CheckOf(texts)], [])))]),
        ("rescue, clean", (_, texts) => [Terminal(to => to.WriteLine($"run/1A/1  {texts.Next().ReplaceLineEndings(" ")}"))]),
        ("TASKS.md", (run, _) => [TasksOf(run)]),
        ("notices: desktop and variables", (run, _) => Notices(run).SelectMany(message => Enum.GetValues<DesktopKind>().Select(kind => DesktopSender.Spec(kind, "tell", new UserEnvironment(new Dictionary<string, string>()), message)))
            .SelectMany(spec => spec.Arguments.Where(text => !text.StartsWith("on run argv", StringComparison.Ordinal)).Concat(spec.Environment.Where(pair => pair.Key != RepositoryVariable).Select(pair => pair.Value)))),
        ("files of a plan", (_, texts) => [Draft(texts).Text]),
    ];

    /// <summary>One object each.</summary>
    public static IReadOnlyList<(string Name, Func<HostileRun, HostileTexts, IEnumerable<string>> Of)> Json { get; } =
    [
        ("status --json", (run, _) => [Terminal(to => to.Write(StatusScreen.Json(run.State, alive: false, new MachineSample())))]),
        ("run --json", (run, _) => Terminal(to => Watch(run, new ProgressJson(to))).Split('\n', StringSplitOptions.RemoveEmptyEntries)),
        ("explain --json, evidence.json", (run, _) => Each(run, i => EvidenceJson.Milestone(run.Tale, i, new EvidencePlaces(Places, run.State.Run)))),
        ("evidence.json of the run", (run, _) => [EvidenceJson.Run(run.Tale, new EvidencePlaces(Places, run.State.Run))]),
        ("journal, events.jsonl", (run, _) => run.Facts.Select(f => EventCodec.Write(f.Fact))),
        ("metrics.json", (run, _) => [MetricsFile.Write(run.State, run.State.At, [])]),
        ("doctor --json", (_, texts) => [Terminal(to => to.Write(DoctorScreen.Json([CheckOf(texts)], [new Problem("a", texts.Next(), new Place(texts.Next()), texts.Next())], good: false)))]),
    ];

    /// <summary>With colours: nothing of a terminal's but ours.</summary>
    public static IReadOnlyList<(string Name, Func<HostileRun, HostileTexts, string> Of)> Coloured { get; } =
    [
        ("live screen", (run, texts) => Drawn(LiveFrame.Of(View(run, texts, new Ink(true))))),
        ("live screen, one agent", (run, texts) => Drawn(FollowFrame.Of([.. Story(texts, new Ink(true), 80).Split('\n')], run.State, 0, 80, 24, 0, new Ink(true)))),
        ("logs", (_, texts) => Inked(Story(texts, new Ink(true), 60))),
        ("logs: list", (run, texts) => Inked(Screen(new Ink(true), 80).List("Run", [.. run.State.Plan.Milestones.Select((m, i) => new StoryRow(m.Id, WaitingFor.Of(run.State, i), 1, texts.Next()))]))),
        ("whatever a screen forgot", (_, texts) => Inked(texts.Next())),
    ];

    /// <summary>The prompts of all roles, with the texts that stand in their fences.</summary>
    public static IEnumerable<string> Prompts(HostileTexts texts)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            Finding[] findings = [new(FindingSeverity.Major, texts.Next(), 1, texts.Next(), texts.Next())];
            var brief = new TurnBrief(role, texts.Drawn % 3 == 0 ? Ask.GoOn : Ask.TryAgain, Guid.Empty, false, 2, 1, 1, texts.Next(), [.. findings], Marks: [new Mark(MarkKind.OutsideScope, texts.Next(), texts.Next())]);
            yield return PromptBook.Ours.Write(MilestoneId.Parse("1A"), brief, new PromptMaterial(
                texts.Next(), [texts.Next()], texts.Next(), texts.Next(), new ConflictSides("a", "b", "c"), [(MilestoneId.Parse("1B"), texts.Next())], [texts.Next()])).Text;
        }

        yield return PromptBook.Ours.Plan(texts.Next(), texts.Next(), [texts.Next()], 4).Text;
        yield return PromptBook.Ours.PlanAgain([new Problem("a", texts.Next(), new Place(texts.Next()), texts.Next())], "first.md", 1).Text;
    }

    /// <summary>TASKS.md as a run writes it.</summary>
    public static string TasksOf(HostileRun run)
    {
        return TaskList.Render(run.State.Plan.Milestones.Select((m, i) => new TaskLine(m.Id, m.Title, i == 0, WaitingFor.Of(run.State, i).Text)));
    }

    /// <summary>What of a run is told to a person who is away.</summary>
    public static IEnumerable<Message> Notices(HostileRun run)
    {
        var notices = Core.Progress.Notices.Begin(null);
        RunState? before = null;
        foreach (var (fact, state, at) in run.Facts)
        {
            (notices, var told) = notices.Take(fact, before, state, at, Wishes);
            before = state;
            foreach (var notice in told)
            {
                yield return new Message(notice, "run", "/home/user/evil\u001b[31m\u202e\u200b");
            }
        }

        yield return new Message(NoticeText.OfAlarm($"The disk: {run.State.Plan.Milestones[0].Title}", run.State.At), "run", "/home/user/repo");
        yield return new Message(new Notice(NoticeKind.Stopped, run.State.At, run.State.Plan.Milestones[1].Title, run.State.Plan.Milestones[2].Title), "run", "/home/user/repo");
    }

    /// <summary>Shows a run to somebody who watches it.</summary>
    public static void Watch(HostileRun run, IObserver observer)
    {
        foreach (var (fact, state, at) in run.Facts)
        {
            observer.Saw(fact, state, at);
        }
    }

    private static IEnumerable<string> Each(HostileRun run, Func<int, string> of) => Enumerable.Range(0, run.State.Milestones.Count).Select(of);

    private static string Terminal(Action<InertWriter> write)
    {
        var text = new StringWriter();
        using (var to = new InertWriter(text))
        {
            write(to);
        }

        return text.ToString();
    }

    private static string Inked(string text) => Terminal(to => to.WriteInked(text));

    private static string Drawn(IReadOnlyList<string> lines) => Terminal(to =>
    {
        using var canvas = new Canvas(to);
        canvas.Open();
        canvas.Draw(lines);
    });

    private static LiveView View(HostileRun run, HostileTexts texts, Ink ink) => new(run.State, run.State.At, 120, 30)
    {
        Ink = ink,
        Doing = new Dictionary<int, string> { [0] = texts.Next(), [1] = texts.Next() },
        Chosen = 0,
        Told = $"told: {texts.Next()}",
    };

    private static StoryScreen Screen(Ink ink, int? width) => new(width, ink, Zone);

    /// <summary>An agent's transcript, told.</summary>
    private static string Story(HostileTexts texts, Ink ink, int? width)
    {
        var screen = Screen(ink, width);
        var verdict = StoryScreen.Verdict(new TurnOutcome.Failed(FailureKind.Attempt, "agent.error", texts.Next()), told: false);
        return screen.Lines([.. Transcripts.Told(texts), verdict!]);
    }

    private static Plan PlanOf(HostileRun run) => new(run.State.Plan.Milestones);

    private static MilestoneDraft Draft(HostileTexts texts) => new(MilestoneId.Parse("1A"), texts.Next(), texts.Next(), [texts.Next()], [texts.Next()], [texts.Next()]);

    private static PlanDraft DraftOf(HostileRun run, HostileTexts texts) => new(
        "/nowhere", "/nowhere/draft", new PlanReading(PlanOf(run), [new MilestoneFile(MilestoneId.Parse("1A"), "1A.md", texts.Next(), $"# x\n\n## Description\n{texts.Next()}\n", "hash", Scope: [texts.Next()])], default), default);

    private static Check CheckOf(HostileTexts texts) => new("git", false, texts.Next(), "2.38", texts.Next());
}
