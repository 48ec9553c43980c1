using System.Text;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>Understands what the usual test runners print, where there is no report file.</summary>
public static class SummaryLines
{
    // No runner's line that matters is longer; the rest of a longer one is not looked at.
    private const int MostOfLine = 4000;

    /// <summary>What the output of a test run says; null for the output of anything else.</summary>
    public static TestTally? Read(string output)
    {
        RunnerLines[] runners = [new DotnetLines(), new PythonLines(), new JavaScriptLines(), new GoLines(), new RustLines(), new JavaLines(), new RubyLines(), new PhpLines(), new CTestLines(), new TapLines()];
        var plain = new PlainLines();
        var rest = output.AsSpan();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny('\n', '\r');
            var line = Bare(rest[..Math.Min(end < 0 ? rest.Length : end, MostOfLine)]);
            var both = end >= 0 && rest[end..].StartsWith("\r\n");
            rest = end < 0 ? [] : rest[(end + (both ? 2 : 1))..];
            foreach (var runner in runners)
            {
                runner.Take(line);
            }

            plain.Take(line);
        }

        var sum = new TallySum();
        foreach (var runner in runners)
        {
            if (runner.End() is { } tally)
            {
                sum.Add(tally);
            }
        }

        return sum.Tally() ?? plain.End(); // a script's own total says again what its runners said
    }

    /// <summary>The line without colours and other steering of the terminal.</summary>
    private static string Bare(ReadOnlySpan<char> line)
    {
        if (!line.ContainsAnyInRange('\0', '\u0008') && !line.ContainsAnyInRange('\u000b', '\u001f') && !line.ContainsAnyInRange('\u007f', '\u009f'))
        {
            return line.TrimEnd().ToString();
        }

        var bare = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            var next = i + 1 < line.Length ? line[i + 1] : '\0';
            if (line[i] == '\u001b' && next == ']')
            {
                i = EndOfCommand(line, i + 2);
            }
            else if (line[i] == '\u009b' || (line[i] == '\u001b' && next == '['))
            {
                i += line[i] == '\u009b' ? 1 : 2;
                while (i < line.Length && line[i] is < '@' or > '~')
                {
                    i++;
                }
            }
            else if (line[i] == '\u001b')
            {
                i++;
            }
            else if (!char.IsControl(line[i]) || line[i] == '\t')
            {
                bare.Append(line[i]);
            }
        }

        return bare.ToString().TrimEnd();
    }

    /// <summary>A title or a link ends with a bell, or with an escape and a backslash.</summary>
    private static int EndOfCommand(ReadOnlySpan<char> line, int from)
    {
        var at = line[Math.Min(from, line.Length)..].IndexOfAny('\a', '\u001b');
        return at < 0 ? line.Length : line[from + at] == '\a' ? from + at : from + at + 1;
    }
}
