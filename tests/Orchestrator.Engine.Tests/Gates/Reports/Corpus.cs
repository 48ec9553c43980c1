using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Gates.Reports;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gates.Reports;

/// <summary>
/// What real runners print and write, below <c>Captured/reports/</c>. Each file begins with what is to be understood:
/// the figures, the names, a line of equal signs; then comes the output or the report, with <c>␛</c> for an escape.
/// </summary>
internal static class Corpus
{
    private const string Rule = "\n=====\n";

    /// <summary>The files' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Directory.EnumerateFiles(Approved.File("reports")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    /// <summary>What is to be understood, as <see cref="Told"/> spells it; and the text.</summary>
    public static (string Expected, string Text) Read(string name)
    {
        var all = File.ReadAllText(Path.Combine(Approved.File("reports"), name));
        var at = all.IndexOf(Rule, StringComparison.Ordinal);
        return (all[..at], all[(at + Rule.Length)..].Replace('␛', '\u001b'));
    }

    /// <summary>Understands it as what it is.</summary>
    public static TestTally? Understand(string name, string text) => Understand(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Understands bytes as what the name says they are.</summary>
    public static TestTally? Understand(string name, byte[] bytes)
    {
        if (name.EndsWith(".txt", StringComparison.Ordinal))
        {
            return SummaryLines.Read(Encoding.UTF8.GetString(bytes));
        }

        using var stream = new MemoryStream(bytes);
        return TestReports.Read(stream);
    }

    /// <summary>A tally as the files spell it.</summary>
    public static string Told(TestTally? tally) => tally is null ? "none" : string.Join("\n- ", tally.Failing.Prepend(string.Create(CultureInfo.InvariantCulture, $"total {tally.Total}, failed {tally.Failed}, skipped {tally.Skipped}")));
}
