using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Progress;
using static Orchestrator.Engine.Evidence.EvidenceWords;

namespace Orchestrator.Engine.Evidence;

/// <summary>The parts of evidence that a milestone's and a run's have in common, or that are long.</summary>
internal static class EvidenceParts
{
    public static void Usage(Utf8JsonWriter json, Usage usage)
    {
        json.WriteNumber("cost_usd", usage.CostUsd);
        json.WriteNumber("input_tokens", usage.InputTokens);
        json.WriteNumber("output_tokens", usage.OutputTokens);
        json.WriteNumber("cache_read_tokens", usage.CacheReadTokens);
        json.WriteNumber("cache_write_tokens", usage.CacheWriteTokens);
    }

    public static void Turns(Utf8JsonWriter json, Dossier dossier, ILookup<long, string> files) => List(json, "turns", dossier.Turns, t =>
    {
        json.WriteString("ticket", t.Ticket.ToString());
        json.WriteString("role", Of(t.Role));
        json.WriteString("session", t.Session);
        json.WriteNumber("attempt", t.Attempt);
        json.WriteNumber("round", t.Round);
        json.WriteString("begun", t.Begun);
        Time(json, "ended", t.Ended);
        json.WriteString("outcome", t.Outcome is { } outcome ? Spell(outcome.GetType().Name) : null);
        json.WriteString("said", SaidBy(t.Outcome));
        Usage(json, t.Usage);
        List(json, "models", t.Models, m =>
        {
            json.WriteString("model", m.Model);
            Usage(json, m.Usage);
        });
        Texts(json, "files", files[t.Ticket.Number]);
    });

    public static void Findings(Utf8JsonWriter json, Items<FoundFinding> findings) => List(json, "findings", findings, f =>
    {
        json.WriteString("severity", f.Finding.Severity.ToString().ToLowerInvariant());
        json.WriteString("file", f.Finding.File);
        if (f.Finding.Line is { } line)
        {
            json.WriteNumber("line", line);
        }
        else
        {
            json.WriteNull("line");
        }

        json.WriteString("claim", f.Finding.Claim);
        json.WriteString("reproduce", f.Finding.Reproduce);
        json.WriteString("by", Spell(f.By.ToString()));
        json.WriteNumber("attempt", f.Attempt);
        json.WriteNumber("round", f.Round);
        json.WriteString("at", f.At);
        json.WriteNumber("times", f.Times);
        json.WriteString("fate", Spell(f.Fate.ToString()));
        Time(json, "settled", f.Settled);
    });

    /// <summary>Each criterion with all that proves it; nothing where nobody does.</summary>
    public static void Criteria(Utf8JsonWriter json, Items<string> criteria, Items<CriterionProof> proofs)
    {
        json.WriteStartArray("criteria");
        for (var i = 0; i < criteria.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("criterion", criteria[i]);
            List(json, "proofs", proofs.Where(p => p.Criterion == i + 1), p =>
            {
                json.WriteString("by", p.By.ToString().ToLowerInvariant());
                json.WriteString("evidence", p.Evidence);
            });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Results(Utf8JsonWriter json, Items<GateResult> results) => List(json, "results", results, r =>
    {
        json.WriteString("name", r.Name);
        json.WriteBoolean("passed", r.Passed);
        json.WriteBoolean("flaky", r.Flaky);
        json.WriteBoolean("red_before", r.Inherited);
        Texts(json, "failing", r.Tally?.Failing ?? default);
        Texts(json, "newly_failing", r.Passed ? default : r.NewlyFailing);
        if (r.Tally is { } tally)
        {
            json.WriteNumber("tests", tally.Total);
            json.WriteNumber("failed", tally.Failed);
            json.WriteNumber("skipped", tally.Skipped);
        }

        json.WriteString("detail", r.Detail);
    });

    public static void Candidate(Utf8JsonWriter json, CandidateRecord c, EvidencePlaces places, string up)
    {
        json.WriteString("at", c.At);
        json.WriteString("onto", c.Onto);
        json.WriteString("commit", c.Commit);
        Texts(json, "merged", c.Merged.Select(id => id.ToString()));
        List(json, "conflicts", c.Conflicts, x =>
        {
            json.WriteString("milestone", x.Id.ToString());
            Texts(json, "paths", x.Paths);
        });
        json.WriteBoolean("probe", c.Probe);
        json.WriteString("end", Spell(c.End.ToString()));
        Time(json, "ended", c.Ended);
        Results(json, c.Results);
        json.WriteString("unlanded", c.Unlanded);
        List(json, "proof", c.Proof?.Checks ?? default, p =>
        {
            json.WriteString("check", Spell(p.Kind.ToString()));
            json.WriteBoolean("holds", p.Holds);
            json.WriteString("detail", p.Detail);
        });
        Texts(json, "files", c.Test is { } test ? places.Candidate(test).Select(file => up + file) : []);
    }

    public static void Judgement(Utf8JsonWriter json, Judgement judgement)
    {
        json.WriteString("at", judgement.At);
        json.WriteString("sent_back", judgement.Culprits.SentBack.ToString());
        Texts(json, "together", judgement.Culprits.Together.Select(id => id.ToString()));
        json.WriteString("claim", judgement.Culprits.Claim);
    }

    public static void Moments(Utf8JsonWriter json, Items<Moment> moments) => List(json, "moments", moments, m =>
    {
        json.WriteString("at", m.At);
        json.WriteString("text", m.Text);
        if (m.Until is { } until)
        {
            json.WriteString("until", until);
        }
    });

    public static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static string? SaidBy(TurnOutcome? outcome) => outcome switch
    {
        null or TurnOutcome.Interrupted or TurnOutcome.ChangesRequested => null,
        TurnOutcome.Completed o => o.Summary,
        TurnOutcome.Approved o => o.Summary,
        TurnOutcome.Limited o => o.Message,
        TurnOutcome.Spent o => o.Message,
        TurnOutcome.Failed o => $"{o.Code}: {o.Message}",
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
    };
}
