using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Core;

namespace Orchestrator.Engine.Claude;

/// <summary>A prompt that there is: its name, the gaps it must have, and those it may have besides.</summary>
/// <param name="Name">The file's name without its ending.</param>
/// <param name="Needed">Without one of these the agent could not do its work.</param>
/// <param name="Further">What else can be filled in.</param>
public sealed record PromptKind(string Name, IReadOnlyList<string> Needed, IReadOnlyList<string> Further)
{
    private static readonly string[] Always = ["id", "role", "attempt", "round"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PromptKind> All { get; } =
    [
        new("implement", ["text", "situation"], Always),
        new("remediate", ["text", "findings"], ["situation", .. Always]),
        new("review", ["text", "diff", "situation"], ["delta", "bar", .. Always]),
        new("check", ["text", "diff", "claims"], ["situation", "bar", .. Always]),
        new("resolve", ["text", "findings", "sides"], ["situation", "others", .. Always]),
        new("go-on", ["task"], Always),
        new("plan", ["spec"], ["name", "gates", "slots", "widest"]),
        new("plan-again", ["problems"], ["first"]),
    ];

    /// <summary>Every gap it may have.</summary>
    public IEnumerable<string> Gaps => Needed.Concat(Further);
}

/// <summary>Which words a prompt was made of, for the record.</summary>
/// <param name="Name">The prompt.</param>
/// <param name="Version">The version of ours; null for the project's own.</param>
/// <param name="Own">The git object of the project's own file; null for ours.</param>
public sealed record PromptSource(string Name, int? Version, string? Own);

/// <summary>
/// The words of one prompt, with gaps. The first line of a file may say <c>&lt;!-- prompt NAME, version N --&gt;</c>;
/// it is not sent.
/// </summary>
/// <param name="Source">Where the words are from.</param>
/// <param name="Body">The words.</param>
public sealed partial record PromptText(PromptSource Source, string Body)
{
    private const int MostBytes = 256 * 1024;
    private const int MostProblems = 20;

    /// <summary>One of ours.</summary>
    public static PromptText Ours(string name)
    {
        using var stream = typeof(PromptText).Assembly.GetManifestResourceStream($"Orchestrator.Engine.Claude.Prompts.{name}.md")
            ?? throw new InvalidOperationException($"The prompt '{name}' is missing.");
        using var reader = new StreamReader(stream);
        var (version, body, _) = Split(reader.ReadToEnd());
        return new PromptText(new PromptSource(name, version ?? throw new InvalidOperationException($"The prompt '{name}' has no version."), null), body);
    }

    /// <summary>Reads one of the project's own; whatever is wrong with it is a problem with file and line, all at once.</summary>
    /// <param name="kind">Which it replaces.</param>
    /// <param name="bytes">The content.</param>
    /// <param name="blob">Its git object.</param>
    /// <param name="file">How to name it in problems.</param>
    /// <param name="problems">Takes them.</param>
    public static PromptText? Read(PromptKind kind, byte[] bytes, string blob, string file, List<Problem> problems)
    {
        if (bytes.Length > MostBytes)
        {
            problems.Add(new Problem("prompts.text", "This prompt has more than 256 KiB.", new Place(file), "Prompts are short; this is some other file."));
            return null;
        }

        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes).ReplaceLineEndings("\n");
        }
        catch (DecoderFallbackException)
        {
            problems.Add(new Problem("prompts.text", "This prompt is not UTF-8.", new Place(file), "Save the file as UTF-8."));
            return null;
        }

        var (_, body, skipped) = Split(text);
        var before = problems.Count;
        var found = Gap().Matches(body);
        var known = string.Join(", ", kind.Gaps.Select(gap => "{{" + gap + "}}"));
        foreach (var gap in found.Where(m => !kind.Gaps.Any(name => m.Value == "{{" + name + "}}")).Take(MostProblems))
        {
            problems.Add(new Problem("prompts.gap", $"'{gap.Value}' is no gap of the prompt '{kind.Name}'.", new Place(file, skipped + LineOf(body, gap.Index)), $"Known here: {known}."));
        }

        foreach (var name in kind.Needed.Where(name => !found.Any(m => m.Value == "{{" + name + "}}")))
        {
            problems.Add(new Problem("prompts.gap", $"The prompt '{kind.Name}' lacks '{{{{{name}}}}}'.", new Place(file), "Write it where that is to stand; see 'Own prompts' in the reference of settings."));
        }

        return problems.Count > before ? null : new PromptText(new PromptSource(kind.Name, null, blob), body);
    }

    /// <summary>The words with the gaps filled, in one pass: what is filled in stays as it is, and ends no fence that it stands in.</summary>
    public string Fill(IReadOnlyDictionary<string, string> gaps) => PromptFence.Fill(Body, part => Gap().Replace(part, match => gaps[match.Groups[1].Value]));

    private static (int? Version, string Body, int Skipped) Split(string text)
    {
        var first = VersionLine().Match(text);
        var body = text[first.Length..].TrimStart('\n');
        var skipped = text.AsSpan(0, text.Length - body.Length).Count('\n');
        return (first.Success ? int.Parse(first.Groups[1].Value, CultureInfo.InvariantCulture) : null, body, skipped);
    }

    private static int LineOf(string text, int at) => 1 + text.AsSpan(0, at).Count('\n');

    // Whatever looks like a gap is one: a mistake in its name must not be sent to an agent.
    [GeneratedRegex(@"\{\{\s*([A-Za-z][A-Za-z_-]*)\s*\}\}")]
    private static partial Regex Gap();

    [GeneratedRegex(@"\A<!-- prompt [a-z-]+, version ([0-9]{1,6}) -->[ \t]*(?=\n|\z)")]
    private static partial Regex VersionLine();
}
