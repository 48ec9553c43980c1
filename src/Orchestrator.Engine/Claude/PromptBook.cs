using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Claude;

/// <summary>A prompt as it is sent.</summary>
/// <param name="Text">The whole of it.</param>
/// <param name="Sources">What it was made of.</param>
public sealed record WrittenPrompt(string Text, IReadOnlyList<PromptSource> Sources);

/// <summary>What a prompt is about, besides the brief.</summary>
/// <param name="Text">The milestone's text, whole.</param>
/// <param name="Criteria">Its exit criteria.</param>
/// <param name="Diff">The change so far, for those who judge.</param>
/// <param name="Delta">What of it came after the review before, for a later one.</param>
/// <param name="Sides">Of a conflict: the commits that meet.</param>
/// <param name="Others">Of a conflict: the milestones whose change it meets, with their texts.</param>
/// <param name="Entry">The milestone's entry requirements.</param>
public sealed record PromptMaterial(
    string Text, Items<string> Criteria = default, string Diff = "", string Delta = "", ConflictSides? Sides = null, IReadOnlyList<(MilestoneId Id, string Text)>? Others = null, Items<string> Entry = default);

/// <summary>The commits that meet in a conflict.</summary>
/// <param name="Before">What both came from.</param>
/// <param name="Integrated">What is integrated.</param>
/// <param name="Work">The milestone's earlier change.</param>
public sealed record ConflictSides(string Before, string Integrated, string Work);

/// <summary>
/// The words we speak to agents with. The texts lie beside this file, and the project may have its own in their place;
/// here their gaps are filled, in one pass, so that a milestone which contains a gap's name stays as it is.
/// </summary>
/// <param name="own">The project's own.</param>
public sealed class PromptBook(IEnumerable<PromptText> own)
{
    private const int MostDiff = 200_000;

    private readonly Dictionary<string, PromptText> _texts = PromptKind.All.Select(kind => PromptText.Ours(kind.Name)).Concat(own)
        .GroupBy(text => text.Source.Name).ToDictionary(group => group.Key, group => group.Last());

    /// <summary>The one that nobody changed.</summary>
    public static PromptBook Ours { get; } = new([]);

    /// <summary>What is not ours in it.</summary>
    public IEnumerable<PromptSource> Own => _texts.Values.Select(text => text.Source).Where(source => source.Own is not null);

    /// <summary>The prompt of a turn. Its first line names the turn, whoever wrote the rest.</summary>
    /// <param name="id">The milestone.</param>
    /// <param name="brief">What the turn is for.</param>
    /// <param name="about">What it is about.</param>
    public WrittenPrompt Write(MilestoneId id, TurnBrief brief, PromptMaterial about)
    {
        var gaps = new Dictionary<string, string>
        {
            ["id"] = id.ToString(),
            ["role"] = brief.Role.ToString().ToLowerInvariant(),
            ["attempt"] = brief.Attempt.ToString(CultureInfo.InvariantCulture),
            ["round"] = brief.Round.ToString(CultureInfo.InvariantCulture),
            ["text"] = Plain.Text(about.Text.Trim()),
            ["situation"] = Situation(brief, about),
            ["findings"] = Findings(brief.Findings),
            ["claims"] = Findings(brief.Findings, severity: false),
            ["sides"] = about.Sides is { } sides ? $"What is integrated is commit {sides.Integrated}, what both came from {sides.Before}, the change of the milestone {sides.Work}." : "",
            ["others"] = about.Others is { Count: > 0 } others ? $"The milestones that brought in what it meets:\n\n{string.Join("\n\n", others.Select(o => PromptFence.Around("milestone", $" id=\"{o.Id}\"", Plain.Text(o.Text.Trim()))))}" : "",
            ["bar"] = Bar(brief.Bar),
            ["delta"] = about.Delta.Length == 0 ? "" : $"An earlier review refused this change. What was changed since then, which is what to look at first:\n\n{PromptFence.Around("delta", "", Cut(about.Delta))}",
            ["diff"] = Cut(about.Diff),
        };
        var header = $"[orchestrator] milestone={gaps["id"]} role={gaps["role"]} attempt={gaps["attempt"]} round={gaps["round"]}\n\n";
        var task = _texts[NameOf(brief.Role)];
        var words = task.Fill(gaps);
        if (brief.Ask != Ask.GoOn)
        {
            return new WrittenPrompt(header + words, [task.Source]);
        }

        gaps["task"] = words.Trim();
        var around = _texts["go-on"];
        return new WrittenPrompt(header + around.Fill(gaps), [around.Source, task.Source]);
    }

    /// <summary>The prompt that asks for a plan.</summary>
    /// <param name="name">How the specification is called.</param>
    /// <param name="spec">The specification, whole.</param>
    /// <param name="gates">The commands that must pass on all work.</param>
    /// <param name="slots">How many milestones may be in work at once.</param>
    public WrittenPrompt Plan(string name, string spec, IReadOnlyList<string> gates, int slots)
    {
        var text = _texts["plan"];
        return new WrittenPrompt(PlanHeader(0) + text.Fill(new Dictionary<string, string>
        {
            ["name"] = Plain.Line(name).Replace('"', '\'').Replace('<', '('),
            ["spec"] = Plain.Text(spec.Trim()),
            ["gates"] = gates.Count == 0 ? "" : $"These commands must pass on all work anyway: {string.Join(", ", gates.Select(gate => $"`{Plain.Text(gate)}`"))}.",
            ["slots"] = slots.ToString(CultureInfo.InvariantCulture),
            ["widest"] = PlanAdvice.MostInOneMerge.ToString(CultureInfo.InvariantCulture),
        }), [text.Source]);
    }

    /// <summary>The prompt that gives a plan back.</summary>
    /// <param name="problems">What is wrong with it.</param>
    /// <param name="first">The file with the prompt that asked for it.</param>
    /// <param name="round">How often it was given back, this time included.</param>
    public WrittenPrompt PlanAgain(IEnumerable<Problem> problems, string first, int round)
    {
        var text = _texts["plan-again"];
        var list = problems.Select((p, i) => $"{i + 1}. {p.Severity.ToString().ToLowerInvariant()}: {p.Where}: {p.Message} {p.Hint}");
        return new WrittenPrompt(PlanHeader(round) + text.Fill(new Dictionary<string, string> { ["problems"] = string.Join('\n', list), ["first"] = first }), [text.Source]);
    }

    private static string PlanHeader(int round) => $"[orchestrator] milestone=plan role=plan attempt=1 round={round.ToString(CultureInfo.InvariantCulture)}\n\n";

    private static string NameOf(Role role) => role switch
    {
        Role.Implement => "implement",
        Role.Review => "review",
        Role.Remediate => "remediate",
        Role.Resolve => "resolve",
        Role.Check => "check",
        _ => throw new InvalidOperationException($"Unknown role {role}."),
    };

    private static string Bar(FindingSeverity bar) => bar switch
    {
        FindingSeverity.Minor => "Every finding blocks here, a `minor` one too. Give the verdict `approved` when there is none, else `changes_requested`.",
        FindingSeverity.Major => "`major` and `critical` findings block, `minor` ones do not. Give the verdict `approved` when there is nothing major or critical, else `changes_requested`.",
        FindingSeverity.Critical => "Only `critical` findings block here; `major` and `minor` ones are kept for people. Give the verdict `approved` when there is nothing critical, else `changes_requested`.",
        _ => throw new InvalidOperationException($"Unknown severity {bar}."),
    };

    // A reviewer has to see what nobody sees: a change of direction, or a character of no width, hides code from people.
    private static string Cut(string diff) => Plain.Text(diff.Length > MostDiff ? diff[..MostDiff] + "\n(cut here; read the files for the rest)" : diff);

    private static string Situation(TurnBrief brief, PromptMaterial about)
    {
        var text = new StringBuilder();
        if (brief.Ask == Ask.TryAgain && brief.Reason is { } reason)
        {
            text.Append($"This is attempt {brief.Attempt}. The one before did not work out:\n\n{PromptFence.Around("reason", "", Plain.Text(reason))}\n\nThe folder may hold part of the work already; look first.\n");
        }

        if (brief.Role == Role.Implement && brief.Findings.Count > 0)
        {
            text.Append($"What was found wrong then:\n\n{Findings(brief.Findings)}\n");
        }

        var questions = about.Entry.Select(EntryRequirement.Of).Where(entry => entry.IsForTheAgent).ToList();
        if (brief.Role == Role.Implement && questions.Count > 0)
        {
            text.Append($"The milestone takes for granted what nobody has verified. Verify it first. Where something does not hold, provide it if that is in reach of this folder, else do what can be done without it; either way say so at the end:\n\n{string.Join('\n', questions.Select((entry, i) => $"{i + 1}. {Plain.Text(entry.Text)}"))}\n");
        }

        if (brief.Role == Role.Review && brief.Findings.Count > 0)
        {
            text.Append($"An earlier review or gate found this; see whether it is mended:\n\n{Findings(brief.Findings)}\n\n");
        }

        if (brief.Role == Role.Review && brief.Marks.Count > 0)
        {
            text.Append($"This was noticed about the change. Each of these may be right, or a way to make work look done that is not. Give a finding for each that the milestone does not ask for:\n\n{PromptFence.Around("marks", "", string.Join('\n', brief.Marks.Select(m => $"- {Words(m.Kind)}: {Plain.Whole(m.Path)}: {Plain.Whole(m.Detail)}")))}\n\n");
        }

        if (brief.Role == Role.Review && about.Criteria.Count > 0)
        {
            text.Append($"The exit criteria. Say of each in `criteria` whether it is met, and as evidence where that can be seen (file and line, or what shows it):\n\n{string.Join('\n', about.Criteria.Select((c, i) => $"{i + 1}. {Plain.Text(c)}"))}\n");
        }

        return text.ToString().Trim();
    }

    private static string Words(MarkKind kind) => kind switch
    {
        MarkKind.OutsideScope => "a file outside the milestone's scope",
        MarkKind.GateChanged => "a file by which the work is judged was changed",
        MarkKind.CiChanged => "a file of continuous integration was changed",
        MarkKind.TestSkipped => "a test was marked so that it does not run, or runs alone",
        MarkKind.FewerTests => "there are fewer tests than before",
        MarkKind.FewerAssertions => "there are fewer assertions than before",
        MarkKind.PutBack => "a file that no milestone may change was changed, and was put back",
        _ => throw new InvalidOperationException($"Unknown mark {kind}."),
    };

    private static string Findings(Items<Finding> findings, bool severity = true)
    {
        var text = new StringBuilder();
        for (var i = 0; i < findings.Count; i++)
        {
            var f = findings[i];
            var place = f.File is null ? "" : f.Line is { } line ? $" {f.File}:{line}" : $" {f.File}";
            text.Append($"{i + 1}.{(severity ? $" [{f.Severity.ToString().ToLowerInvariant()}]" : "")}{place} {f.Claim}\n");
            if (f.Reproduce is { } steps)
            {
                text.Append($"   How to see it: {steps.ReplaceLineEndings("\n   ")}\n");
            }
        }

        return PromptFence.AroundAny(severity ? "findings" : "claims", Plain.Text(text.ToString().TrimEnd()));
    }
}
