using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Puts what others wrote between two tags that it cannot close. The tag's name is chosen when the text is known, as a fence
/// of backticks is made longer than any in the code: <c>diff</c>, or <c>diff-2</c> where the text ends a <c>diff</c> itself.
/// So the text stays as it is, and the same text always gives the same prompt.
/// </summary>
internal static partial class PromptFence
{
    /// <summary>The text between tags.</summary>
    /// <param name="tag">The name they have when nothing in the text ends it.</param>
    /// <param name="attributes">What stands behind the name, with a space before it.</param>
    /// <param name="text">The text.</param>
    public static string Around(string tag, string attributes, string text)
    {
        var name = NameFor(tag, text);
        return $"<{name}{attributes}>\n{text}\n</{name}>";
    }

    /// <summary>The same, and nothing where there is no text.</summary>
    public static string AroundAny(string tag, string text) => text.Length == 0 ? "" : Around(tag, "", text);

    /// <summary>Gives the fences that stand in words of ours a name that what was filled in does not end.</summary>
    /// <param name="words">The words, with gaps.</param>
    /// <param name="fill">Fills the gaps of a part of them.</param>
    public static string Fill(string words, Func<string, string> fill)
    {
        var filled = new StringBuilder();
        var at = 0;
        foreach (Match fence in Fence().Matches(words))
        {
            filled.Append(fill(words[at..fence.Index])).Append(Around(fence.Groups["tag"].Value, fill(fence.Groups["attributes"].Value), Fill(fence.Groups["inner"].Value, fill)));
            at = fence.Index + fence.Length;
        }

        return filled.Append(fill(words[at..])).ToString();
    }

    private static string NameFor(string tag, string text)
    {
        HashSet<int> taken = [];
        foreach (Match end in Ends().Matches(text).Where(end => end.Groups["tag"].ValueSpan.Equals(tag, StringComparison.OrdinalIgnoreCase)))
        {
            taken.Add(int.TryParse(end.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1);
        }

        if (taken.Count == 0)
        {
            return tag;
        }

        var free = 2;
        while (taken.Contains(free))
        {
            free++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{tag}-{free}");
    }

    [GeneratedRegex(@"<(?<tag>[a-z]+)(?<attributes>(?: [^<>\n]*)?)>\n(?<inner>(?:(?!</\k<tag>>).)*)\n</\k<tag>>", RegexOptions.Singleline)]
    private static partial Regex Fence();

    // Whatever an agent might take for the end of one, whatever its letters and blanks.
    [GeneratedRegex(@"<[\s\\]*/[\s\\]*(?<tag>[A-Za-z]+)(?:-(?<number>[0-9]{1,9}))?")]
    private static partial Regex Ends();
}
