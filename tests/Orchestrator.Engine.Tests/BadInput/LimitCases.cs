using System.Text;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.BadInput;

/// <summary>
/// Recorded streams that are spoilt must not be taken for a limit. Some speak of limits and are none (waited out, paid
/// for); of those, the lines that speak of it and the result stay as they are, so that it can be told what is right.
/// </summary>
[Collection(Alone.Name)]
public sealed class LimitCases
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    private static readonly string[] Values = ["null", "true", "false", "0", "-1", "1e999", "429", "1795392318", "\"\"", "\"429\"", "\"\\ud83d\"", "[]", "{}", "[null]", "[{}]", "\"<synthetic>\"", "\"success\"", "\"allowed\"", "\"unknown\""];

    private static readonly string[] Signs = ["rejected", "\"rate_limit\"", "usage_limit_reached", "You've hit", "limit reached"];

    private static readonly (string Name, string[] Lines)[] Recorded =
        [.. Directory.GetFiles(Approved.File("claude"), "*.jsonl").Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), File.ReadAllLines(f))).Where(r => r.Item2.Length > 0)];

    [Fact]
    public void No_spoilt_stream_becomes_a_limit()
    {
        using var folder = new TempFolder();
        var limited = File.ReadAllLines(Approved.File("claude-outcomes.txt")).Select(l => l.Split(' ')).Where(l => l[2] == "limited").Select(l => l[0] + ".stdout.jsonl").ToHashSet();
        Assert.InRange(limited.Count, 10, 30);
        var wrong = new List<string>();
        for (var number = 0; number < Laws.Share(10_000); number++)
        {
            var rng = new CaseRng("limit", number);
            var (name, lines) = rng.Of(Recorded);
            var outcome = Outcome(Spoil(rng, [.. lines]), folder);
            if (outcome is TurnOutcome.Limited && !limited.Contains(name))
            {
                wrong.Add($"limit/{number} of {name}: {outcome}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count}: {string.Join("\n", wrong.Take(5))}");
    }

    private static byte[] Spoil(CaseRng rng, List<string> lines)
    {
        var speaks = lines.Exists(Speaks);
        for (var n = 1 + rng.Below(4); n > 0 && lines.Count > 0; n--)
        {
            var at = rng.Below(lines.Count);
            var other = rng.Below(lines.Count);
            if (speaks && (Decides(lines[at]) || Decides(lines[other])))
            {
                continue;
            }

            switch (rng.Below(6))
            {
                case 0:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(other, lines[at]);
                    break;
                case 2:
                    (lines[at], lines[other]) = (lines[other], lines[at]);
                    break;
                case 3 when lines[at].Length > 0:
                    lines[at] = lines[at][..rng.Below(lines[at].Length)];
                    break;
                case 4 when lines[at].Length > 0:
                    var bytes = Encoding.UTF8.GetBytes(lines[at]);
                    bytes[rng.Below(bytes.Length)] ^= (byte)(1 << rng.Below(8));
                    lines[at] = Encoding.UTF8.GetString(bytes).Replace('\n', ' ');
                    break;
                default:
                    lines[at] = Mutator.SpoilJson(rng, lines[at], Values);
                    break;
            }
        }

        var all = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        return speaks || !rng.Percent(15) ? all : all[..rng.Below(all.Length)];
    }

    private static bool Speaks(string line) => Array.Exists(Signs, sign => line.Contains(sign, StringComparison.Ordinal));

    private static bool Decides(string line) => Speaks(line) || line.Contains("rate_limit", StringComparison.Ordinal) || line.Contains("\"type\":\"result\"", StringComparison.Ordinal);

    private static TurnOutcome Outcome(byte[] stream, TempFolder folder)
    {
        var file = folder.In("out.jsonl");
        File.Delete(file); // written anew; some file systems flush one that is emptied and filled
        File.WriteAllBytes(file, stream);
        var reader = new TranscriptReader(file);
        reader.Poll();
        _ = (reader.Report.Usage, reader.Report.Seen, reader.Report.Windows, reader.Report.Metered);
        return TurnClassifier.Classify(Role.Implement, reader.Report, 1, "", Now);
    }
}
