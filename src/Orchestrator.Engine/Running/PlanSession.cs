using System.Globalization;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Secrets;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Turns a specification into milestone files: a turn outside a run. The agent can read the user's checkout and change
/// nothing; its answer is data, of which the files are written here and checked like any plan. What is wrong goes back
/// to it, in the same conversation, a bounded number of times. Needs no lease, so that one can plan while a run is under way.
/// </summary>
/// <param name="user">The environment we were started in.</param>
/// <param name="agents">Gives the agent's program and environment.</param>
/// <param name="time">The clock.</param>
public sealed class PlanSession(UserEnvironment user, AgentSource agents, TimeProvider time)
{
    private const int MostRounds = 2;

    /// <summary>Takes what goes on, in sentences.</summary>
    public Action<string> Say { get; init; } = _ => { };

    /// <summary>Takes problems that stop nothing.</summary>
    public Action<IReadOnlyList<Problem>> Warn { get; init; } = _ => { };

    /// <summary>Makes a draft. Nothing outside our own folder is written.</summary>
    public async Task<PlanEnd> DraftAsync(PlanRequest request, CancellationToken cancellation)
    {
        var (repository, problems) = await Repository.OpenAsync(request.Folder, user, cancellation).ConfigureAwait(false);
        if (repository is null)
        {
            return new PlanEnd.Refused(problems);
        }

        var places = repository.Places;
        var read = SettingsReader.Load(places.Root, user);
        List<Problem> all = [.. read.Problems, .. PlanFolder.Check(places.Root, request.Target, request.Sample)];
        if (read.Settings is not { } settings || HasErrors(all))
        {
            return new PlanEnd.Refused(all);
        }

        var head = await repository.CommitOfAsync("HEAD", cancellation).ConfigureAwait(false);
        var prompts = head is null ? PromptBook.Ours : await ProjectPrompts.ReadAsync(repository, settings.Prompts, head, all, cancellation).ConfigureAwait(false);
        if (HasErrors(all) || await agents(settings, places, all).ConfigureAwait(false) is not { } agent)
        {
            return new PlanEnd.Refused(all);
        }

        var fence = await Fences.LookAsync(settings.Fence, cancellation).ConfigureAwait(false);
        all.AddRange(Fences.ProblemsOf(fence, settings.Fence.Isolation));
        await using var ways = fence.Fence is null ? null : WaysOut.Make(settings.Fence, ModelAccess.Find(agent.Program, agent.Environment, time, Say), time, all);
        if (HasErrors(all))
        {
            return new PlanEnd.Refused(all);
        }

        Warn(all);
        StateFolder.EnsureHidden(places);
        var folder = FolderFor(places);
        StateFolder.MakePrivate(folder);
        var guidance = head is null ? null : await Guidance.WriteAsync(repository, head, Path.Combine(folder, "guidance.md"), cancellation).ConfigureAwait(false);
        var setup = new AgentSetup(agent.Program, agent.Environment, settings.ClaudeModel, guidance, settings.TurnTimeout)
        {
            IdleTimeout = settings.IdleTimeout,
            ResultGrace = settings.ResultGrace,
            MaxTurns = settings.MaxTurns,
        };
        var clean = new CleanWriting(new SecretScanner([.. SecretGuard.OwnOf(agent.Environment), .. SecretGuard.OwnOf(user, settings.ClaudeEnv)]), Say);
        try
        {
            // What it may read of ours is its own prompt, to which it may be sent back.
            var around = new Fences(repository, fence.Fence, settings.Fence, guidance is null ? [FirstPrompt(folder)] : [FirstPrompt(folder), guidance], ways).AroundPlan("plan", folder);
            var workplace = new Workplace(new Dictionary<string, string>(), around);
            return await new Conversation(this, request, places, folder, prompts, settings, new TurnRunner(setup), workplace).HoldAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new PlanEnd.Stopped(folder);
        }
        finally
        {
            await clean.FilesAsync(folder + Path.DirectorySeparatorChar).ConfigureAwait(false);
        }
    }

    private static string FirstPrompt(string folder) => Path.Combine(folder, "turn-1-1.prompt.md");

    private static bool HasErrors(IEnumerable<Problem> problems) => problems.Any(p => p.Severity == Severity.Error);

    private string FolderFor(RepositoryPlaces places)
    {
        var plans = Path.Combine(places.State, "plans");
        StateFolder.MakePrivate(plans);
        return Path.Combine(plans, $"{time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Guid.NewGuid().ToString("N")[..6]}");
    }

    /// <summary>The turns of one conversation, until there is a plan or no more money is worth spending on it.</summary>
    private sealed class Conversation(PlanSession owner, PlanRequest request, RepositoryPlaces places, string folder, PromptBook prompts, OrchestratorSettings settings, TurnRunner turns, Workplace workplace)
    {
        private readonly Guid _session = Guid.NewGuid();
        private PlanSpending _spent = new(default, 0, true);

        public async Task<PlanEnd> HoldAsync(CancellationToken cancellation)
        {
            var prompt = prompts.Plan(request.Name, request.Spec, [.. settings.Gates.Select(gate => gate.Run)], settings.MaxParallelTasks);
            for (var round = 0; ; round++)
            {
                var end = await turns.RunAsync(TurnOf(round, prompt), cancellation).ConfigureAwait(false);
                _spent = new PlanSpending(_spent.Usage.Add(end.Usage), round + 1, _spent.Metered && end.Metered);
                if (Trouble(end) is { } trouble)
                {
                    return trouble;
                }

                var draft = Write(end.Answer!.Value, round);
                var isLast = round == MostRounds;
                List<Problem> wrong = [.. draft.Reading.Problems, .. draft.Advice];
                // Errors go back as often as may be; advice once, for the agent may have its reasons.
                if (isLast || !(HasErrors(wrong) || (round == 0 && draft.Advice.Count > 0)))
                {
                    return new PlanEnd.Drafted(draft, _spent);
                }

                owner.Say($"The plan has {Count(wrong, Severity.Error, "error")} and {Count(wrong, Severity.Warning, "warning")}; the agent looks at them.");
                prompt = prompts.PlanAgain(wrong, Path.GetRelativePath(places.Root, FirstPrompt(folder)), round + 1);
            }
        }

        private static string Count(List<Problem> problems, Severity severity, string word) =>
            problems.Count(p => p.Severity == severity) is var count && count == 1 ? $"1 {word}" : $"{count} {word}s";

        private string FilesOf(int round) => Path.Combine(folder, FormattableString.Invariant($"turn-{round + 1}"));

        private Turn TurnOf(int round, WrittenPrompt prompt)
        {
            var brief = new TurnBrief(Role.Review, Ask.Begin, _session, round > 0, 1, round, 1, Cap: settings.Budget.Milestone.Less(_spent.Usage));

            // Its own name for the processes: a run that begins meanwhile ends only what was left behind of runs. It commits
            // nothing, so that it does not matter under which milestone's name.
            return new Turn(
                MilestoneId.First(1), brief, prompt, places.Root, FilesOf(round), FormattableString.Invariant($"plan/{_session:N}/{round}"), Recovery.NameOf(places) + "#plan", null, null, _ => { })
            {
                Workplace = workplace,
                Schema = PlanAnswer.Schema,
            };
        }

        private PlanDraft Write(System.Text.Json.JsonElement answer, int round)
        {
            var problems = new List<Problem>();
            var drafts = PlanAnswer.Read(answer, problems);
            var top = Path.Combine(folder, FormattableString.Invariant($"draft-{round + 1}"));
            var milestones = Path.Combine(top, MilestoneFolder.FolderName);
            Directory.CreateDirectory(milestones);
            foreach (var draft in drafts)
            {
                File.WriteAllText(Path.Combine(milestones, $"{draft.Id}.md"), draft.Text);
            }

            var read = drafts.Count == 0 ? new PlanReading(null, default, default) : MilestoneFolder.Read(top);
            var reading = read with { Problems = [.. problems, .. read.Problems], Plan = HasErrors(problems) ? null : read.Plan };
            return new PlanDraft(places.Root, milestones, reading, reading.Plan is { } plan ? PlanAdvice.Of(plan, MilestoneFolder.FolderName) : default);
        }

        private PlanEnd.Failed? Trouble(TurnEnd end) => end.Outcome switch
        {
            TurnOutcome.Completed when end.Answer is not null => null,
            TurnOutcome.Completed => Failed("plan.no-answer", "The agent gave no plan.", "Run it again; what the agent said is in the transcript."),
            TurnOutcome.Limited limited => Failed("plan.limit", $"The provider refuses{(limited.ResetsAt is { } until ? $" until {TimeZoneInfo.ConvertTime(until, owner.Time.LocalTimeZone):yyyy-MM-dd HH:mm}" : " for a while")}: {limited.Message}", "Run the same command again then.", atLimit: true),
            TurnOutcome.Spent spent => Failed("plan.budget", $"The plan used up budget.milestone_usd or budget.milestone_tokens: {spent.Message}", "Raise it in the settings, or plan a part of the specification."),
            TurnOutcome.Failed { Code: "review.no-verdict" } => Failed("plan.no-answer", "The agent could not give its plan in the form that was asked for.", "Run it again, or plan a part of the specification."),
            TurnOutcome.Failed { Code: "agent.too-long" or "agent.max-output" } failed => Failed(failed.Code, failed.Message, "Plan a part of the specification."),
            TurnOutcome.Failed { Code: "agent.login" } failed => Failed(failed.Code, failed.Message, "'orchestrator doctor' looks whether there is a login."),
            TurnOutcome.Failed failed => Failed(failed.Code, failed.Message, failed.Kind == FailureKind.Transient ? "It passes by itself: run the same command again." : "Mend what it names, then run the same command again."),
            TurnOutcome.Interrupted => Failed("agent.interrupted", "The agent was interrupted.", "Run the same command again."),
            var other => throw new InvalidOperationException($"A plan cannot end as {other.GetType().Name}."),
        };

        private PlanEnd.Failed Failed(string code, string message, string hint, bool atLimit = false) =>
            new(new Problem(code, message, new Place(request.Name), hint), _spent, folder, atLimit);
    }

    private TimeProvider Time => time;
}
