using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Claude;

/// <summary>The reviewer's answer: the schema it is held to, and how it is read.</summary>
public static class ReviewVerdict
{
    /// <summary>The JSON schema given to the CLI.</summary>
    public const string Schema = """
        {"type":"object","additionalProperties":false,"required":["verdict","summary","findings"],"properties":{"verdict":{"type":"string","enum":["approved","changes_requested"]},"summary":{"type":"string"},"findings":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["severity","claim"],"properties":{"severity":{"type":"string","enum":["minor","major","critical"]},"file":{"type":"string"},"line":{"type":"integer"},"claim":{"type":"string"},"reproduce":{"type":"string"}}}},"criteria":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["number","met","evidence"],"properties":{"number":{"type":"integer"},"met":{"type":"boolean"},"evidence":{"type":"string"}}}}}}
        """;

    // They go into the journal and into prompts; a reviewer that floods must not drown those.
    private const int MostFindings = 50;
    private const int MostText = 2000;

    /// <summary>
    /// Reads it. What blocks is a finding at or above the bar, whatever the reviewer calls the whole; one that wants
    /// changes and names none is taken at its word. An exit criterion that it says is not met is a finding like any other.
    /// </summary>
    /// <param name="verdict">The answer.</param>
    /// <param name="bar">The least severity that blocks.</param>
    public static TurnOutcome Read(JsonElement verdict, FindingSeverity bar = FindingSeverity.Major)
    {
        var unnamed = bar > FindingSeverity.Major ? bar : FindingSeverity.Major; // a severity that is not said must not slip below the bar
        var summary = Plain.Cut(TurnReport.Text(verdict, "summary") ?? "", MostText);
        var findings = TurnReport.Child(verdict, "findings") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(f => Finding(f, unnamed)).OrderByDescending(f => f.Severity).Take(MostFindings).ToItems()
            : default;
        var criteria = TurnReport.Child(verdict, "criteria") is { ValueKind: JsonValueKind.Array } told ? [.. told.EnumerateArray().Take(MostFindings * 2)] : Array.Empty<JsonElement>();
        findings = [.. criteria.Where(c => !Met(c)).Select(c => new Finding(unnamed, null, null, $"Exit criterion {Number(c)} does not hold: {Evidence(c)}")), .. findings];
        var proofs = criteria.Where(c => Met(c) && Number(c) > 0 && Evidence(c).Length > 0).Select(c => new CriterionProof(Number(c), ProvedBy.Reviewer, Evidence(c))).ToItems();
        return TurnReport.Text(verdict, "verdict") switch
        {
            "approved" or "changes_requested" when findings.Any(f => f.Severity >= bar) => new TurnOutcome.ChangesRequested(findings),
            "changes_requested" when findings.Count == 0 => new TurnOutcome.ChangesRequested([new Finding(unnamed, null, null, summary)]),
            "approved" or "changes_requested" => new TurnOutcome.Approved(summary, findings, proofs),
            _ => new TurnOutcome.Failed(FailureKind.Attempt, "review.no-verdict", "The reviewer's answer has no verdict."),
        };
    }

    private static bool Met(JsonElement criterion) => criterion.ValueKind == JsonValueKind.Object && criterion.TryGetProperty("met", out var met) && met.ValueKind == JsonValueKind.True;

    private static int Number(JsonElement criterion) => TurnReport.Number(criterion, "number") is > 0 and < 1000 and var number ? (int)number : 0;

    private static string Evidence(JsonElement criterion) => Plain.Cut(TurnReport.Text(criterion, "evidence") ?? "", MostText);

    private static Finding Finding(JsonElement element, FindingSeverity unnamed) => new(
        TurnReport.Text(element, "severity") switch { "critical" => FindingSeverity.Critical, "major" => FindingSeverity.Major, "minor" => FindingSeverity.Minor, _ => unnamed },
        TurnReport.Text(element, "file") is { } file ? Plain.Cut(file, MostText) : null,
        TurnReport.Number(element, "line") is > 0 and < int.MaxValue and var line ? (int)line : null,
        Plain.Cut(TurnReport.Text(element, "claim") ?? "", MostText),
        TurnReport.Text(element, "reproduce") is { Length: > 0 } steps ? Plain.Cut(steps, MostText) : null);
}
