using System.Buffers;
using System.Text;

namespace Orchestrator.Engine.Secrets;

/// <summary>
/// Finds what looks like a secret in a text: what its maker gave a form, private keys, what is assigned to a telling
/// name, and our own credentials. Pure; it never hands a value out.
/// </summary>
/// <param name="own">Our own credentials. Short ones are left out.</param>
public sealed class SecretScanner(IEnumerable<string>? own = null)
{
    private const int FirstPart = 8000;

    private static readonly Dictionary<char, (string Anchor, SecretRule Rule)[]> Rules = SecretRules.All
        .SelectMany(rule => rule.Anchors.Select(anchor => (Anchor: anchor, Rule: rule)))
        .GroupBy(pair => pair.Anchor[0])
        .ToDictionary(group => group.Key, group => group.ToArray());

    private static readonly SearchValues<string> Anchors = SearchValues.Create([.. SecretRules.All.SelectMany(rule => rule.Anchors), PrivateKeys.Anchor], StringComparison.Ordinal);

    private readonly Lock _learning = new();
    private string[] _values = [.. (own ?? []).Distinct(StringComparer.Ordinal)];
    private volatile OwnValues _own = new(own ?? []);

    /// <summary>The names of all rules.</summary>
    public static IReadOnlyCollection<string> RuleNames => SecretRules.Names;

    /// <summary>Takes in further credentials of ours, from any thread.</summary>
    public void Learn(IEnumerable<string> values)
    {
        lock (_learning)
        {
            var all = _values.Union(values, StringComparer.Ordinal).ToArray();
            if (all.Length > _values.Length)
            {
                (_values, _own) = (all, new OwnValues(all));
            }
        }
    }

    /// <summary>All places in a text, in their order; no two overlap.</summary>
    public IReadOnlyList<SecretHit> Scan(string text) => Hits(text, Spans(text, isText: true));

    /// <summary>
    /// All places in a file, whatever it holds. What stood in the file before already is none.
    /// </summary>
    /// <param name="content">What the file holds.</param>
    /// <param name="before">What it held before; empty for a new file.</param>
    public IReadOnlyList<SecretHit> Scan(ReadOnlySpan<byte> content, ReadOnlySpan<byte> before = default)
    {
        var (text, isText) = TextOf(content);
        var spans = Spans(text, isText);
        if (spans.Count > 0 && !before.IsEmpty)
        {
            var known = TextOf(before).Text;
            spans = spans.FindAll(span => !known.AsSpan().Contains(text.AsSpan(span.Start, span.Length), StringComparison.Ordinal));
        }

        return Hits(text, spans);
    }

    /// <summary>The text with each value replaced by the name of its rule. What is clean comes back as it is.</summary>
    public string Redact(string text)
    {
        var spans = Spans(text, isText: true);
        if (spans.Count == 0)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        var at = 0;
        foreach (var span in spans)
        {
            clean.Append(text, at, span.Start - at).Append("[secret: ").Append(span.Rule).Append(']');
            at = span.End;
        }

        return clean.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Whether there is anything to be redacted.</summary>
    public bool Suspects(ReadOnlySpan<char> text) => Spans(text, isText: true).Count > 0;

    private List<SecretSpan> Spans(ReadOnlySpan<char> text, bool isText)
    {
        var found = new List<SecretSpan>();
        _own.Find(text, found);
        FindForms(text, found);
        EncodedRuns.Each(text, (start, length, said) => FindEncoded(start, length, said, found));
        if (isText)
        {
            Assignments.Find(text, found);
        }

        return Apart(found);
    }

    private void FindEncoded(int start, int length, string said, List<SecretSpan> found)
    {
        var inside = new List<SecretSpan>();
        _own.Find(said, inside);
        FindForms(said, inside);
        if (inside.Count > 0)
        {
            found.Add(inside[0] with { Start = start, Length = length });
        }
    }

    private static void FindForms(ReadOnlySpan<char> text, List<SecretSpan> found)
    {
        for (var at = 0; text[at..].IndexOfAny(Anchors) is >= 0 and var step;)
        {
            at += step;
            var span = FormAt(text, at);
            if (span is { } hit)
            {
                found.Add(hit);
            }

            at = span is { } known && known.End > at ? known.End : at + 1;
        }
    }

    private static SecretSpan? FormAt(ReadOnlySpan<char> text, int at)
    {
        if (text[at..].StartsWith(PrivateKeys.Anchor, StringComparison.Ordinal))
        {
            return PrivateKeys.At(text, at);
        }

        foreach (var (anchor, rule) in Rules[text[at]])
        {
            if (text[at..].StartsWith(anchor, StringComparison.Ordinal) && rule.BeginOf(text, at, anchor) is { } begin)
            {
                foreach (var match in rule.Form.EnumerateMatches(text, begin))
                {
                    var value = text.Slice(match.Index, match.Length);
                    if (Plausible.IsDrawn(rule.IsBehind ? value : value[Math.Min(anchor.Length, value.Length - 1)..]))
                    {
                        return new SecretSpan(rule.Name, rule.Title, match.Index, match.Length);
                    }

                    break;
                }
            }
        }

        return null;
    }

    /// <summary>In order, and where two overlap, the one that was found first by the surer rule, made long enough for both.</summary>
    private static List<SecretSpan> Apart(List<SecretSpan> found)
    {
        if (found.Count < 2)
        {
            return found;
        }

        var apart = new List<SecretSpan>();
        foreach (var span in found.Select((span, sure) => (span, sure)).OrderBy(pair => pair.span.Start).ThenBy(pair => pair.sure).Select(pair => pair.span))
        {
            if (apart.Count > 0 && span.Start < apart[^1].End)
            {
                var last = apart[^1];
                var surer = last.Rule == Assignments.Rule ? span : last;
                apart[^1] = surer with { Start = last.Start, Length = Math.Max(last.End, span.End) - last.Start };
            }
            else
            {
                apart.Add(span);
            }
        }

        return apart;
    }

    private static List<SecretHit> Hits(string text, List<SecretSpan> spans)
    {
        var hits = new List<SecretHit>(spans.Count);
        int line = 1, from = 0, begin = 0;
        foreach (var span in spans)
        {
            for (; text.AsSpan(from, span.Start - from).IndexOf('\n') is >= 0 and var step; line++)
            {
                from += step + 1;
                begin = from;
            }

            from = span.Start;
            hits.Add(new SecretHit(span.Rule, span.Title, line, span.Start - begin + 1, span.Start, span.Length));
        }

        return hits;
    }

    /// <summary>A file as text, and whether it is one. In what is none, forms are looked for all the same.</summary>
    private static (string Text, bool IsText) TextOf(ReadOnlySpan<byte> content) => content switch
    {
        [0xFF, 0xFE, .. var rest] => (Encoding.Unicode.GetString(rest), true),
        [0xFE, 0xFF, .. var rest] => (Encoding.BigEndianUnicode.GetString(rest), true),
        _ when content[..Math.Min(content.Length, FirstPart)].Contains((byte)0) => (Encoding.Latin1.GetString(content), false),
        _ => (Encoding.UTF8.GetString(content), true),
    };
}
