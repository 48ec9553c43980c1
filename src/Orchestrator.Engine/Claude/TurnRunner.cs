using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Claude;

/// <summary>One turn to run, with everything around it.</summary>
/// <param name="Milestone">Which milestone.</param>
/// <param name="Brief">What for.</param>
/// <param name="Prompt">What the agent is told.</param>
/// <param name="Folder">The worktree.</param>
/// <param name="Files">Where prompt, transcript and errors go: a path without ending.</param>
/// <param name="Order">A name for the process, unique in the repository.</param>
/// <param name="Repository">The name of the repository, for the sweep.</param>
/// <param name="Model">The milestone's model, or null.</param>
/// <param name="Timeout">The milestone's own limit, or null for the run's.</param>
/// <param name="Heard">Takes what the provider says of the account's windows: with its first answer, and whenever it is something new.</param>
public sealed record Turn(
    MilestoneId Milestone, TurnBrief Brief, WrittenPrompt Prompt, string Folder, string Files, string Order, string Repository, string? Model, TimeSpan? Timeout, Action<Items<LimitWindow>> Heard)
{
    /// <summary>What its worktree has for itself, and its fence.</summary>
    public Workplace Workplace { get; init; } = Workplace.Bare;

    /// <summary>The form of its answer, as a JSON schema, when that is no verdict; whoever asks reads <see cref="TurnEnd.Answer"/>.</summary>
    public string? Schema { get; init; }
}

/// <summary>Runs one agent process to its end and says how it ended. The process is gone when this returns, with all that it started.</summary>
/// <param name="setup">How agents are started.</param>
/// <param name="held">Which turns are frozen; null for none ever.</param>
/// <param name="meters">Measures what turns take; null for not at all.</param>
public sealed class TurnRunner(AgentSetup setup, HeldTurns? held = null, TreeMeters? meters = null)
{
    // The first answer is waited for by others, which share what the provider has in its cache then.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(25);

    // What a shorter turn built is not worth the walk through its worktree.
    private static readonly TimeSpan WorthAWalk = TimeSpan.FromSeconds(30);

    private readonly HeldTurns _held = held ?? new HeldTurns();

    /// <summary>Runs it.</summary>
    /// <exception cref="OperationCanceledException">It was stopped; the conversation can be resumed.</exception>
    public async Task<TurnEnd> RunAsync(Turn turn, CancellationToken cancellation)
    {
        var resume = turn.Brief.Known;
        var reports = new List<TurnReport>();
        Footprint? took = null;
        for (var start = 1; ; start++)
        {
            var headers = new LimitHeaders(TimeProvider.System);
            var (report, exit, errors, why, its) = await RunOnceAsync(turn, resume, start, headers, cancellation).ConfigureAwait(false);
            reports.Add(report);
            took = took is { } before && its is { } more ? more with { Memory = Math.Max(before.Memory, more.Memory), Cpu = before.Cpu + more.Cpu, Wall = before.Wall + more.Wall } : its ?? took;
            var gone = resume && TurnClassifier.IsSessionGone(report, errors);
            var taken = !resume && TurnClassifier.IsSessionTaken(report, errors);
            if (why is null && (gone || taken) && start < 3)
            {
                resume = taken; // the prompt of a turn that goes on says that part may be done, so it serves a new conversation too
                continue;
            }

            var role = turn.Schema is null ? turn.Brief.Role : Role.Implement; // no verdict is looked for in an answer of another form
            var outcome = why ?? TurnClassifier.Classify(role, report, exit, errors, TimeProvider.System.GetUtcNow(), turn.Brief.Bar);
            if (outcome is TurnOutcome.Limited { ResetsAt: null } limited && headers.RefusedUntil is { } until)
            {
                outcome = limited with { ResetsAt = ResetText.Told(until, TimeProvider.System.GetUtcNow()) };
            }

            return TurnEnd.Of(outcome, reports) with { Footprint = took, Answer = turn.Schema is null ? null : report.Result?.Structured };
        }
    }

    private async Task<(TurnReport Report, int Exit, string Errors, TurnOutcome? Why, Footprint? Took)> RunOnceAsync(Turn turn, bool resume, int start, LimitHeaders headers, CancellationToken cancellation)
    {
        await _held.WhileHeldAsync(turn.Order, cancellation).ConfigureAwait(false);
        var files = $"{turn.Files}-{start}";
        Directory.CreateDirectory(Path.GetDirectoryName(files)!);
        await File.WriteAllTextAsync(files + ".prompt.md", turn.Prompt.Text, cancellation).ConfigureAwait(false);
        await File.WriteAllBytesAsync(files + ".prompt.json", PromptRecord.Of(turn.Prompt), cancellation).ConfigureAwait(false);
        var order = $"{turn.Order}/{start}";
        var name = AgentIdentity.NameOf(turn.Milestone);
        var markers = new Dictionary<string, string>(turn.Workplace.Variables)
        {
            [LongProcess.RepositoryMarker] = turn.Repository,
            ["GIT_AUTHOR_NAME"] = name,
            ["GIT_AUTHOR_EMAIL"] = AgentIdentity.Email,
            ["GIT_COMMITTER_NAME"] = name,
            ["GIT_COMMITTER_EMAIL"] = AgentIdentity.Email,
        };
        var spec = ClaudeCommand.Turn(setup, turn.Brief, resume, turn.Folder, turn.Model, markers, turn.Schema);
        using var over = new CancellationTokenSource();
        spec = spec with { Model = spec.Model! with { Over = over.Token, Heard = headers.Take } };
        using var process = await LongProcess.StartAsync(turn.Workplace.Around(spec), order, files + ".prompt.md", files + ".jsonl", files + ".err").ConfigureAwait(false);
        using var entry = _held.Enter(turn.Order, process);
        var meter = meters?.Watch(process);
        var reader = new TranscriptReader(files + ".jsonl");
        try
        {
            var (exit, why, wall) = await FollowAsync(process, reader, turn, headers, cancellation).ConfigureAwait(false);
            why = process.Excess is { } excess ? new TurnOutcome.Failed(FailureKind.Attempt, "agent.excess", $"The agent was ended so that the others can go on. {excess}") : why;
            return (reader.Report, exit, ErrorsOf(files + ".err"), why, meter is { Seen: true } ? Took(meter, wall, turn.Folder) : null);
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            process.Sweep();
            await over.CancelAsync().ConfigureAwait(false);
            if (meter is not null)
            {
                meters!.Leave(meter);
            }
        }
    }

    private static Footprint Took(TreeMeter meter, TimeSpan wall, string folder) =>
        new(meter.Peak, Whole(meter.Cpu), Whole(wall), wall >= WorthAWalk ? FolderStamp.Of(folder).Bytes : null);

    /// <summary>Whole milliseconds, as the journal keeps them.</summary>
    private static TimeSpan Whole(TimeSpan time) => TimeSpan.FromMilliseconds((long)time.TotalMilliseconds);

    /// <summary>Waits for the end, which is the end of the process and not its result line; or until it shows that it will not end well by itself.</summary>
    private async Task<(int Exit, TurnOutcome? Why, TimeSpan Wall)> FollowAsync(LongProcess process, TranscriptReader reader, Turn turn, LimitHeaders headers, CancellationToken cancellation)
    {
        var hearing = new Hearing(turn.Heard);
        var exit = process.WaitAsync(cancellation);
        var limits = new LivenessLimits(setup.IdleTimeout, turn.Timeout ?? setup.TurnTimeout, setup.ResultGrace);
        var watch = new TurnWatch(process, reader, turn.Folder, limits, TimeProvider.System);
        while (await Task.WhenAny(exit, Task.Delay(hearing.Answered ? AwakeTime.Rhythm : Soon, cancellation)).ConfigureAwait(false) != exit)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_held.IsHeld(turn.Order))
            {
                watch.Pass(); // its clocks stand still
                continue;
            }

            var life = watch.Look();
            hearing.Look(reader.Report, headers);
            if (TurnEnd.Exceeds(turn.Brief.Cap, reader.Report))
            {
                await process.StopAsync().ConfigureAwait(false);
                reader.Poll();
                return (0, new TurnOutcome.Spent("The turn used up what it was allowed to spend."), watch.Elapsed);
            }

            if (Liveness.ActionOf(life, limits) is not { Stops: true } action)
            {
                continue;
            }

            await process.StopAsync().ConfigureAwait(false);
            if (action.Why is null)
            {
                return (0, null, watch.Elapsed); // what it prints about being ended is not read: the result that it gave before counts
            }

            reader.Poll(); // what it used
            return (124, action.Why, watch.Elapsed);
        }

        reader.Poll();
        return (await exit.ConfigureAwait(false), null, watch.Elapsed);
    }

    private static string ErrorsOf(string file)
    {
        if (!File.Exists(file))
        {
            return "";
        }

        using var stream = File.OpenRead(file);
        stream.Seek(-Math.Min(4000, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Trim();
    }
}
