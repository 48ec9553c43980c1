using System.Xml;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>
/// A report in the format that began with JUnit, in the dialects of pytest, surefire, gradle, jest, vitest, gotestsum,
/// nextest, ctest, node and others. The cases are counted; the figures of a suite count only where it names no cases,
/// because dialects differ in what those figures mean.
/// </summary>
internal static class JUnitReport
{
    private const int MostDepth = 100;

    /// <summary>Reads on from the root, which is <c>testsuites</c> or <c>testsuite</c>; what was read stays in the sum even when the rest is spoilt.</summary>
    public static void Read(XmlReader reader, TallySum sum)
    {
        var told = new TallySum();
        Case? current = null;
        var inner = 0;
        try
        {
            do
            {
                if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "testcase" && current is not null)
                {
                    Count(current, sum);
                    current = null;
                }
                else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "testcase")
                {
                    current = new Case(reader.GetAttribute("classname") ?? reader.GetAttribute("class") ?? "", reader.GetAttribute("name") ?? "", reader.GetAttribute("status") ?? "", reader.GetAttribute("result") ?? "");
                    inner = reader.Depth + 1;
                    if (reader.IsEmptyElement)
                    {
                        Count(current, sum);
                        current = null;
                    }
                }
                else if (reader.NodeType == XmlNodeType.Element && current is not null && reader.Depth == inner)
                {
                    // What failed first and passed when it was run again has a 'flakyFailure' and passed.
                    current.Failed |= reader.LocalName is "failure" or "error";
                    current.Skipped |= reader.LocalName == "skipped";
                }
                else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "testsuite")
                {
                    TakeFigures(reader, told);
                }
            }
            while (reader.Read() && reader.Depth < MostDepth);
        }
        finally
        {
            if (current is { Failed: true })
            {
                Count(current, sum); // cut off inside it
            }

            if (!sum.Any && told.Tally() is { } tally)
            {
                sum.Add(tally);
            }
        }
    }

    /// <summary>The figures of the outermost suites; those inside are part of them.</summary>
    private static void TakeFigures(XmlReader reader, TallySum told)
    {
        if (reader.Depth <= 1 && Figures.Number(reader.GetAttribute("tests")) is { } tests)
        {
            told.Add(tests, Number("failures") + Number("errors"), Number("skipped") + Number("disabled"));
        }

        long Number(string name) => Figures.Number(reader.GetAttribute(name)) ?? 0;
    }

    private static void Count(Case test, TallySum sum)
    {
        var skipped = !test.Failed && (test.Skipped || IsNoRun(test.Status) || IsNoRun(test.Result));
        var failed = test.Failed || (!skipped && test.Status is "fail" or "failed");
        sum.Add(1, failed ? 1 : 0, skipped ? 1 : 0);
        if (failed)
        {
            sum.Name(Qualified(test.Class, test.Name));
        }
    }

    private static bool IsNoRun(string status) => status is "notrun" or "skipped" or "disabled" or "ignored" or "suppressed";

    /// <summary>Class and name; some write the one into the other, and some write sentences.</summary>
    private static string Qualified(string type, string name) =>
        name.Length == 0 ? type
        : type.Length == 0 || name.StartsWith(type, StringComparison.Ordinal) ? name
        : type.Contains(' ', StringComparison.Ordinal) || name.Contains(' ', StringComparison.Ordinal) ? $"{type} > {name}"
        : $"{type}.{name}";

    private sealed record Case(string Class, string Name, string Status, string Result)
    {
        public bool Failed { get; set; }

        public bool Skipped { get; set; }
    }
}
