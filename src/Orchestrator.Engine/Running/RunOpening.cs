using Orchestrator.Core;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>A run as it is about to begin or to go on.</summary>
/// <param name="Run">Its name.</param>
/// <param name="State">Its state so far; null for a new one.</param>
/// <param name="First">The fact to begin with.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Target">The branch to publish to, as a full ref.</param>
/// <param name="Base">The commit it began at.</param>
public sealed record OpenedRun(RunId Run, RunState? State, Event First, Plan Plan, string Target, string Base);

/// <summary>
/// Finds out what a run has to do: goes on with an unfinished one, or makes a new one of the plan and of what the
/// target's history shows as done.
/// </summary>
public sealed class RunOpening(Repository repository, RunJournal journal, OrchestratorSettings settings, TimeProvider time, FenceLevel fence = FenceLevel.None)
{
    private readonly List<Problem> _problems = [];
    private readonly UnlandedWork _unlanded = new(repository, journal, settings);

    /// <summary>What was found; an error among them means that nothing may begin.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>The run before, when it has ended and its work is where it belongs.</summary>
    public RunState? Last { get; private set; }

    /// <summary>What agents are told with, as of the commit that the run began at.</summary>
    public PromptBook Prompts { get; private set; } = PromptBook.Ours;

    /// <summary>Opens a run; null when there are errors, or when nothing is left to do.</summary>
    public async Task<OpenedRun?> OpenAsync(RunRequest request, CancellationToken cancellation)
    {
        var policy = settings.ToPolicy() with { Fence = fence };
        policy = request.OnePass ? policy with { AutoResume = false } : policy;
        if (journal.Mended is { } mended)
        {
            _problems.Add(new Problem("journal.damaged", mended, new Place(repository.Places.State), "Nothing is to be done for the run to go on; look at the disk.", Severity.Warning));
        }

        if (journal.Reader.LatestRun() is { } latest && journal.Reader.StateOf(latest) is { } state)
        {
            if (request.Anew && GiveUp(latest, state) is { } givenUp)
            {
                state = givenUp;
            }

            if (state.Final is not (Final.Completed or Final.WithFailures or Final.Abandoned))
            {
                Compare(state);
                _problems.AddRange(await Preflight.CheckAsync(repository, state.Target, state.Base, settings, cancellation).ConfigureAwait(false));
                Prompts = await ProjectPrompts.ReadAsync(repository, settings.Prompts, state.Base, _problems, cancellation).ConfigureAwait(false);
                if (request.Stage is not null || request.Milestone is not null)
                {
                    _problems.Add(new Problem("run.choice", $"Run {latest} is unfinished and goes on with what it began; --stage and --milestone do not change it.", new Place("command line"), "Let it end first, then choose.", Severity.Warning));
                }

                var first = new Event.Resumed(state.Incarnation + 1, policy);
                return new OpenedRun(latest, state, first, state.Plan, state.Target, state.Base);
            }

            _problems.AddRange(await _unlanded.OfAsync(state, cancellation).ConfigureAwait(false));
            Last = state;
        }

        if (request.Resume)
        {
            _problems.Add(new Problem("run.none", "There is no unfinished run to go on with.", new Place("--resume"), "Leave --resume out to begin a new run."));
            return null;
        }

        return await BeginAsync(request, policy, cancellation).ConfigureAwait(false);
    }

    private async Task<OpenedRun?> BeginAsync(RunRequest request, Policy policy, CancellationToken cancellation)
    {
        var reading = MilestoneFolder.Read(repository.Places.Root);
        _problems.AddRange(reading.Problems);
        var (target, commit) = await TargetAsync(cancellation).ConfigureAwait(false);
        if (commit is not null && settings.Publish == PublishMode.FastForward)
        {
            _problems.AddRange(await _unlanded.StraysAsync(commit, cancellation).ConfigureAwait(false));
        }

        if (commit is not null && settings.Publish != PublishMode.FastForward && Last is { } last && last.Target == target && await repository.CommitOfAsync(last.Tip, cancellation).ConfigureAwait(false) is not null
            && await repository.HoldsAsync(last.Tip, commit, cancellation).ConfigureAwait(false))
        {
            commit = last.Tip; // the work lies on a branch of ours by the user's wish: go on from there
        }

        if (commit is not null)
        {
            Prompts = await ProjectPrompts.ReadAsync(repository, settings.Prompts, commit, _problems, cancellation).ConfigureAwait(false);
        }

        if (reading.Plan is not { } plan || target is null || commit is null || HasErrors())
        {
            return null;
        }

        var done = await DoneHistory.ReadAsync(repository, commit, cancellation).ConfigureAwait(false);
        var known = done.Where(d => plan.IndexOf(d.Id) is not null).ToList();
        foreach (var record in known.Where(r => r.Hash != plan.Milestones[plan.IndexOf(r.Id)!.Value].Hash))
        {
            _problems.Add(new Problem("plan.changed", $"{record.Id} changed after it was done; it is not done again.", new Place($"milestones/{record.Id}.md"), "Write the change as a new milestone.", Severity.Warning));
        }

        var leftOut = LeftOut(plan, request, [.. known.Select(k => k.Id)]);
        plan = await WithTrustedGatesAsync(plan, reading.Files, commit, cancellation).ConfigureAwait(false);
        var open = plan.Milestones.Count(m => known.TrueForAll(k => k.Id != m.Id) && !leftOut.Contains(m.Id));
        if (HasErrors() || open == 0)
        {
            return null;
        }

        var run = new RunId($"{time.GetUtcNow():yyyyMMdd-HHmmss}-{Guid.NewGuid().ToString("N")[..6]}");
        SaveTexts(run, reading.Files);
        var first = new Event.RunStarted(run, plan.Milestones, policy, target, commit, known.Select(k => k.Fact).ToItems(), leftOut);
        return new OpenedRun(run, null, first, plan, target, commit);
    }

    private bool HasErrors() => _problems.Exists(p => p.Severity == Severity.Error);

    private async Task<(string? Target, string? Commit)> TargetAsync(CancellationToken cancellation)
    {
        var target = settings.TargetBranch is { } named ? "refs/heads/" + named : repository.CheckedOut;
        if (target is null)
        {
            _problems.Add(Preflight.Detached(repository));
            return default;
        }

        if (target.StartsWith(RefNames.Branches, StringComparison.Ordinal))
        {
            _problems.Add(new Problem("target.ours", $"{target} is a branch of the orchestrator's own.", new Place("HEAD"), "Check your own branch out."));
            return default;
        }

        var commit = await repository.CommitOfAsync(target, cancellation).ConfigureAwait(false);
        if (commit is not null)
        {
            _problems.AddRange(await Preflight.CheckAsync(repository, target, commit, settings, cancellation).ConfigureAwait(false));
        }
        else
        {
            _problems.Add(new Problem("target.missing", $"The branch {target["refs/heads/".Length..]} has no commit.", new Place("HEAD"), "Commit something first; agents begin from a commit."));
        }

        return (target, commit);
    }

    private Items<MilestoneId> LeftOut(Plan plan, RunRequest request, HashSet<MilestoneId> done)
    {
        if (request.Stage is null && request.Milestone is null)
        {
            return default;
        }

        var chosen = plan.Milestones.Where(m => (request.Stage is null || m.Id.Stage == request.Stage) && (request.Milestone is null || m.Id == request.Milestone)).ToList();
        if (chosen.Count == 0)
        {
            var what = request.Milestone is { } id ? $"--milestone {id}" : $"--stage {request.Stage}";
            _problems.Add(new Problem("run.choice", "The plan has no such milestone.", new Place(what), $"It has {string.Join(", ", plan.Milestones.Take(20).Select(m => m.Id))}."));
        }

        var ids = chosen.Select(m => m.Id).ToHashSet();
        foreach (var milestone in chosen.Where(m => !done.Contains(m.Id)))
        {
            var missing = milestone.Needs.Where(need => !done.Contains(need) && !ids.Contains(need)).ToList();
            if (missing.Count > 0)
            {
                _problems.Add(new Problem("run.needs", $"{milestone.Id} needs {string.Join(", ", missing)}, not done yet and not chosen.", new Place($"milestones/{milestone.Id}.md"), "Run those first, or leave the choice out."));
            }
        }

        return plan.Milestones.Select(m => m.Id).Where(id => !ids.Contains(id) && !done.Contains(id)).ToItems();
    }

    /// <summary>Commands come from the base commit: what merely lies in the folder could have been put there by anybody.</summary>
    private async Task<Plan> WithTrustedGatesAsync(Plan plan, Items<MilestoneFile> files, string commit, CancellationToken cancellation)
    {
        var milestones = plan.Milestones;
        foreach (var file in files.Where(f => f.Verify.Count > 0))
        {
            var blob = await repository.Git.TryAsync(repository.Places.CommonDir, ["cat-file", "blob", $"{commit}:{file.File}"], cancellation).ConfigureAwait(false);
            var committed = blob.Succeeded ? MilestoneText.Read(file.Id, blob.Output, file.File, []) : null;
            if (committed is null || committed.Verify != file.Verify)
            {
                _problems.Add(new Problem("plan.verify", $"The verify commands of {file.Id} are not as committed; the committed ones count ({committed?.Verify.Count ?? 0}).", new Place(file.File), "Commit the milestone file before the run.", Severity.Warning));
                var i = plan.IndexOf(file.Id)!.Value;
                milestones = milestones.With(i, milestones[i] with { Verify = committed?.Verify ?? default });
            }
        }

        return new Plan(milestones);
    }

    private void SaveTexts(RunId run, Items<MilestoneFile> files)
    {
        var folder = TextFolder(repository.Places, run);
        Directory.CreateDirectory(folder);
        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(folder, $"{file.Id}.md"), file.Text);
        }
    }

    /// <summary>Where the milestones' texts of a run are kept, as they were when it began.</summary>
    public static string TextFolder(RepositoryPlaces places, RunId run) => Path.Combine(places.Run(run.Value), "milestones");

    private void Compare(RunState state)
    {
        if (MilestoneFolder.Read(repository.Places.Root).Plan is not { } now)
        {
            return;
        }

        foreach (var milestone in state.Plan.Milestones)
        {
            if (now.IndexOf(milestone.Id) is not { } i || now.Milestones[i].Hash != milestone.Hash)
            {
                _problems.Add(new Problem("plan.changed", $"{milestone.Id} changed since this run began; the run goes on with the text it began with.", new Place($"milestones/{milestone.Id}.md"), "Write the change as a new milestone.", Severity.Warning));
            }
        }
    }

    /// <summary>Ends an unfinished run by the user's wish. What it merged counts, and every commit of it stays reachable.</summary>
    private RunState? GiveUp(RunId run, RunState state)
    {
        if (state.Final is Final.Completed or Final.WithFailures or Final.Abandoned)
        {
            return null;
        }

        var entry = new Entry(new Event.Abandoned("A new run was asked for."), time.GetUtcNow());
        journal.Append(run, [entry]);
        return Conductor.Fold(state, entry.Fact, entry.At);
    }
}
