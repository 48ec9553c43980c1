using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Claude;

/// <summary>The reviewer's answer: the schema it is held to, and how it is read.</summary>
public static class ReviewVerdict
{
    /// <summary>The JSON schema given to the CLI.</summary>
    public const string Schema = """
        {"type":"object","additionalProperties":false,"required":["verdict","summary","findings"],"properties":{"verdict":{"type":"string","enum":["approved","changes_requested"]},"summary":{"type":"string"},"findings":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["severity","claim"],"properties":{"severity":{"type":"string","enum":["minor","major","critical"]},"file":{"type":"string"},"line":{"type":"integer"},"claim":{"type":"string"}}}}}}
        """;

    // They go into the journal and into prompts; a reviewer that floods must not drown those.
    private const int MostFindings = 50;
    private const int MostText = 2000;

    /// <summary>
    /// Reads it. What blocks is a finding that is major or worse; a reviewer that wants changes and names none is
    /// taken at its word.
    /// </summary>
    public static TurnOutcome Read(JsonElement verdict)
    {
        var summary = Plain.Cut(TurnReport.Text(verdict, "summary") ?? "", MostText);
        var findings = TurnReport.Child(verdict, "findings") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(Finding).OrderByDescending(f => f.Severity).Take(MostFindings).ToItems()
            : default;
        return TurnReport.Text(verdict, "verdict") switch
        {
            "approved" when !findings.Any(f => f.Severity >= FindingSeverity.Major) => new TurnOutcome.Approved(summary),
            "approved" or "changes_requested" => new TurnOutcome.ChangesRequested(findings.Count > 0 ? findings : [new Finding(FindingSeverity.Major, null, null, summary)]),
            _ => new TurnOutcome.Failed(FailureKind.Attempt, "review.no-verdict", "The reviewer's answer has no verdict."),
        };
    }

    private static Finding Finding(JsonElement element) => new(
        TurnReport.Text(element, "severity") switch { "critical" => FindingSeverity.Critical, "minor" => FindingSeverity.Minor, _ => FindingSeverity.Major },
        TurnReport.Text(element, "file") is { } file ? Plain.Cut(file, MostText) : null,
        TurnReport.Number(element, "line") is > 0 and < int.MaxValue and var line ? (int)line : null,
        Plain.Cut(TurnReport.Text(element, "claim") ?? "", MostText));
}
