using System.Globalization;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Engine.Plans;

/// <summary>The YAML block at the head of a milestone file.</summary>
internal sealed class FrontMatter
{
    // The parser takes longer than the square of what is open, and of what stands on one line.
    private const int MostCharacters = 16 << 10;

    private readonly string _shown;
    private readonly List<Problem> _problems;

    private FrontMatter(string shown, List<Problem> problems) => (_shown, _problems) = (shown, problems);

    /// <summary>Where the text after it begins.</summary>
    public int BodyStart { get; private set; }

    /// <summary>The line of that place, from 1.</summary>
    public int BodyLine { get; private set; } = 1;

    public Items<Reference>? DependsOn { get; private set; }

    public Items<string> Verify { get; private set; }

    public Items<string> Scope { get; private set; }

    public string? Model { get; private set; }

    public decimal? BudgetUsd { get; private set; }

    public TimeSpan? Timeout { get; private set; }

    public ReviewLevel? Review { get; private set; }

    /// <summary>Reads it, if the text begins with one.</summary>
    public static FrontMatter Read(string text, string shown, List<Problem> problems)
    {
        var matter = new FrontMatter(shown, problems);
        var firstEnd = text.IndexOf('\n', StringComparison.Ordinal);
        if (firstEnd < 0 || text[..firstEnd].TrimEnd() != "---")
        {
            return matter;
        }

        var at = firstEnd + 1;
        for (var line = 2; at < text.Length; line++)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end;
            if (text[at..end].TrimEnd() is "---" or "...")
            {
                matter.BodyStart = Math.Min(end + 1, text.Length);
                matter.BodyLine = line + 1;
                if (at - firstEnd > MostCharacters)
                {
                    matter.Report("plan.front-matter", "The front matter is too long.", 1, "Keep it to a few lines; what is to be done stands below it.");
                }
                else
                {
                    matter.Parse(text[(firstEnd + 1)..at]);
                }

                return matter;
            }

            at = end + 1;
        }

        matter.Report("plan.front-matter", "The front matter has no end.", 1, "Close it with a line '---'.");
        return matter;
    }

    private void Report(string code, string message, long line, string hint) => _problems.Add(new Problem(code, message, new Place(_shown, (int)line), hint));

    private void Parse(string yaml)
    {
        try
        {
            var parser = new Parser(new StringReader(yaml));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return;
            }

            if (!parser.TryConsume<MappingStart>(out _))
            {
                Report("plan.front-matter", "The front matter is not a list of 'key: value'.", 2, "Write e.g. 'depends_on: [1A]'.");
                return;
            }

            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>();
                var line = key.Start.Line + 1; // the block begins on the second line of the file
                if (!seen.Add(key.Value))
                {
                    Report("plan.front-matter", $"'{key.Value}' stands twice.", line, "Keep one of the two.");
                }

                Take(key.Value, line, Values(parser));
            }
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The library's own trouble: an escape that is no character, a document that ends within itself.
            Report("plan.front-matter", "The front matter is not YAML.", 1, "Mend it, or take the front matter out.");
        }
        catch (YamlException e)
        {
            Report("plan.front-matter", $"The front matter is not YAML: {e.Message}", e.Start.Line + 1, "Mend the line, or take the front matter out.");
        }
    }

    /// <summary>A scalar or a flat list; null when it is neither.</summary>
    private static List<(string Text, long Line)>? Values(Parser parser)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return scalar.Value.Length == 0 ? [] : [(scalar.Value, scalar.Start.Line + 1)];
        }

        if (!parser.TryConsume<SequenceStart>(out _))
        {
            parser.SkipThisAndNestedEvents();
            return null;
        }

        List<(string, long)>? values = [];
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            if (parser.TryConsume<Scalar>(out var item))
            {
                values?.Add((item.Value, item.Start.Line + 1));
            }
            else
            {
                parser.SkipThisAndNestedEvents();
                values = null;
            }
        }

        return values;
    }

    private void Take(string key, long line, List<(string Text, long Line)>? values)
    {
        if (values is null)
        {
            Report("plan.front-matter", $"'{key}' has nested values.", line, "Write a single value or a flat list.");
            return;
        }

        // A NUL would cut a command short for the system and not for us; nothing here needs any other control either.
        if (values.Exists(v => v.Text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))))
        {
            Wrong<string>(key, line, "a value without control characters");
            return;
        }

        string? one = values.Count == 1 ? values[0].Text : null;
        switch (key)
        {
            case "depends_on":
                DependsOn = values.SelectMany(v => v.Text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(word => (word, v.Line))).Select(Dependency).OfType<Reference>().ToItems();
                break;
            case "verify":
                Verify = values.Select(v => v.Text).ToItems();
                break;
            case "scope":
                Scope = values.Select(v => v.Text).ToItems();
                break;
            case "model":
                Model = one ?? Wrong<string>(key, line, "the name of a model");
                break;
            case "budget_usd":
                BudgetUsd = decimal.TryParse(one, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) && usd > 0 ? usd : Wrong<decimal?>(key, line, "US dollars, e.g. 2.50");
                break;
            case "timeout":
                Timeout = Duration(one) ?? Wrong<TimeSpan?>(key, line, "a time such as 90s, 30m or 2h");
                break;
            case "review":
                Review = one switch { "none" => ReviewLevel.None, "normal" => ReviewLevel.Normal, "strict" => ReviewLevel.Strict, _ => Wrong<ReviewLevel?>(key, line, "none, normal or strict") };
                break;
            default:
                Report("plan.front-matter", $"'{key}' is not known here.", line, "Known: depends_on, verify, scope, model, budget_usd, timeout, review.");
                break;
        }
    }

    private Reference? Dependency((string Word, long Line) value)
    {
        if (MilestoneId.TryParse(value.Word, out var id))
        {
            return new Reference(id, (int)value.Line);
        }

        Report("plan.front-matter", $"'{value.Word}' is not the name of a milestone.", value.Line, "Name milestones like 1A.");
        return null;
    }

    private T? Wrong<T>(string key, long line, string wanted)
    {
        Report("plan.front-matter", $"'{key}' has a value that does not fit.", line, $"Write {wanted}.");
        return default;
    }

    private static TimeSpan? Duration(string? text)
    {
        if (text is not { Length: > 0 } || !double.TryParse(text.AsSpan(0, text.Length - (text[^1] is 's' or 'm' or 'h' ? 1 : 0)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number <= 0)
        {
            return null;
        }

        var seconds = number * (text[^1] switch { 'h' => 3600, 'm' => 60, _ => 1 });
        return seconds is >= 1 and <= 7 * 86_400 ? TimeSpan.FromSeconds(seconds) : null;
    }
}
