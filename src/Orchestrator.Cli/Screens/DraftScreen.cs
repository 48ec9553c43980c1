using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Screens;

/// <summary>A plan that waits for its approval: how it would run, and what stands in each file, in short.</summary>
internal static class DraftScreen
{
    private const int Width = 78;
    private const int MostLines = 3;

    /// <summary>The draft.</summary>
    public static string Text(PlanDraft draft)
    {
        var text = new StringBuilder();
        text.Append(draft.Reading.Plan is { } plan ? PlanScreen.Text(plan) + "\n" : "");
        foreach (var file in draft.Reading.Files)
        {
            text.Append($"{file.Id}: {Plain.Line(file.Title)}\n");
            foreach (var line in Head(file.Text))
            {
                text.Append($"    {line}\n");
            }

            text.Append(file.Scope.Count > 0 ? $"    scope: {Plain.Cut(Plain.Line(string.Join(", ", file.Scope)), Width - 12)}\n" : "");
            text.Append(CultureInfo.InvariantCulture, $"    {file.Criteria.Count} exit criteria, {file.Text.AsSpan().Count('\n')} lines\n\n");
        }

        return text.ToString();
    }

    /// <summary>What it used.</summary>
    public static string Spent(PlanSpending spent) => string.Create(
        CultureInfo.InvariantCulture, $"The planning used {(spent.Metered ? "" : "at least ")}${spent.Usage.CostUsd:0.00} ({spent.Usage.Tokens:N0} tokens, {spent.Turns} {(spent.Turns == 1 ? "turn" : "turns")} of the agent).");

    /// <summary>The beginning of the description, in lines.</summary>
    private static IEnumerable<string> Head(string text)
    {
        var lines = text.Split('\n').SkipWhile(line => line != "## Description").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));
        var line = new StringBuilder();
        var count = 0;
        foreach (var word in Plain.Line(string.Join(' ', lines.Select(l => l.Trim()))).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Width - 4)
            {
                if (++count == MostLines)
                {
                    yield return $"{line} …";
                    yield break;
                }

                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(Plain.Cut(word, Width - 4));
        }

        if (line.Length > 0)
        {
            yield return line.ToString();
        }
    }
}
