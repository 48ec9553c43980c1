using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Git.Guarding;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Ports;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>What the hands need to know of a run besides its orders.</summary>
/// <param name="Run">The run.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Target">The branch to publish to, as a full ref.</param>
/// <param name="Publish">How.</param>
/// <param name="Gates">The gates of the settings.</param>
/// <param name="Texts">The milestones' texts as of the start of the run.</param>
/// <param name="Repository">A name for the repository, for finding processes of ours.</param>
public sealed record RunContext(
    RunId Run, Plan Plan, string Target, PublishMode Publish, IReadOnlyList<GateSetting> Gates, IReadOnlyDictionary<MilestoneId, string> Texts, string Repository)
{
    /// <summary>The remote that pull requests are made at.</summary>
    public string PublishRemote { get; init; } = "origin";

    /// <summary>What each worktree has beyond the files of the commit.</summary>
    public WorktreeSetting Worktree { get; init; } = new();

    /// <summary>The milestones that this run does not do: done before it, or left out.</summary>
    public IReadOnlySet<MilestoneId> Earlier { get; init; } = new HashSet<MilestoneId>();

    /// <summary>What agents are told with.</summary>
    public PromptBook Prompts { get; init; } = PromptBook.Ours;

    /// <summary>What no milestone's work may change.</summary>
    public ProtectedPaths Protected { get; init; } = ProtectedPaths.TasksOnly;

    /// <summary>Looks for secrets in what is to be committed; null to commit whatever stands there.</summary>
    public SecretLook? Secrets { get; init; }

    /// <summary>Takes secrets out of what is written down.</summary>
    public CleanWriting Clean { get; init; } = CleanWriting.Off;

    /// <summary>Takes the user's secrets that came along into a worktree.</summary>
    public Action<IEnumerable<string>> LearnSecrets { get; init; } = _ => { };

    /// <summary>A milestone as the plan has it.</summary>
    public Milestone Planned(MilestoneId id) => Plan.Milestones[Plan.IndexOf(id)!.Value];

    /// <summary>The environment of the agents, for looking what there is on its PATH.</summary>
    public UserEnvironment Agents { get; init; } = new(new Dictionary<string, string>());

    /// <summary>Takes what a person should read in the log.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>What fences agents and gates in; null for nothing.</summary>
    public Fences? Fences { get; init; }

    /// <summary>Takes facts that come while an order is still under way.</summary>
    public Action<Event> Tell { get; set; } = _ => { };

    /// <summary>Which milestones are integrated, for the list that goes into a merge.</summary>
    public Func<IReadOnlyList<TaskLine>> TaskLines { get; set; } = () => [];
}

/// <summary>Carries orders out with real git, real processes and real files. Each method is idempotent under its ticket.</summary>
public sealed class Hands(RunContext context, Repository repository, TurnRunner turns, HeldTurns held, MachineSlots slots, GateRunner gates, LiveTasks tasks, ConfigGuard guard) : IHands, IAsyncDisposable
{
    private readonly ConcurrentDictionary<Ticket, Task> _turns = new();
    private readonly HandingOn _handing = new(context, repository);
    private readonly Removal _removal = new(repository);
    private readonly Workplaces _workplaces = new(context, repository, gates);
    private readonly GateHands _gates = new(context, repository, gates, new Worktrees(repository), new Workplaces(context, repository, gates));
    private readonly WorkLook _look = new(context, repository);
    private readonly EntryLook _entry = new(repository, context.Agents);
    private readonly WorkCommits _commits = new(repository, context.Protected, context.Secrets);
    private readonly Candidates _candidates = new(repository);
    private readonly PublicationProof _proof = new(repository);
    private readonly Publication _publication = new(repository, tasks);
    private readonly Offering _offering = new(repository);

    /// <inheritdoc/>
    public async Task<Event?> CarryOutAsync(Order order, CancellationToken cancellation) => context.Clean.Fact(await AnswerAsync(order, cancellation).ConfigureAwait(false));

    private async Task<Event?> AnswerAsync(Order order, CancellationToken cancellation)
    {
        try
        {
            await GuardAsync(cancellation).ConfigureAwait(false);
            return order switch
            {
                Order.Prepare o => await PrepareAsync(o, cancellation).ConfigureAwait(false),
                Order.RunTurn o => await RunTurnAsync(o, cancellation).ConfigureAwait(false),
                Order.Meter o => await MeterAsync(o, cancellation).ConfigureAwait(false),
                Order.Commit o => await CommitAsync(o, cancellation).ConfigureAwait(false),
                Order.RunGates o => await RunGatesAsync(o, cancellation).ConfigureAwait(false),
                Order.BuildCandidate o => await BuildAsync(o, cancellation).ConfigureAwait(false),
                Order.TestCandidate o => await _gates.CandidateAsync(o, cancellation).ConfigureAwait(false),
                Order.Publish o => await PublishAsync(o, cancellation).ConfigureAwait(false),
                _ => throw new InvalidOperationException($"Unknown order {order.GetType().Name}."),
            };
        }
        catch (Exception e) when (e is TargetGoneException or TargetDivergedException)
        {
            return Failed(order, FailureKind.Run, "target.gone", e.Message);
        }
        catch (TargetForgedException e)
        {
            return Failed(order, FailureKind.Run, "target.forged", e.Message);
        }
        catch (SetupFailedException e)
        {
            return Failed(order, FailureKind.Transient, "worktree.setup", e.Message);
        }
        catch (UncommittableException e)
        {
            return Failed(order, FailureKind.Attempt, "work.uncommittable", e.Message.ReplaceLineEndings(" "));
        }
        catch (SecretFoundException e)
        {
            return Failed(order, FailureKind.Attempt, "work.secret", e.Message.ReplaceLineEndings(" "));
        }
        catch (Exception e) when (e is GitFailedException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return Failed(order, FailureKind.Transient, "hands", e.Message.ReplaceLineEndings(" "));
        }
    }

    /// <inheritdoc/>
    public void Hold(IReadOnlyCollection<Ticket> turns) => held.Set(turns.Select(OrderName));

    private Worktrees Trees => new(repository, _handing.Pool);

    private SemaphoreSlim Healing { get; } = new(1, 1);

    /// <summary>What was built in worktrees that wait for the next run goes; where that fails, the next run sees to it.</summary>
    public async ValueTask DisposeAsync()
    {
        await TryAsync(() => new ValueTask(_handing.AllAsync())).ConfigureAwait(false);
        await TryAsync(_gates.DisposeAsync).ConfigureAwait(false);
        await TryAsync(() => new ValueTask(_handing.Pool.TidyAsync(CancellationToken.None))).ConfigureAwait(false);
        await TryAsync(() => new ValueTask(repository.Packs.EndAsync())).ConfigureAwait(false);
        _workplaces.Dispose();
        Healing.Dispose();
    }

    private async ValueTask TryAsync(Func<ValueTask> tidy)
    {
        try
        {
            await tidy().ConfigureAwait(false);
        }
        catch (Exception e) when (e is GitFailedException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            context.Warn($"what was built in a worktree stays: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Before each order: what agents may have done to the folders that all of them share is seen, and mended where that can be.</summary>
    private async Task GuardAsync(CancellationToken cancellation)
    {
        await Healing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await StateFolder.HealAsync(repository, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Healing.Release();
        }

        if (await guard.CheckAsync(cancellation).ConfigureAwait(false) is { } changed)
        {
            context.Warn(changed);
        }
    }

    private static Event.OrderFailed Failed(Order order, FailureKind kind, string code, string message) => new(order.TicketOrNull!.Value, kind, code, message);

    private WorkPlace PlaceOf(MilestoneId id) => new(context.Run.Value, id);

    private string FolderOf(MilestoneId id) => repository.Places.Milestone(context.Run.Value, id.ToString());

    private async Task<Event> PrepareAsync(Order.Prepare o, CancellationToken cancellation)
    {
        // What the checkout lacks as well needs no worktree to be known as missing; but for files, where making one ready may make them.
        if (await UnmetAsync(o, _workplaces.MakesFiles ? null : repository.Places.Root, cancellation).ConfigureAwait(false) is { } unmet)
        {
            return unmet;
        }

        var place = PlaceOf(o.Milestone);
        var carried = o.Step.Carry is { } work
            ? await _commits.CarryAsync(place, work, o.Step.Base, $"{place.Name}: carried on", Invariant($"carried-{o.Attempt}"), cancellation).ConfigureAwait(false)
            : new CarriedWork(null, null, default);
        await _handing.ToHaveAsync(o.Milestone).WaitAsync(cancellation).ConfigureAwait(false);
        await _workplaces.TearDownAsync(place.Name, cancellation).ConfigureAwait(false);
        await Trees.EnsureAsync(place, carried.Commit ?? o.Step.Base, renew: true, cancellation, carried.Shown).ConfigureAwait(false);
        await _workplaces.ReadyAsync(place.Name, o.Step.Base, anew: true, cancellation).ConfigureAwait(false);
        return await UnmetAsync(o, repository.Places.Worktree(place.Name), cancellation).ConfigureAwait(false) ?? new Event.WorktreeReady(o.Ticket, o.Step.Base, carried.Commit, carried.Conflicts);
    }

    /// <summary>What the milestone takes for granted and is not there; null when nothing is known to be missing, and for work that has begun already.</summary>
    private async Task<Event?> UnmetAsync(Order.Prepare o, string? folder, CancellationToken cancellation) =>
        o.Step.Carry is null && await _entry.UnmetAsync(context.Planned(o.Milestone).Entry, o.Step.Base, folder, cancellation).ConfigureAwait(false) is { } unmet
            ? Failed(o, FailureKind.Milestone, "entry.unmet", unmet)
            : null;

    private async Task<Event> RunTurnAsync(Order.RunTurn o, CancellationToken cancellation)
    {
        var place = PlaceOf(o.Milestone);
        _handing.Pool.Soon.Settle(o.Milestone);
        await Trees.EnsureAsync(place, o.Tip, renew: false, cancellation, await ConflictAsync(place, o, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        var workplace = await _workplaces.ReadyAsync(place.Name, o.Base, anew: false, cancellation).ConfigureAwait(false);
        var diff = o.Brief.Role.Judges() ? await DiffAsync(o.Base, o.Tip, cancellation).ConfigureAwait(false) : "";
        var delta = o.Seen is { } seen && seen != o.Tip ? await DiffAsync(seen, o.Tip, cancellation).ConfigureAwait(false) : "";
        var planned = context.Planned(o.Milestone);
        var about = await _look.SidesAsync(o, new PromptMaterial(context.Texts[o.Milestone], planned.Criteria, diff, delta, Entry: planned.Entry), cancellation).ConfigureAwait(false);
        var files = Path.Combine(FolderOf(o.Milestone), "turns", Invariant($"{TurnFiles(o.Ticket)}{o.Brief.Role.ToString().ToLowerInvariant()}-a{o.Brief.Attempt}-r{o.Brief.Round}"));
        var turn = new Turn(
            o.Milestone, o.Brief, context.Prompts.Write(o.Milestone, o.Brief, about), repository.Places.Worktree(place.Name),
            files, OrderName(o.Ticket), context.Repository, planned.Model, planned.Timeout, windows => context.Tell(new Event.Answered(o.Ticket, windows)))
        {
            Workplace = workplace,
        };
        var ended = new TaskCompletionSource();
        _turns[o.Ticket] = ended.Task;
        try
        {
            var end = await InSlotAsync(turn, cancellation).ConfigureAwait(false);
            await GuardAsync(cancellation).ConfigureAwait(false);
            if (end.Outcome is TurnOutcome.Completed or TurnOutcome.Approved)
            {
                _handing.Pool.Soon.Expect(o.Milestone); // before anybody hears that there is room for the next
            }

            return new Event.TurnFinished(o.Ticket, end.Outcome, end.Usage, end.Models, end.Metered, end.Footprint);
        }
        finally
        {
            await context.Clean.FilesAsync(files + "-").ConfigureAwait(false);
            _turns.TryRemove(o.Ticket, out _);
            ended.SetResult();
        }
    }

    /// <summary>One of the turns that the machine has for all orchestrators.</summary>
    private async Task<TurnEnd> InSlotAsync(Turn turn, CancellationToken cancellation)
    {
        using var slot = await slots.TakeAsync(() => context.Warn(Invariant($"{turn.Milestone}: waits for others on this machine, which run all of its {slots.Most} turns (machine.max_turns)")), cancellation).ConfigureAwait(false);
        return await turns.RunAsync(turn, cancellation).ConfigureAwait(false);
    }

    private string OrderName(Ticket turn) => $"{context.Run}/{turn}";

    /// <summary>The files that a worktree begins with whose conflict is to be resolved, should it have to be made anew.</summary>
    private async Task<string?> ConflictAsync(WorkPlace place, Order.RunTurn o, CancellationToken cancellation) => o.Resolving is { } work && o.Tip == o.Base
        ? (await _commits.CarryAsync(place, work, o.Base, $"{place.Name}: carried on", Invariant($"carried-{o.Brief.Attempt}"), cancellation).ConfigureAwait(false)).Shown
        : null;

    private static string TurnFiles(Ticket turn) => Invariant($"{turn.Number:0000}-");

    /// <summary>A turn that is being stopped just now writes to its end first.</summary>
    private async Task<Event> MeterAsync(Order.Meter o, CancellationToken cancellation)
    {
        if (_turns.TryGetValue(o.Turn, out var ending))
        {
            await ending.WaitAsync(cancellation).ConfigureAwait(false);
        }

        var folder = Path.Combine(FolderOf(o.Milestone), "turns");
        var transcripts = Directory.Exists(folder) ? Directory.GetFiles(folder, TurnFiles(o.Turn) + "*.jsonl") : [];
        var end = TurnEnd.Of(new TurnOutcome.Interrupted(), transcripts.Select(TranscriptReader.ReadWhole));
        return new Event.TurnMetered(o.Ticket, end.Usage, end.Models);
    }

    private async Task<string> DiffAsync(string from, string to, CancellationToken cancellation)
    {
        var end = await repository.Git.RunAsync(
            repository.Places.Shadow, ["diff-tree", "-r", "-p", "--no-color", "--no-ext-diff", "--no-textconv", "-M", from, to], cancellation).ConfigureAwait(false);
        return Encoding.UTF8.GetString(end.Output);
    }

    private async Task<Event> CommitAsync(Order.Commit o, CancellationToken cancellation)
    {
        var subject = $"{o.Milestone}: {context.Planned(o.Milestone).Title}" + (o.After == Role.Remediate ? Invariant($" (round {o.Round})") : "");
        var pin = Invariant($"{o.Attempt}.{o.Round}");
        var work = await _commits.CommitAsync(PlaceOf(o.Milestone), o.Tip, subject, pin, cancellation).ConfigureAwait(false);
        await _workplaces.SayLeftOutAsync(PlaceOf(o.Milestone), work.LeftOut, cancellation).ConfigureAwait(false);
        var marks = await _look.MarksAsync(o, work, cancellation).ConfigureAwait(false);
        var lost = await _look.LostAsync(o, work, cancellation).ConfigureAwait(false);
        return new Event.WorkCommitted(o.Ticket, work.Commit, work.Files, work.Tree, lost, marks);
    }

    private async Task<Event> RunGatesAsync(Order.RunGates o, CancellationToken cancellation)
    {
        await Trees.EnsureAsync(PlaceOf(o.Milestone), o.Tip, renew: false, cancellation).ConfigureAwait(false);
        var workplace = await _workplaces.ReadyAsync(o.Milestone.ToString(), o.Base, anew: false, cancellation).ConfigureAwait(false);
        var finished = await _gates.MilestoneAsync(o, workplace, cancellation).ConfigureAwait(false);
        if (finished is Event.GateFinished { Results: var results } && !results.Any(r => r.Blocks))
        {
            _handing.GiveBack(PlaceOf(o.Milestone), o.Tip, () => _workplaces.LeaveAsync(o.Milestone.ToString(), CancellationToken.None), context.Worktree.Teardown.Count > 0);
        }
        else
        {
            _handing.Pool.Soon.Settle(o.Milestone);
        }

        return finished;
    }

    private async Task<Event> BuildAsync(Order.BuildCandidate o, CancellationToken cancellation)
    {
        var making = new CandidateContext(context.Run.Value, context.Target, id => context.Planned(id).Title, id => context.Planned(id).Hash, [.. context.TaskLines().Select(line => o.Ahead.Contains(line.Id) ? line with { Done = true } : line)]);
        var built = await _candidates.BuildAsync(making, o.Batch, o.Tip, cancellation).ConfigureAwait(false);
        return new Event.CandidateBuilt(o.Ticket, built.Onto, built.Tip, built.Commit, built.Merged, built.Conflicts);
    }

    private async Task<Event> PublishAsync(Order.Publish o, CancellationToken cancellation)
    {
        await _handing.BackAsync(o.Batch).WaitAsync(cancellation).ConfigureAwait(false);
        _handing.Turn(o.Candidate, o.Batch.Count);

        // Commits do not change: what is looked at is the same whether the target has it by then or not.
        using var looking = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var look = _proof.LookAsync(o.Onto, o.Candidate, o.Batch, o.Earlier, looking.Token);
        PublishedCandidate published;
        try
        {
            published = await _publication.PublishAsync(context.Run.Value, context.Target, o.Onto, o.Candidate, context.Publish, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await EndAsync(looking, look).ConfigureAwait(false);
            throw;
        }

        if (published.MovedTo is { } moved)
        {
            await EndAsync(looking, look).ConfigureAwait(false);
            return new Event.TargetMoved(o.Ticket, moved);
        }

        var proof = await look.ConfigureAwait(false);
        Offered? offered = null;
        if (proof.Holds)
        {
            offered = await OfferAsync(o.Candidate, cancellation).ConfigureAwait(false);
            await Parallel.ForEachAsync(o.Batch, cancellation, async (item, stop) =>
            {
                await _workplaces.LeaveAsync(item.Id.ToString(), stop).ConfigureAwait(false);
                await _removal.WorktreeAsync(PlaceOf(item.Id), stop).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }

        return new Event.Published(o.Ticket, o.Candidate, offered?.Text ?? published.Unlanded, proof, offered?.Offer);
    }

    /// <summary>Nobody asks for its result any more.</summary>
    private static async Task EndAsync(CancellationTokenSource cancel, Task task)
    {
        await cancel.CancelAsync().ConfigureAwait(false);
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Only what is proved leaves the machine.</summary>
    private async Task<Offered?> OfferAsync(string commit, CancellationToken cancellation)
    {
        if (context.Publish != PublishMode.PullRequest)
        {
            return null;
        }

        var titles = context.Plan.Milestones.Where(m => !context.Earlier.Contains(m.Id)).Select(m => $"{m.Id}: {m.Title}").ToList();
        return await _offering.OfferAsync(new OfferPlace(context.Run.Value, context.PublishRemote, context.Target, titles), commit, cancellation).ConfigureAwait(false);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
