using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Transcripts;

/// <summary>
/// Plays a transcript: blocks of lines that say what happens, <c>----</c>, and the whole state and all orders after
/// it. Answers name the ticket they bring back, so that late and double ones can be told. README.md lists the words.
/// </summary>
internal sealed partial class Interpreter
{
    private Items<Milestone> _plan;
    private Policy _policy = new();
    private string[] _done = [];
    private string[] _leftOut = [];
    private Story? _story;
    private DateTimeOffset _now = Story.Start;

    /// <summary>The transcript as it is with what really comes out in the place of what was expected.</summary>
    public static string Play(string text)
    {
        var interpreter = new Interpreter();
        var output = new StringBuilder();
        foreach (var block in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = block.Trim('\n').Split('\n');
            var input = lines.TakeWhile(line => line != "----").ToArray();
            foreach (var line in input)
            {
                interpreter.Say(line);
            }

            output.Append(output.Length > 0 ? "\n" : "").AppendJoin('\n', input).Append('\n');
            if (interpreter._story is { } story && Array.Exists(input, line => !line.StartsWith('#')))
            {
                output.Append("----\n").Append(ShortForm.Of(story.State, story.Orders));
            }
        }

        return output.ToString();
    }

    private Story Run => _story ?? throw new FormatException("The run has not started.");

    private void Say(string line)
    {
        if (line.StartsWith('#'))
        {
            return;
        }

        var words = Words().Matches(line).Select(m => m.Value.Trim('"')).ToList();
        var rest = line[words[0].Length..].Trim();
        switch (words[0])
        {
            case "plan":
                _plan = Sketch.Plan(rest.Split(',', StringSplitOptions.TrimEntries));
                break;
            case "policy":
                _policy = PolicyOf(words.Skip(1));
                break;
            case "done":
                _done = [.. words.Skip(1)];
                break;
            case "leave-out":
                _leftOut = [.. words.Skip(1)];
                break;
            case "start":
                _story = new Story(_plan) { Meters = false }.Under(_policy).Done(_done).LeavingOut(_leftOut);
                _story.Now = _now;
                _story.Begins();
                break;
            case "at":
                _now = TimeOf(words[1]);
                Run.Now = _now;
                break;
            default:
                Run.Happens(Fact(words));
                break;
        }
    }

    private Event Fact(List<string> words)
    {
        var ticket = words.Count > 1 && words[1].StartsWith('t') ? new Ticket(long.Parse(words[1][1..], CultureInfo.InvariantCulture)) : default;
        return words[0] switch
        {
            "ready" => new Event.WorktreeReady(ticket, Named(words, "on") ?? BaseOf(ticket), Named(words, "carried"), Named(words, "conflict") is { } path ? [path] : []),
            "answered" => new Event.Answered(ticket, []),
            "metered" => new Event.TurnMetered(ticket, UsageOf(words), default),
            "completed" => Turn(ticket, words, new TurnOutcome.Completed("done")),
            "approved" => Turn(ticket, words, new TurnOutcome.Approved("fine")),
            "changes" => Turn(ticket, words, new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Major, "a.txt", 1, words[2])])),
            "limited" => Turn(ticket, words, new TurnOutcome.Limited(Named(words, "until") is { } until ? TimeOf(until) : null, "Usage limit.")),
            "failed" => Turn(ticket, words, new TurnOutcome.Failed(Enum.Parse<FailureKind>(words[2]), "agent.trouble", words[3])),
            "interrupted" => Turn(ticket, words, new TurnOutcome.Interrupted()),
            "committed" => new Event.WorkCommitted(ticket, words[2] == "nothing" ? null : words[2], 1, null,
                Named(words, "lost") is { } lost ? [new Finding(FindingSeverity.Critical, "a.txt", 1, lost)] : [], Named(words, "mark") is { } mark ? [new Mark(MarkKind.FewerTests, mark, "fewer")] : []),
            "green" => new Event.GateFinished(ticket, [new GateResult("test", true, "")]),
            "red" => new Event.GateFinished(ticket, [new GateResult("test", false, words[2])]),
            "built" => Built(ticket, words),
            "published" => new Event.Published(ticket, words[2], Named(words, "unlanded"), Named(words, "doubt") is { } doubt ? new Proof([new ProofCheck(ProofKind.SameTree, false, doubt)]) : Proof.Whole),
            "moved" => new Event.TargetMoved(ticket, words[2]),
            "broken" => new Event.OrderFailed(ticket, Enum.Parse<FailureKind>(words[2]), "git.trouble", words[3]),
            "woke" => new Event.Woke(),
            "machine" => new Event.MachineRead(new MachineReading(Enum.Parse<Pressure>(words[1]), 4, words[1] == "Calm" ? "" : "little memory")),
            "drain" => new Event.StopAsked(new StopRequest(Urgency.Drain, "operator", "You asked to stop.")),
            "pause" => new Event.PauseAsked(true),
            "continue" => new Event.PauseAsked(false),
            "stop" => new Event.StopAsked(new StopRequest(Urgency.Stop, "operator", "You asked to stop.")),
            "resume" => new Event.Resumed(Run.State.Incarnation + 1, words.Count > 1 ? PolicyOf(words.Skip(1)) : _policy),
            _ => throw new FormatException($"'{words[0]}' is no word of a transcript."),
        };
    }

    private static Event.TurnFinished Turn(Ticket ticket, List<string> words, TurnOutcome outcome) =>
        new(ticket, outcome, UsageOf(words));

    private static Usage UsageOf(List<string> words) => new(Named(words, "cost") is { } cost ? decimal.Parse(cost, CultureInfo.InvariantCulture) : 0, 0, 0);

    /// <summary><c>built t9 k1 [onto x] [tip x] [conflict 1B path]…</c>; what does not conflict is merged.</summary>
    private Event.CandidateBuilt Built(Ticket ticket, List<string> words)
    {
        var conflicts = new List<Conflict>();
        for (var i = 3; i < words.Count; i++)
        {
            if (words[i] == "conflict")
            {
                conflicts.Add(new Conflict(Sketch.Id(words[i + 1]), [words[i + 2]]));
            }
        }

        var order = Run.Orders.OfType<Order.BuildCandidate>().FirstOrDefault(o => o.Ticket == ticket);
        var merged = order is null ? default : order.Batch.Select(b => b.Id).Except(conflicts.Select(c => c.Id)).ToItems();
        return new Event.CandidateBuilt(
            ticket, Named(words, "onto") ?? Run.State.Tip, Named(words, "tip") ?? Run.State.Tip, words[2] == "nothing" ? null : words[2], merged, conflicts.ToItems());
    }

    private string BaseOf(Ticket ticket) => Run.Orders.OfType<Order.Prepare>().FirstOrDefault(o => o.Ticket == ticket)?.Step.Base ?? "nowhere";

    private static string? Named(List<string> words, string name) =>
        words.IndexOf(name) is > 0 and var i ? words[i + 1] : null;

    /// <summary><c>22:05:00</c>, or <c>01:00:00+1d</c> on the day after the start.</summary>
    private static DateTimeOffset TimeOf(string text)
    {
        var parts = text.TrimEnd('d').Split('+');
        var days = parts.Length > 1 ? Number(parts[1]) : 0;
        return new DateTimeOffset(Story.Start.Date.AddDays(days) + TimeSpan.Parse(parts[0], CultureInfo.InvariantCulture), TimeSpan.Zero);
    }

    private Policy PolicyOf(IEnumerable<string> words) => words.Aggregate(_policy, (policy, word) => word.Split('=') switch
    {
        ["parallel", var n] => policy with { MaxParallel = Number(n) },
        ["attempts", var n] => policy with { RetryAttempts = Number(n) },
        ["rounds", var n] => policy with { ReviewRounds = Number(n) },
        ["redeliveries", var n] => policy with { Redeliveries = Number(n) },
        ["rebuilds", var n] => policy with { Rebuilds = Number(n) },
        ["wait", var n] => policy with { RateLimitWait = TimeSpan.FromSeconds(Number(n)) },
        ["resume", var b] => policy with { AutoResume = bool.Parse(b) },
        ["review", var level] => policy with { Review = Enum.Parse<ReviewLevel>(level) },
        ["publish", var mode] => policy with { Publish = Enum.Parse<PublishMode>(mode) },
        _ => throw new FormatException($"'{word}' is no policy."),
    });

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Words();
}
