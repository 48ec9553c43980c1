using System.Text;

namespace Orchestrator.Engine.Secrets;

/// <summary>
/// Takes secrets out of a text that is too long to be looked at at once, whatever its lines: it goes by in windows that
/// overlap, and none ends inside a secret.
/// </summary>
internal static class SecretStream
{
    // As texts, both together are small enough to be gone at once, however many turns end together.
    private const int Step = 28 * 1024;
    private const int Longest = 12 * 1024; // a private key of 16,384 bits in one line, as JSON spells it
    private const int Context = 512; // what stands before a value may tell what it is

    /// <summary>The text in parts, each without secrets, and whether one was taken out of it.</summary>
    public static IEnumerable<(string Text, bool WasChanged)> Parts(TextReader reader, SecretScanner scanner)
    {
        var window = new StringBuilder(Step + Longest + Context);
        var buffer = new char[Step];
        var done = 0; // how much of the window was given out before
        for (var isEnd = false; !isEnd;)
        {
            var read = reader.ReadBlock(buffer, 0, Step);
            window.Append(buffer, 0, read);
            isEnd = read < Step;
            var text = window.ToString();
            var hits = scanner.Scan(text);
            var end = isEnd ? text.Length : Math.Max(done, text.Length - Longest);
            foreach (var hit in hits.Where(hit => hit.Start < end && hit.Start + hit.Length > end && hit.Start >= done))
            {
                end = hit.Start; // it is seen whole next time, or is as long as that
                break;
            }

            end = isEnd || end > done ? end : text.Length;
            yield return Part(text, done, end, hits);
            window.Remove(0, Math.Max(0, end - Context));
            done = Math.Min(end, Context);
        }
    }

    private static (string Text, bool WasChanged) Part(string text, int from, int end, IReadOnlyList<SecretHit> hits)
    {
        var part = new StringBuilder(end - from);
        var at = from;
        foreach (var hit in hits.Where(hit => hit.Start + hit.Length > from && hit.Start < end))
        {
            part.Append(text, at, Math.Max(at, hit.Start) - at).Append("[secret: ").Append(hit.Rule).Append(']');
            at = Math.Min(end, hit.Start + hit.Length);
        }

        return (part.Append(text, at, end - at).ToString(), at > from);
    }
}
