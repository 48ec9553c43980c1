using System.Text;
using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using static Orchestrator.Engine.Evidence.EvidenceWords;

namespace Orchestrator.Engine.Evidence;

/// <summary>A run as it can be told: what is so, how it came to be so, and with which gates.</summary>
/// <param name="State">The state.</param>
/// <param name="Chronicle">The way to it.</param>
/// <param name="Gates">The gates of the settings, as commands.</param>
public sealed record Tale(RunState State, Chronicle Chronicle, IReadOnlyList<GateCommand> Gates);

/// <summary>Writes evidence: <c>docs/reference/files.md</c> describes it. By hand, as all JSON here.</summary>
public static class EvidenceJson
{
    /// <summary>Of one milestone.</summary>
    public static string Milestone(Tale tale, int index, EvidencePlaces places) => Text(json => WriteMilestone(json, tale, index, places));

    /// <summary>Of the run as a whole.</summary>
    public static string Run(Tale tale, EvidencePlaces places) => Text(json => WriteRun(json, tale, places));

    private static void WriteMilestone(Utf8JsonWriter json, Tale tale, int index, EvidencePlaces places)
    {
        var (state, chronicle, _) = tale;
        var (planned, milestone, dossier) = (state.Plan.Milestones[index], state.Milestones[index], chronicle.Milestones[index]);
        var standing = WaitingFor.Of(state, index);
        json.WriteString("run", state.Run.Value);
        json.WriteString("milestone", planned.Id.ToString());
        json.WriteString("title", planned.Title);
        json.WriteString("hash", planned.Hash);
        json.WriteString("text", $"../milestones/{planned.Id}.md");
        json.WriteString("state", standing.State.ToString().ToLowerInvariant());
        json.WriteString("why", standing.Text);
        json.WriteString("code", (milestone.Phase as Phase.Failed)?.Code);
        json.WriteNumber("attempt", milestone.Attempt);
        json.WriteNumber("round", milestone.Round);
        json.WriteString("base", milestone.Base);
        json.WriteString("commit", milestone.Tip);
        json.WriteString("branch", RefNames.Branch(state.Run.Value, planned.Id.ToString()));
        json.WriteString("merge", (milestone.Phase as Phase.Integrated)?.Merge);
        EvidenceParts.Usage(json, milestone.Usage);
        List(json, "spent", milestone.Spent, s =>
        {
            json.WriteString("role", Of(s.Role));
            json.WriteString("model", s.Model);
            EvidenceParts.Usage(json, s.Usage);
        });
        EvidenceParts.Turns(json, dossier, places.Turns(planned.Id));
        List(json, "waits", dossier.Waits, w =>
        {
            json.WriteString("for", Spell(w.Kind.ToString()));
            json.WriteString("from", w.From);
            Time(json, "to", w.To);
            json.WriteString("why", w.Text);
        });
        List(json, "commits", dossier.Commits, c =>
        {
            json.WriteString("at", c.At);
            json.WriteString("after", Of(c.After));
            json.WriteNumber("attempt", c.Attempt);
            json.WriteNumber("round", c.Round);
            json.WriteString("commit", c.Commit);
            json.WriteString("pin", c.Commit is null ? null : RefNames.Pin(state.Run.Value, planned.Id.ToString(), FormattableString.Invariant($"{c.Attempt}.{c.Round}")));
            json.WriteNumber("files", c.Files);
        });
        EvidenceParts.Findings(json, dossier.Findings);
        List(json, "marks", milestone.Marks, m =>
        {
            json.WriteString("mark", Spell(m.Kind.ToString()));
            json.WriteString("path", m.Path);
            json.WriteString("detail", m.Detail);
        });
        EvidenceParts.Criteria(json, planned.Criteria, milestone.Proofs);
        List(json, "gates", dossier.Gates, g =>
        {
            json.WriteString("at", g.At);
            json.WriteString("commit", g.Commit);
            EvidenceParts.Results(json, g.Results);
            EvidenceParts.Texts(json, "files", places.Gates(planned.Id, g.Ticket));
        });
        List(json, "candidates", chronicle.Candidates.Where(c => c.Merged.Contains(planned.Id) || c.Conflicts.Any(x => x.Id == planned.Id)), c => EvidenceParts.Candidate(json, c, places, "../"));
        List(json, "judgements", chronicle.Judgements.Where(j => j.Culprits.Together.Contains(planned.Id)), j => EvidenceParts.Judgement(json, j));
        EvidenceParts.Moments(json, dossier.Moments);
        Commands(json, "reproduce", Reproduction.Of(state, index, chronicle, tale.Gates));
        Commands(json, "next", NextSteps.Of(state, index, alive: state.Final is null).Commands);
    }

    private static void WriteRun(Utf8JsonWriter json, Tale tale, EvidencePlaces places)
    {
        var (state, chronicle, gates) = tale;
        json.WriteString("run", state.Run.Value);
        json.WriteString("started_at", state.StartedAt);
        Time(json, "finished_at", state.FinishedAt);
        json.WriteString("end", state.Final is { } end ? Spell(end.GetType().Name) : null);
        json.WriteString("target", state.Target);
        json.WriteString("base", state.Base);
        json.WriteString("tip", state.Tip);
        json.WriteString("unlanded", state.Unlanded);
        json.WriteString("pull_request", state.Offer?.PullRequest);
        json.WriteNumber("facts", chronicle.Facts);
        EvidenceParts.Usage(json, state.Usage);
        List(json, "gates", gates, g =>
        {
            json.WriteString("name", g.Name);
            json.WriteString("run", g.Run);
        });
        EvidenceParts.Texts(json, "flaky_gates", state.Flaky);
        EvidenceParts.Texts(json, "red_before", state.Inherited);
        List(json, "candidates", chronicle.Candidates, c => EvidenceParts.Candidate(json, c, places, ""));
        List(json, "judgements", chronicle.Judgements, j => EvidenceParts.Judgement(json, j));
        List(json, "limits", chronicle.Limits, l =>
        {
            json.WriteString("model", l.Model);
            json.WriteString("from", l.From);
            Time(json, "to", l.To);
            json.WriteString("message", l.Message);
        });
        EvidenceParts.Moments(json, chronicle.Moments);
        EvidenceParts.Texts(json, "milestones", state.Plan.Milestones.Select(m => m.Id.ToString()));
    }

    private static void Commands(Utf8JsonWriter json, string name, Items<Command> commands) => List(json, name, commands, c =>
    {
        json.WriteString("what", c.What);
        json.WriteString("command", c.Text);
    });

    private static string Text(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }
}
