using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// The words we speak to agents with. The texts lie beside this file; here their gaps are filled, in one pass, so
/// that a milestone which contains a gap's name stays as it is.
/// </summary>
public static partial class PromptBook
{
    private const int MostDiff = 200_000;

    /// <summary>The prompt of a turn.</summary>
    /// <param name="id">The milestone.</param>
    /// <param name="text">Its text, whole.</param>
    /// <param name="brief">What the turn is for.</param>
    /// <param name="diff">The change so far, for a review.</param>
    /// <param name="delta">What of it came after the review before, for a later one.</param>
    public static string Write(MilestoneId id, string text, TurnBrief brief, string diff, string delta = "")
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
        var task = Fill(brief.Role switch
        {
            Role.Implement => "implement",
            Role.Review => "review",
            Role.Remediate or Role.Resolve => "remediate",
            _ => throw new InvalidOperationException($"Unknown role {brief.Role}."),
        }, gaps);
        if (brief.Ask != Ask.GoOn)
        {
            return task;
        }

        gaps["task"] = task[(task.IndexOf('\n', StringComparison.Ordinal) + 1)..].Trim(); // its own header line is left out: there is one header
        return Fill("go-on", gaps);
    }

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

    private static string Fill(string name, Dictionary<string, string> gaps)
    {
        using var stream = typeof(PromptBook).Assembly.GetManifestResourceStream($"Orchestrator.Engine.Claude.Prompts.{name}.md")
            ?? throw new InvalidOperationException($"The prompt '{name}' is missing.");
        using var reader = new StreamReader(stream);
        return Gap().Replace(reader.ReadToEnd(), match => gaps[match.Groups[1].Value]);
    }

    [GeneratedRegex(@"\{\{([a-z]+)\}\}")]
    private static partial Regex Gap();
}
