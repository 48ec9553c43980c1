using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Claude;

/// <summary>A prompt as it is sent.</summary>
/// <param name="Text">The whole of it.</param>
/// <param name="Sources">What it was made of.</param>
public sealed record WrittenPrompt(string Text, IReadOnlyList<PromptSource> Sources);

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
    /// <param name="text">Its text, whole.</param>
    /// <param name="brief">What the turn is for.</param>
    /// <param name="diff">The change so far, for a review.</param>
    /// <param name="delta">What of it came after the review before, for a later one.</param>
    public WrittenPrompt Write(MilestoneId id, string text, TurnBrief brief, string diff, string delta = "")
    {
        var gaps = new Dictionary<string, string>
        {
            ["id"] = id.ToString(),
            ["role"] = brief.Role.ToString().ToLowerInvariant(),
            ["attempt"] = brief.Attempt.ToString(CultureInfo.InvariantCulture),
            ["round"] = brief.Round.ToString(CultureInfo.InvariantCulture),
            ["text"] = text.Trim(),
            ["situation"] = Situation(brief),
            ["findings"] = Findings(brief.Findings),
            ["bar"] = Bar(brief.Bar),
            ["delta"] = delta.Length == 0 ? "" : $"An earlier review refused this change. What was changed since then, which is what to look at first:\n\n<delta>\n{Cut(delta)}\n</delta>",
            ["diff"] = Cut(diff),
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

    private static string NameOf(Role role) => role switch
    {
        Role.Implement => "implement",
        Role.Review => "review",
        Role.Remediate or Role.Resolve => "remediate",
        _ => throw new InvalidOperationException($"Unknown role {role}."),
    };

    private static string Bar(FindingSeverity bar) => bar switch
    {
        FindingSeverity.Minor => "Every finding blocks here, a `minor` one too. Give the verdict `approved` when there is none, else `changes_requested`.",
        FindingSeverity.Major => "`major` and `critical` findings block, `minor` ones do not. Give the verdict `approved` when there is nothing major or critical, else `changes_requested`.",
        FindingSeverity.Critical => "Only `critical` findings block here; `major` and `minor` ones are kept for people. Give the verdict `approved` when there is nothing critical, else `changes_requested`.",
        _ => throw new InvalidOperationException($"Unknown severity {bar}."),
    };

    private static string Cut(string diff) => diff.Length > MostDiff ? diff[..MostDiff] + "\n(cut here; read the files for the rest)" : diff;

    private static string Situation(TurnBrief brief)
    {
        var text = new StringBuilder();
        if (brief.Ask == Ask.TryAgain && brief.Reason is { } reason)
        {
            text.Append($"This is attempt {brief.Attempt}. The one before did not work out: {reason} The folder may hold part of the work already; look first.\n");
        }

        if (brief.Role == Role.Implement && brief.Findings.Count > 0)
        {
            text.Append($"What was found wrong then:\n\n{Findings(brief.Findings)}\n");
        }

        if (brief.Role == Role.Review && brief.Findings.Count > 0)
        {
            text.Append($"An earlier review or gate found this; see whether it is mended:\n\n{Findings(brief.Findings)}\n");
        }

        return text.ToString().Trim();
    }

    private static string Findings(Items<Finding> findings)
    {
        var text = new StringBuilder();
        for (var i = 0; i < findings.Count; i++)
        {
            var f = findings[i];
            var place = f.File is null ? "" : f.Line is { } line ? $" {f.File}:{line}" : $" {f.File}";
            text.Append($"{i + 1}. [{f.Severity.ToString().ToLowerInvariant()}]{place} {f.Claim}\n");
            if (f.Reproduce is { } steps)
            {
                text.Append($"   How to see it: {steps.ReplaceLineEndings("\n   ")}\n");
            }
        }

        return text.ToString().TrimEnd();
    }
}
