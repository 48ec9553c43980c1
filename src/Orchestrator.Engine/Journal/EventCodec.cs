using System.Text;
using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Journal;

/// <summary>
/// Writes facts as JSON and reads them back. Every name on disk stands here as a text, so that renaming something
/// in Core changes no journal; a test holds every fact to an approved spelling. Written by hand because a
/// serializer's set-up would take longer than reading a whole night's facts.
/// </summary>
public static class EventCodec
{
    /// <summary>The body of a fact; its name is kept beside it.</summary>
    public static string Write(Event fact)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteFields(json, fact);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>A fact from its name and body.</summary>
    /// <exception cref="JsonException">The body does not fit, or this version does not know the name.</exception>
    public static Event Read(string name, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        var b = JsonElement.ParseValue(ref reader);
        return name switch
        {
            JournalNames.RunStarted => new Event.RunStarted(
                new RunId(b.Text("run")), b.List("plan", PlanCodec.ReadMilestone), PlanCodec.ReadPolicy(b.GetProperty("policy")), b.Text("target"), b.Text("base"),
                b.List("done", d => new DoneMilestone(MilestoneId.Parse(d.Text("id")), d.Text("merge"))), b.List("left_out", Id), MachineCodec.ReadStanding(b)),
            JournalNames.Resumed => new Event.Resumed(b.GetProperty("incarnation").GetInt32(), PlanCodec.ReadPolicy(b.GetProperty("policy")), MachineCodec.ReadStanding(b)),
            JournalNames.Abandoned => new Event.Abandoned(b.Text("message")),
            JournalNames.Woke => new Event.Woke(),
            JournalNames.MachineRead => new Event.MachineRead(MachineCodec.ReadReading(b)),
            JournalNames.PauseAsked => new Event.PauseAsked(b.GetProperty("pause").GetBoolean()),
            JournalNames.StopAsked => new Event.StopAsked(new StopRequest(b.Word("urgency", Words.Urgency), b.Text("code"), b.Text("message"))),
            JournalNames.WorktreeReady => new Event.WorktreeReady(b.Ticket(), b.Text("base"), b.TextOr("carried", null), b.List("conflicts", c => c.GetString()!)),
            JournalNames.Answered => new Event.Answered(b.Ticket(), b.List("windows", TurnCodec.ReadWindow)),
            JournalNames.TurnFinished => new Event.TurnFinished(
                b.Ticket(), TurnCodec.ReadOutcome(b), TurnCodec.ReadUsage(b), b.List("models", TurnCodec.ReadModel), !b.TryGetProperty("unmetered", out _), MachineCodec.ReadFootprint(b)),
            JournalNames.Metered => new Event.TurnMetered(b.Ticket(), TurnCodec.ReadUsage(b), b.List("models", TurnCodec.ReadModel)),
            JournalNames.WorkCommitted => new Event.WorkCommitted(b.Ticket(), b.TextOr("commit", null), (int)b.LongOr("files"), b.TextOr("tree", null), b.List("lost", TurnCodec.ReadFinding), b.List("marks", WorkCodec.ReadMark)),
            JournalNames.GateFinished => new Event.GateFinished(b.Ticket(), b.List("results", WorkCodec.ReadGate), b.List("proofs", WorkCodec.ReadProof)),
            JournalNames.CandidateBuilt => new Event.CandidateBuilt(
                b.Ticket(), b.Text("onto"), b.Text("tip"), b.TextOr("candidate", null), b.List("merged", Id), b.List("conflicts", c => new Conflict(Id(c.GetProperty("id")), c.List("paths", p => p.GetString()!)))),
            JournalNames.Published => new Event.Published(
                b.Ticket(), b.Text("commit"), b.TextOr("unlanded", null),
                new Proof(b.List("proof", c => new ProofCheck(c.Word("check", Words.Proof), c.GetProperty("holds").GetBoolean(), c.TextOr("detail", "")))),
                b.TryGetProperty("offered", out var offered) ? new Offer(offered.GetBoolean(), b.TextOr("pull_request", null)) : null),
            JournalNames.TargetMoved => new Event.TargetMoved(b.Ticket(), b.Text("tip")),
            JournalNames.OrderFailed => new Event.OrderFailed(b.Ticket(), b.Word("kind", Words.Kind), b.Text("code"), b.Text("message")),
            _ => throw new JsonException($"The journal has a fact '{name}' that this version does not know."),
        };
    }

    private static void WriteFields(Utf8JsonWriter json, Event fact)
    {
        switch (fact)
        {
            case Event.RunStarted e:
                json.WriteString("run", e.Run.Value);
                json.WriteList("plan", e.Plan, m => PlanCodec.WriteMilestone(json, m));
                PlanCodec.WritePolicy(json, e.Policy);
                json.WriteString("target", e.Target);
                json.WriteString("base", e.Base);
                json.WriteList("done", e.Done, d => json.WriteObject(("id", d.Id.ToString()), ("merge", d.Merge)));
                json.WriteList("left_out", e.LeftOut, id => json.WriteStringValue(id.ToString()));
                MachineCodec.WriteStanding(json, e.Machine);
                break;
            case Event.Resumed e:
                json.WriteNumber("incarnation", e.Incarnation);
                PlanCodec.WritePolicy(json, e.Policy);
                MachineCodec.WriteStanding(json, e.Machine);
                break;
            case Event.Abandoned e:
                json.WriteString("message", e.Message);
                break;
            case Event.Woke:
                break;
            case Event.MachineRead e:
                MachineCodec.WriteReading(json, e.Reading);
                break;
            case Event.PauseAsked e:
                json.WriteBoolean("pause", e.Pause);
                break;
            case Event.StopAsked e:
                json.WriteString("urgency", Words.Of(Words.Urgency, e.Request.Urgency));
                json.WriteString("code", e.Request.Code);
                json.WriteString("message", e.Request.Message);
                break;
            case Event.WorktreeReady e:
                json.WriteTicket(e.Ticket);
                json.WriteString("base", e.Base);
                json.WriteOptional("carried", e.Carried);
                json.WriteList("conflicts", e.Conflicts, json.WriteStringValue);
                break;
            case Event.Answered e:
                json.WriteTicket(e.Ticket);
                json.WriteList("windows", e.Windows, w => TurnCodec.WriteWindow(json, w));
                break;
            case Event.TurnFinished e:
                json.WriteTicket(e.Ticket);
                TurnCodec.WriteOutcome(json, e.Outcome);
                TurnCodec.WriteUsage(json, e.Usage);
                json.WriteList("models", e.Models, m => TurnCodec.WriteModel(json, m));
                if (!e.Metered)
                {
                    json.WriteBoolean("unmetered", true);
                }

                MachineCodec.WriteFootprint(json, e.Footprint);
                break;
            case Event.TurnMetered e:
                json.WriteTicket(e.Ticket);
                TurnCodec.WriteUsage(json, e.Usage);
                json.WriteList("models", e.Models, m => TurnCodec.WriteModel(json, m));
                break;
            case Event.WorkCommitted e:
                json.WriteTicket(e.Ticket);
                json.WriteOptional("commit", e.Commit);
                json.WriteNumber("files", e.Files);
                json.WriteOptional("tree", e.Tree);
                json.WriteList("lost", e.Lost, f => TurnCodec.WriteFinding(json, f));
                json.WriteList("marks", e.Marks, m => WorkCodec.WriteMark(json, m));
                break;
            case Event.GateFinished e:
                json.WriteTicket(e.Ticket);
                json.WriteList("results", e.Results, r => WorkCodec.WriteGate(json, r));
                json.WriteList("proofs", e.Proofs, p => WorkCodec.WriteProof(json, p));
                break;
            case Event.CandidateBuilt e:
                json.WriteTicket(e.Ticket);
                json.WriteString("onto", e.Onto);
                json.WriteString("tip", e.Tip);
                json.WriteOptional("candidate", e.Candidate);
                json.WriteList("merged", e.Merged, id => json.WriteStringValue(id.ToString()));
                json.WriteList("conflicts", e.Conflicts, c =>
                {
                    json.WriteStartObject();
                    json.WriteString("id", c.Id.ToString());
                    json.WriteList("paths", c.Paths, json.WriteStringValue);
                    json.WriteEndObject();
                });
                break;
            case Event.Published e:
                json.WriteTicket(e.Ticket);
                json.WriteString("commit", e.Commit);
                json.WriteOptional("unlanded", e.Unlanded);
                if (e.Offer is { } offer)
                {
                    json.WriteBoolean("offered", offer.Made);
                    json.WriteOptional("pull_request", offer.PullRequest);
                }

                json.WriteList("proof", e.Proof.Checks, c =>
                {
                    json.WriteStartObject();
                    json.WriteString("check", Words.Of(Words.Proof, c.Kind));
                    json.WriteBoolean("holds", c.Holds);
                    json.WriteOptional("detail", c.Detail, absent: "");
                    json.WriteEndObject();
                });
                break;
            case Event.TargetMoved e:
                json.WriteTicket(e.Ticket);
                json.WriteString("tip", e.Tip);
                break;
            case Event.OrderFailed e:
                json.WriteTicket(e.Ticket);
                json.WriteString("kind", Words.Of(Words.Kind, e.Kind));
                json.WriteString("code", e.Code);
                json.WriteString("message", e.Message);
                break;
            default:
                throw new InvalidOperationException($"Unknown fact {fact.GetType().Name}.");
        }
    }

    private static MilestoneId Id(JsonElement element) => MilestoneId.Parse(element.GetString()!);
}
