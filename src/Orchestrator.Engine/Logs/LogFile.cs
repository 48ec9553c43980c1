using System.Globalization;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Ports;
using Orchestrator.Engine.Settings;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Orchestrator.Engine.Logs;

/// <summary>The log for people: one sentence for each fact, in <c>orchestrator_YYYYMMDD_HHMMSS.log</c>. A log that cannot be written never stops a run.</summary>
public sealed class LogFile : IObserver, IDisposable
{
    private readonly Logger _log;
    private readonly Func<string, string> _clean;
    private RunState? _before;

    /// <summary>Opens a log in <paramref name="folder"/>, named after <paramref name="at"/> (local time).</summary>
    /// <param name="folder">Where.</param>
    /// <param name="at">When.</param>
    /// <param name="level">What is written.</param>
    /// <param name="clean">Everything goes through this first: it takes secrets out. Null for nothing to take out.</param>
    public LogFile(string folder, DateTimeOffset at, Settings.LogLevel level, Func<string, string>? clean = null)
    {
        _clean = clean ?? (text => text);
        File = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"orchestrator_{at:yyyyMMdd_HHmmss}.log"));
        _log = new LoggerConfiguration()
            .MinimumLevel.Is(level switch
            {
                Settings.LogLevel.Debug => LogEventLevel.Debug,
                Settings.LogLevel.Info => LogEventLevel.Information,
                Settings.LogLevel.Warning => LogEventLevel.Warning,
                _ => LogEventLevel.Error,
            })
            .WriteTo.File(
                File, outputTemplate: "{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} {Level:u4} {Message:l}{NewLine}", formatProvider: CultureInfo.InvariantCulture,
                fileSizeLimitBytes: 64 << 20, rollOnFileSizeLimit: true, retainedFileCountLimit: 20)
            .CreateLogger();
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>Writes a sentence: one line, whatever it quotes, so that nobody forges another and no terminal is steered by <c>cat</c>.</summary>
    public void Say(LogEventLevel level, string text) => _log.Write(level, "{Text:l}", Core.Plain.Whole(_clean(text).ReplaceLineEndings(" | ")));

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at)
    {
        var who = WhoseTicket(fact);
        var (level, text) = FactSentence.Of(fact, state);
        level = fact is Event.MachineRead e && e.Reading == _before?.Machine ? LogEventLevel.Debug : level; // told again, not anew
        Say(level, who is null ? text : $"{who}: {text}");
        foreach (var culprits in state.Culprits.Skip(_before?.Culprits.Count ?? 0))
        {
            Say(LogEventLevel.Warning, FactSentence.Of(culprits));
        }

        _before = state;
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    /// <summary>The milestone that an answer belongs to: the one that bore the ticket before.</summary>
    private MilestoneId? WhoseTicket(Event fact) => Chronicle.OwnerOf(fact, _before) is >= 0 and var owner ? _before!.Plan.Milestones[owner].Id : null;
}

/// <summary>Each fact as a sentence.</summary>
public static class FactSentence
{
    /// <summary>The sentence and its weight.</summary>
    public static (LogEventLevel Level, string Text) Of(Event fact, RunState state) => fact switch
    {
        Event.RunStarted e => (LogEventLevel.Information, $"run {e.Run} begins on {e.Target} at {Short(e.Base)}: {e.Plan.Count} milestones, {e.Done.Count} done already{Bound(e.Machine)}"),
        Event.Resumed e => (LogEventLevel.Information, $"run {state.Run} goes on (start {e.Incarnation}){Bound(e.Machine)}"),
        Event.Abandoned e => (LogEventLevel.Warning, $"run {state.Run} is given up: {e.Message}"),
        Event.Woke => (LogEventLevel.Debug, "woke"),
        Event.MachineRead e => (e.Reading.Pressure == Pressure.Calm ? LogEventLevel.Information : LogEventLevel.Warning, Machine(e.Reading, state)),
        Event.PauseAsked e => (LogEventLevel.Warning, e.Pause ? "paused: all agents are frozen, nothing begins" : "goes on after the pause"),
        Event.StopAsked e => (LogEventLevel.Warning, $"{(e.Request.Urgency == Urgency.Drain ? "ending after the steps under way" : "stopping")}: {e.Request.Message}"),
        Event.WorktreeReady e => (LogEventLevel.Information, $"worktree ready at {Short(e.Base)}{(e.Conflicts.Count > 0 ? $", in conflict: {string.Join(", ", e.Conflicts)}" : e.Carried is null ? "" : " with the earlier work laid on it")}"),
        Event.Answered e => (LogEventLevel.Debug, $"the provider answers{string.Concat(e.Windows.Select(w => Invariant($"; {w.Name} {w.Status}, {w.Used:0%} used")))}"),
        Event.TurnFinished e => Turn(e),
        Event.TurnMetered e => (LogEventLevel.Information, Invariant($"a turn that gave no answer used {e.Usage.CostUsd:0.00##} USD")),
        Event.WorkCommitted e => (
            e.Lost.Count + e.Marks.Count > 0 ? LogEventLevel.Warning : LogEventLevel.Information,
            $"{(e.Commit is null ? "nothing to commit" : $"committed {Short(e.Commit)}, {e.Files} files")}{string.Concat(e.Marks.Select(m => $"; marked: {m.Path}: {m.Detail}"))}{string.Concat(e.Lost.Select(f => $"; lost: {f.File}: {f.Claim}"))}"),
        Event.GateFinished e => Gates(e),
        Event.CandidateBuilt e => (e.Conflicts.Count > 0 ? LogEventLevel.Warning : LogEventLevel.Information, $"candidate {Short(e.Candidate)} on {Short(e.Onto)} holds {Join(e.Merged)}{(e.Conflicts.Count > 0 ? $"; conflicts: {Join(e.Conflicts.Select(c => c.Id))}" : "")}"),
        Event.Published e => (e.Unlanded is null ? LogEventLevel.Information : LogEventLevel.Warning, e.Unlanded is null ? $"published {Short(e.Commit)}, {Proved(e.Proof)}" : $"integrated {Short(e.Commit)}, {Proved(e.Proof)}, but {e.Unlanded}"),
        Event.TargetMoved e => (LogEventLevel.Warning, $"the target moved to {Short(e.Tip)}; the candidate is built again"),
        Event.OrderFailed e => (LogEventLevel.Warning, $"failed ({e.Code}): {e.Message}"),
        _ => throw new InvalidOperationException($"Unknown fact {fact.GetType().Name}."),
    };

    private static string Bound(MachineReading? reading) => reading is null ? "" : "; " + Room(reading);

    private static string Room(MachineReading reading) =>
        reading.Room == int.MaxValue ? "the machine has room enough" : $"the machine is {reading.Pressure.ToString().ToLowerInvariant()}, room for {reading.Room}: {reading.Reason}";

    private static string Machine(MachineReading reading, RunState state)
    {
        var room = Room(reading);
        return state.Held.Count == 0 ? room : $"{room}; frozen: {Join(state.Plan.Milestones.Where((_, i) => state.Milestones[i].Phase is Phase.Working w && state.Held.Any(held => held.Turn == w.Ticket)).Select(m => m.Id))}";
    }

    private static (LogEventLevel, string) Turn(Event.TurnFinished e)
    {
        var cost = e.Usage.CostUsd > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({e.Usage.CostUsd:0.00##} USD)") : "";
        return e.Outcome switch
        {
            TurnOutcome.Completed o => (LogEventLevel.Information, $"the agent is done{cost}: {o.Summary}"),
            TurnOutcome.Approved o => (LogEventLevel.Information, $"review approved{cost}: {o.Summary}{(o.Remarks.Count > 0 ? $"; remarks: {string.Join("; ", o.Remarks.Select(f => f.Claim))}" : "")}"),
            TurnOutcome.ChangesRequested o => (LogEventLevel.Information, $"review wants changes{cost}: {string.Join("; ", o.Findings.Select(f => f.Claim))}"),
            TurnOutcome.Limited o => (LogEventLevel.Warning, $"limit{cost}: {o.Message}{(o.ResetsAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", resets {at:u}") : "")}"),
            TurnOutcome.Spent o => (LogEventLevel.Warning, $"what the turn was allowed to spend is spent{cost}: {o.Message}"),
            TurnOutcome.Failed o => (LogEventLevel.Warning, $"the turn failed{cost} ({o.Code}): {o.Message}"),
            TurnOutcome.Interrupted => (LogEventLevel.Warning, $"the turn was interrupted{cost}"),
            _ => throw new InvalidOperationException($"Unknown outcome {e.Outcome.GetType().Name}."),
        };
    }

    /// <summary>Who was found guilty of a red batch.</summary>
    public static string Of(Culprits culprits) => culprits.Together.Count == 1
        ? $"{culprits.SentBack} turns the merged batch red and goes back: {culprits.Claim}"
        : $"{Join(culprits.Together.Skip(1))} and {culprits.SentBack} are red only together; {culprits.SentBack} goes back: {culprits.Claim}";

    private static (LogEventLevel, string) Gates(Event.GateFinished e)
    {
        var red = e.Results.Where(r => r.Blocks).Select(r => r.Name).ToList();
        var inherited = e.Results.Where(r => r.Inherited).Select(r => r.Name).ToList();
        var flaky = e.Results.Where(r => r.Flaky).Select(r => r.Name).ToList();
        var passedLater = (flaky.Count > 0 ? $"; flaky, passed only when run again: {string.Join(", ", flaky)}" : "") + (inherited.Count > 0 ? $"; red before already: {string.Join(", ", inherited)}" : "");
        return red.Count > 0
            ? (LogEventLevel.Warning, $"gates red: {string.Join(", ", red)}{passedLater}")
            : passedLater.Length > 0 ? (LogEventLevel.Warning, $"gates green{passedLater}")
            : (LogEventLevel.Information, e.Results.Count == 0 ? "no gates to run" : $"gates green: {string.Join(", ", e.Results.Select(r => r.Name))}");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string Proved(Proof proof) => proof.Holds ? "proved" : $"NOT proved: {proof.Doubt}";

    private static string Short(string? commit) => commit is null ? "(none)" : commit.Length > 10 ? commit[..10] : commit;

    private static string Join(IEnumerable<MilestoneId> ids) => string.Join(", ", ids);
}
