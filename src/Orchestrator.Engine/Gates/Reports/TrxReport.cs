using System.Xml;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>
/// A report of Visual Studio's test platform. Of a test with rows of data the rows count. The classes are told only
/// after the results.
/// </summary>
internal static class TrxReport
{
    private const int MostDepth = 100;
    private const int MostRed = 10_000;

    /// <summary>Reads on from the root; what was read stays in the sum even when the rest is spoilt.</summary>
    public static void Read(XmlReader reader, TallySum sum)
    {
        var red = new List<(string Id, string Name)>();
        var classes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            Read(reader, sum, red, classes);
        }
        finally
        {
            foreach (var (id, name) in red)
            {
                sum.Name(Qualified(classes.GetValueOrDefault(id, ""), name));
            }
        }
    }

    private static void Read(XmlReader reader, TallySum sum, List<(string Id, string Name)> red, Dictionary<string, string> classes)
    {
        var open = new Stack<Result>();
        var wanted = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var id = "";
        while (reader.Read() && reader.Depth < MostDepth)
        {
            if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "UnitTestResult" && open.TryPop(out var ended))
            {
                Count(ended);
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "UnitTestResult")
            {
                if (open.TryPeek(out var parent))
                {
                    parent.HasRows = true;
                }

                var result = new Result(reader.GetAttribute("testId") ?? parent?.Id ?? "", reader.GetAttribute("testName") ?? parent?.Name ?? "", reader.GetAttribute("outcome") ?? "");
                if (reader.IsEmptyElement)
                {
                    Count(result);
                }
                else
                {
                    open.Push(result);
                }
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "UnitTest")
            {
                id = reader.GetAttribute("id") ?? "";
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "TestMethod" && wanted.Contains(id) && reader.GetAttribute("className") is { } name)
            {
                classes[id] = name;
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "Counters" && !sum.Any && reader.GetAttribute("total") == "0")
            {
                sum.Add(0, 0, 0);
            }
        }

        void Count(Result result)
        {
            if (result.HasRows)
            {
                return;
            }

            var skipped = result.Outcome is "NotExecuted" or "Inconclusive" or "Pending" or "NotRunnable";
            var failed = !skipped && result.Outcome is not ("Passed" or "PassedButRunAborted" or "Completed" or "Warning");
            sum.Add(1, failed ? 1 : 0, skipped ? 1 : 0);
            if (failed && red.Count < MostRed)
            {
                wanted.Add(result.Id);
                red.Add((result.Id, result.Name));
            }
        }
    }

    /// <summary>Some frameworks write the class into the name, others the method alone.</summary>
    private static string Qualified(string type, string name)
    {
        var comma = type.IndexOf(',', StringComparison.Ordinal); // older ones add the assembly
        type = comma < 0 ? type : type[..comma];
        return type.Length == 0 || name.StartsWith(type, StringComparison.Ordinal) ? name : $"{type}.{name}";
    }

    private sealed record Result(string Id, string Name, string Outcome)
    {
        /// <summary>True when results of its own stand inside.</summary>
        public bool HasRows { get; set; }
    }
}
