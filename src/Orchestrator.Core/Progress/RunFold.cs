using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>What a fact adds to the chronicle of the run as a whole: its merges, limits, stops and end.</summary>
internal static class RunFold
{
    public static Chronicle Take(Chronicle chronicle, Event fact, RunState? before, RunState after, DateTimeOffset at)
    {
        chronicle = fact switch
        {
            Event.RunStarted e => Note(chronicle, at, $"the run begins on {e.Target} at {DossierFold.Short(e.Base)}"),
            Event.Resumed e => Note(chronicle, at, FormattableString.Invariant($"the run goes on (start {e.Incarnation})")),
            Event.Abandoned e => Note(chronicle, at, $"the run is given up: {e.Message}"),
            Event.MachineRead e when e.Reading.Pressure != before?.Machine.Pressure => Note(chronicle, at, $"the machine is {e.Reading.Pressure.ToString().ToLowerInvariant()}{(e.Reading.Reason.Length > 0 ? $": {e.Reading.Reason}" : "")}"),
            Event.PauseAsked e => Note(chronicle, at, e.Pause ? "paused" : "goes on after the pause"),
            Event.StopAsked e => Note(chronicle, at, $"asked to stop ({e.Request.Code}): {e.Request.Message}"),
            Event.CandidateBuilt e when QueueFold.IsAwaited(e, before) => Built(chronicle, e, before!, after, at),
            Event.GateFinished e when before?.Integration is Integration.Testing t && t.Ticket == e.Ticket => Tested(chronicle, e, t, before, at),
            Event.Published e when before?.Integration is Integration.Publishing p && p.Ticket == e.Ticket => Published(chronicle, e, at),
            Event.TargetMoved e when before?.Integration is Integration.Publishing p && p.Ticket == e.Ticket =>
                End(chronicle, p.Candidate.Commit, c => c with { End = CandidateEnd.Overtaken, Ended = at }, at, $"the target moved to {DossierFold.Short(e.Tip)}"),
            Event.OrderFailed e when QueueFold.BatchOf(e, before).Count > 0 => Note(chronicle, at, $"the merge queue could not go on ({e.Code}): {e.Message}"),
            _ => chronicle,
        };
        chronicle = Judged(chronicle, before, after, at);
        chronicle = Limits(chronicle, before, after, at);
        return after.Final is { } end && before?.Final is null && fact is not Event.Abandoned ? Note(chronicle, at, EndOf(end)) : chronicle;
    }

    private static Chronicle Built(Chronicle chronicle, Event.CandidateBuilt e, RunState before, RunState after, DateTimeOffset at)
    {
        var record = new CandidateRecord(at, e.Onto, e.Candidate, e.Merged, e.Conflicts, before.Bisection is not null) { Test = after.Integration is Integration.Testing testing ? testing.Ticket : null };
        var text = e.Candidate is null ? "nothing of the batch merged" : $"candidate {DossierFold.Short(e.Candidate)} {(e.Merged.Count > 0 ? $"holds {string.Join(", ", e.Merged)}" : "brings earlier work to the target")}";
        return Note(chronicle with { Candidates = [.. chronicle.Candidates, record] }, at, text + (e.Conflicts.Count > 0 ? $"; {string.Join(", ", e.Conflicts.Select(c => c.Id))} {(e.Conflicts.Count == 1 ? "conflicts" : "conflict")}" : ""));
    }

    private static Chronicle Tested(Chronicle chronicle, Event.GateFinished e, Integration.Testing testing, RunState before, DateTimeOffset at)
    {
        if (!chronicle.Candidates.Any(c => c.Commit == testing.Candidate))
        {
            // It was prepared beforehand, in an order of its own.
            chronicle = chronicle with { Candidates = [.. chronicle.Candidates, new CandidateRecord(at, testing.Onto, testing.Candidate, testing.Batch.Select(item => item.Id).ToItems(), default, before.Bisection is not null)] };
        }

        var end = GatedCommit.Of(testing.Candidate, e.Results) is null ? CandidateEnd.Red : CandidateEnd.Green;
        return End(
            chronicle, testing.Candidate, c => c with { End = end, Ended = at, Results = e.Results, Test = e.Ticket }, at,
            $"candidate {DossierFold.Short(testing.Candidate)}: {DossierFold.Gates(e.Results)}");
    }

    private static Chronicle Published(Chronicle chronicle, Event.Published e, DateTimeOffset at)
    {
        var text = e.Proof.Holds ? $"{DossierFold.Short(e.Commit)} landed and is proved{(e.Unlanded is { } why ? $", but {why}" : "")}" : $"{DossierFold.Short(e.Commit)} was published and is not proved: {e.Proof.Doubt}";
        return End(chronicle, e.Commit, c => c with { End = e.Proof.Holds ? CandidateEnd.Landed : CandidateEnd.Doubted, Ended = at, Unlanded = e.Unlanded, Proof = e.Proof }, at, text);
    }

    private static Chronicle Judged(Chronicle chronicle, RunState? before, RunState after, DateTimeOffset at)
    {
        for (var i = before?.Culprits.Count ?? 0; i < after.Culprits.Count; i++)
        {
            var culprits = after.Culprits[i];
            var with = culprits.Together.Skip(1).ToList();
            chronicle = Note(
                chronicle with { Judgements = [.. chronicle.Judgements, new Judgement(at, culprits)] }, at,
                $"{culprits.SentBack} is red {(with.Count > 0 ? $"together with {string.Join(" and ", with)}" : "merged with what is integrated")} and goes back: {culprits.Claim}");
        }

        return chronicle;
    }

    /// <summary>One span for as long as the same one is refused, however often the time is put off.</summary>
    private static Chronicle Limits(Chronicle chronicle, RunState? before, RunState after, DateTimeOffset at)
    {
        if (before?.Limits == after.Limits || (before is null && after.Limits.Count == 0))
        {
            return chronicle;
        }

        var spans = chronicle.Limits.Select(s => s.To is null && !after.Limits.Any(l => l.Model == s.Model) ? s with { To = at } : s).ToList();
        foreach (var limit in after.Limits.Where(l => !spans.Exists(s => s.To is null && s.Model == l.Model)))
        {
            spans.Add(new LimitSpan(limit.Model, at, null, limit.Message));
            chronicle = chronicle with { Moments = [.. chronicle.Moments, new Moment(at, $"the provider refuses: {limit.Message}", limit.Until)] };
        }

        return chronicle with { Limits = spans.ToItems() };
    }

    private static string EndOf(Final end) => end switch
    {
        Final.Completed => "the run is completed",
        Final.WithFailures => "the run ends with failures",
        Final.Stopped f => $"the run is stopped: {f.Message}",
        Final.Abandoned f => $"the run is given up: {f.Message}",
        Final.LimitReached f => $"the run ends at the limit: {f.Message}",
        _ => throw new InvalidOperationException($"Unknown end {end.GetType().Name}."),
    };

    private static Chronicle End(Chronicle chronicle, string commit, Func<CandidateRecord, CandidateRecord> end, DateTimeOffset at, string text)
    {
        for (var i = chronicle.Candidates.Count - 1; i >= 0; i--)
        {
            if (chronicle.Candidates[i].Commit == commit)
            {
                return Note(chronicle with { Candidates = chronicle.Candidates.With(i, end(chronicle.Candidates[i])) }, at, text);
            }
        }

        return Note(chronicle, at, text);
    }

    private static Chronicle Note(Chronicle chronicle, DateTimeOffset at, string text) => chronicle with { Moments = [.. chronicle.Moments, new Moment(at, text)] };
}
