using Orchestrator.Core;

namespace Orchestrator.Cli.Screens;

/// <summary>Problems as plain sentences: where, what, what to do.</summary>
internal static class ProblemScreen
{
    /// <summary>All of them, errors first.</summary>
    public static string Text(IEnumerable<Problem> problems)
    {
        var lines = problems.OrderByDescending(p => p.Severity).Select(p => $"{(p.Severity == Severity.Error ? "error" : "warning")}: {p.Where}: {p.Message}\n       {p.Hint}");
        return string.Join('\n', lines);
    }
}
