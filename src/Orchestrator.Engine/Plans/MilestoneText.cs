using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Orchestrator.Core;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Plans;

/// <summary>Reads one milestone file: front matter, title, exit criteria, entry requirements, and the ids that its Dependencies section names.</summary>
public static partial class MilestoneText
{
    // The Markdown parser takes the square of the blocks in some texts.
    private const int MostLines = 20_000;

    private const int MostEntries = 100;

    // Only headings are asked for. Inlines are not parsed: a pasted megabyte of brackets would take minutes.
    private static readonly MarkdownPipeline BlocksOnly = MakeBlocksOnly();

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads it; null when it cannot be a milestone, which is then among the problems.</summary>
    public static MilestoneFile? Read(MilestoneId id, byte[] bytes, string shown, List<Problem> problems)
    {
        if (Decode(bytes, shown, problems) is not { } text)
        {
            return null;
        }

        if (text.AsSpan().Count('\n') > MostLines)
        {
            problems.Add(new Problem("plan.too-big", $"This file has more than {MostLines} lines.", new Place(shown), "Split the milestone, or refer to files in the repository instead of pasting them."));
            return null;
        }

        var matter = FrontMatter.Read(text, shown, problems);
        var body = text[matter.BodyStart..];
        if (Headings(body) is not { } headings)
        {
            problems.Add(new Problem("plan.too-deep", "This text is nested too deeply to be read.", new Place(shown, matter.BodyLine), "Take the pasted block out, or put it into a code fence."));
            return null;
        }

        if (headings.Count == 0 || Words(body, headings[0]).Length == 0)
        {
            problems.Add(new Problem("plan.title", "This milestone has no title.", new Place(shown, matter.BodyLine), "Begin with a heading, e.g. '# Log in with a passkey'."));
            return null;
        }

        return new MilestoneFile(
            id, shown, Plain.Line(Title(id, Words(body, headings[0]))), body, Convert.ToHexStringLower(SHA256.HashData(bytes)),
            matter.DependsOn, Named(id, body, headings, matter.BodyLine), matter.Verify, matter.Scope, matter.Model, matter.BudgetUsd, matter.Timeout, matter.Review, Entries(body, headings, "exit criteria"), Entries(body, headings, "entry requirements"));
    }

    private static string? Decode(byte[] bytes, string shown, List<Problem> problems)
    {
        try
        {
            return Strict.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes);
        }
        catch (DecoderFallbackException e)
        {
            var line = 1 + bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length)).Count((byte)'\n');
            problems.Add(new Problem("plan.encoding", "This file is not UTF-8.", new Place(shown, line), "Save it as UTF-8."));
            return null;
        }
    }

    private static MarkdownPipeline MakeBlocksOnly()
    {
        var builder = new MarkdownPipelineBuilder().UsePreciseSourceLocation();
        builder.InlineParsers.Clear();
        return builder.Build();
    }

    private static List<HeadingBlock>? Headings(string body)
    {
        try
        {
            return [.. Markdown.Parse(body, BlocksOnly).OfType<HeadingBlock>()];
        }
        catch (ArgumentException)
        {
            return null; // the parser's own bound on nesting
        }
    }

    private static string Words(string body, HeadingBlock heading) =>
        body.Substring(heading.Span.Start, heading.Span.Length).Split('\n')[0].Trim().TrimStart('#').TrimEnd('#').Trim();

    /// <summary>Titles often repeat the name: "Milestone 1A: Parser" is shown as "Parser".</summary>
    private static string Title(MilestoneId id, string words)
    {
        var match = Regex.Match(words, $@"^(?:milestone\s+)?{id}\s*[:.\-–—]\s*(?<rest>.+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        return match.Success ? match.Groups["rest"].Value : words;
    }

    /// <summary>Where the text below a heading begins and ends; null when there is no such heading.</summary>
    private static (int Start, int End)? Section(string body, List<HeadingBlock> headings, string name)
    {
        var at = headings.FindIndex(h => Words(body, h).TrimEnd(':').Equals(name, StringComparison.OrdinalIgnoreCase));
        return at < 0 ? null : (Math.Min(headings[at].Span.End + 1, body.Length), headings.Skip(at + 1).FirstOrDefault(h => h.Level <= headings[at].Level)?.Span.Start ?? body.Length);
    }

    /// <summary>The entries of the list, or the lines, of a section; a check box before one is left out, indented lines belong to the entry above.</summary>
    private static Items<string> Entries(string body, List<HeadingBlock> headings, string section)
    {
        if (Section(body, headings, section) is not var (start, end))
        {
            return default;
        }

        var found = new List<string>();
        foreach (var line in body[Math.Min(start, end)..end].Split('\n').Where(line => line.Trim().Length > 0 && !line.StartsWith('#')))
        {
            var entry = Entry().Match(line);
            if (!entry.Success && found.Count > 0 && char.IsWhiteSpace(line[0]))
            {
                found[^1] += " " + line.Trim();
            }
            else
            {
                found.Add(line[entry.Length..].Trim());
            }
        }

        return found.Where(text => text.Length > 0).Take(MostEntries).ToItems();
    }

    private static Items<Reference> Named(MilestoneId self, string body, List<HeadingBlock> headings, int firstLine)
    {
        if (Section(body, headings, "dependencies") is not var (start, end))
        {
            return default;
        }

        var line = firstLine + body.AsSpan(0, Math.Min(start, body.Length)).Count('\n');
        var found = new List<Reference>();
        var seen = new HashSet<MilestoneId>();
        var others = false;
        foreach (var words in body[Math.Min(start, end)..end].Split('\n'))
        {
            // "Blocks: 2A", or a list below "### Blocks", says who waits for us, not for whom we wait.
            others = words.StartsWith('#') ? Blocks().IsMatch(words) : others;
            if (!others && !Blocks().IsMatch(words))
            {
                foreach (Match match in Name().Matches(words))
                {
                    if (MilestoneId.TryParse(match.ValueSpan, out var id) && seen.Add(id))
                    {
                        found.Add(new Reference(id, line));
                    }
                }
            }

            line++;
        }

        return found.Where(r => r.Id != self || found.Count == 1).ToItems();
    }

    [GeneratedRegex(@"(?<![A-Za-z0-9_./-])[1-9][0-9]{0,2}[A-Z]{1,2}(?![A-Za-z0-9_/-])", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"^\s{0,3}(?:[-*+]|[0-9]{1,3}[.)])\s+(?:\[[ xX]\]\s*)?", RegexOptions.CultureInvariant)]
    private static partial Regex Entry();

    [GeneratedRegex(@"^\W*(blocks|blocking|required by)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Blocks();
}
