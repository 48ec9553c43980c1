using System.Text;
using System.Xml;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>Understands the tests of a gate: by its report files, else by what it printed. Nothing in either is trusted, and nothing in them throws.</summary>
public static class TestReports
{
    /// <summary>A larger file is not read.</summary>
    public const long MostBytes = 64L << 20;

    // Of all files together: a gate that writes hundreds of large ones must not hold up the run.
    private const long MostBytesInAll = 256L << 20;

    /// <summary>What the tests came to; null when nothing was understood.</summary>
    /// <param name="output">What the gate printed.</param>
    /// <param name="reportFiles">The report files that it wrote; their figures are added up.</param>
    public static TestTally? Read(string output, IReadOnlyList<string> reportFiles)
    {
        var sum = new TallySum();
        var left = MostBytesInAll;
        foreach (var file in reportFiles)
        {
            Read(file, sum, ref left);
        }

        return sum.Tally() ?? SummaryLines.Read(output);
    }

    /// <summary>Reads a report by its root; of one that is cut off or spoilt, what stands before that.</summary>
    public static TestTally? Read(Stream stream)
    {
        var sum = new TallySum();
        try
        {
            using var text = new GuardedText(new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, leaveOpen: true)); // a byte that is no text spoils a name, not the report
            using var reader = XmlReader.Create(text, Settings());
            if (reader.MoveToContent() == XmlNodeType.Element)
            {
                switch (reader.LocalName)
                {
                    case "TestRun":
                        TrxReport.Read(reader, sum);
                        break;
                    case "testsuites" or "testsuite":
                        JUnitReport.Read(reader, sum);
                        break;
                }
            }
        }
        catch (Exception e) when (e is XmlException or IOException or DecoderFallbackException or ArgumentException or NotSupportedException or InvalidOperationException or UnauthorizedAccessException)
        {
            // What was read so far counts.
        }

        return sum.Tally();
    }

    // Terminals' escapes stand in many reports, though they may not. A report has no use for declarations of its own.
    private static XmlReaderSettings Settings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MostBytes,
        MaxCharactersFromEntities = 1024,
        CheckCharacters = false,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    private static void Read(string file, TallySum sum, ref long left)
    {
        try
        {
            using var stream = Posix.OpenWithoutWaiting(file);
            if (stream is { CanSeek: true } && stream.Length <= Math.Min(MostBytes, left))
            {
                left -= stream.Length;
                if (Read(stream) is { } tally)
                {
                    sum.Add(tally);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // A file that went or cannot be read tells nothing.
        }
    }
}
