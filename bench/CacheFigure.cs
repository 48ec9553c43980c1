using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Bench;

/// <summary>
/// The bill of parallel first turns with the real CLI against the rehearsal model, which keeps a prompt cache as the
/// provider does, by the published prices that the CLI reckons with: with a head start for the first, and without.
/// </summary>
internal static class CacheFigure
{
    private const int Milestones = 8;

    private const string Script = """
        { "conversations": [ { "steps": [
            { "bash": "mkdir -p out && echo done > out/{milestone}.txt", "think_ms": 1500 },
            { "say": "done" } ] } ] }
        """;

    public static IEnumerable<Figure> Measure(string root)
    {
        var (with, without) = (Bill(root, headStart: 10), Bill(root, headStart: 0));
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Milestones} parallel first turns, with a head start: {with.Usd:0.0000} USD, {with.Written} tokens into the cache, {with.Read} from it; without: {without.Usd:0.0000} USD, {without.Written} into it, {without.Read} from it"));
        yield return new Figure($"bill of {Milestones} parallel first turns, with a head start against without", with.Usd / without.Usd, 1, "×");
    }

    private static (double Usd, long Written, long Read) Bill(string root, int headStart)
    {
        using var workshop = new Workshop();
        var home = workshop.Make("home");
        var folder = Repository.Make(workshop, home, "repository", Milestones, agent: null, $$"""
            "max_parallel_tasks": {{Milestones}}, "claude": { "rehearsal": "script.json", "model": "sonnet", "head_start_s": {{headStart}} }
            """);
        File.WriteAllText(Path.Combine(folder, "script.json"), Script);
        Clock.Run(folder, home, Path.Combine(root, "artifacts", "program", "orchestrator"), new Dictionary<string, string> { ["XDG_CACHE_HOME"] = Path.Combine(root, "artifacts", "cache") }, "run");
        using var metrics = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "logs", "metrics.json")));
        var spending = metrics.RootElement.GetProperty("spending").EnumerateArray().ToList();
        return (metrics.RootElement.GetProperty("cost_usd").GetDouble(), spending.Sum(s => s.GetProperty("cache_write_tokens").GetInt64()), spending.Sum(s => s.GetProperty("cache_read_tokens").GetInt64()));
    }
}
