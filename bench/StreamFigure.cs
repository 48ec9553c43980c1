using System.Globalization;
using System.Text;

namespace Orchestrator.Bench;

/// <summary>What it costs us to listen: memory while agents say very much, CPU and memory while many agents say something.</summary>
internal static class StreamFigure
{
    private const int Mebibyte = 1 << 20;
    private const int Times = 50;
    private const int Talkers = 4;
    private const int Chatters = 8;

    public static IEnumerable<Figure> Talkative(string root)
    {
        using var workshop = new Workshop();
        var home = workshop.Make("home");
        var talk = Encoding.UTF8.GetBytes(Talk());
        File.WriteAllBytes(Path.Combine(home, "talk"), talk);
        var folder = Repository.Make(workshop, home, "repository", Talkers, Path.Combine(root, "bench", "talkative-agent.sh"));
        var use = Watched.Run(folder, home, Path.Combine(root, "artifacts", "program", "orchestrator"), "run");
        var transcripts = Directory.GetFiles(Path.Combine(folder, ".orchestrator"), "*.jsonl", SearchOption.AllDirectories).Where(file => file.Contains("/turns/", StringComparison.Ordinal)).ToList();
        var lines = transcripts.Sum(Lines);
        var written = (long)Talkers * ((Times * talk.Count(b => b == '\n')) + 1);
        yield return new Figure($"{Talkers} agents at once, 50 MB of stream each: peak memory", use.PeakMebibytes, 80, "MiB");
        yield return new Figure("the same: lines lost", written - lines, 0, "");
    }

    public static IEnumerable<Figure> Own(string root)
    {
        using var workshop = new Workshop();
        var home = workshop.Make("home");
        var folder = Repository.Make(workshop, home, "repository", Chatters, Path.Combine(root, "bench", "chatting-agent.pl"), $"\"max_parallel_tasks\": {Chatters}");
        var use = Watched.Run(folder, home, Path.Combine(root, "artifacts", "program", "orchestrator"), "run");
        List<string> Turns(string ending) => [.. Directory.GetFiles(Path.Combine(folder, ".orchestrator"), ending, SearchOption.AllDirectories).Where(file => file.Contains("/turns/", StringComparison.Ordinal))];
        var (from, to) = (Turns("*.prompt.md").Max(File.GetLastWriteTimeUtc), Turns("*.jsonl").Min(File.GetLastWriteTimeUtc)); // the prompt is written just before the agent begins
        if (to - from < TimeSpan.FromSeconds(20))
        {
            throw new InvalidOperationException($"All {Chatters} agents were at work together for {(to - from).TotalSeconds:0.0} s only.");
        }

        // They begin within the first seconds and end half a minute after that.
        var end = use.Samples[^1].At;
        yield return new Figure($"{Chatters} agents stream: our own share of one core", 100 * use.Share(end - TimeSpan.FromSeconds(27), end - TimeSpan.FromSeconds(7)), 2, "%");
        yield return new Figure("the same: peak memory", use.PeakMebibytes, 60, "MiB");
    }

    /// <summary>A mebibyte of what agents say: words, calls of tools, and now and then what a tool read from a large file.</summary>
    private static string Talk()
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < Mebibyte; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$$$"""{"type":"assistant","message":{"id":"m{{{{i}}}}","model":"talk","role":"assistant","content":[{"type":"text","text":"{{{{Words(40)}}}}"},{"type":"tool_use","id":"t{{{{i}}}}","name":"Read","input":{"file_path":"src/file{{{{i}}}}.cs"}}],"usage":{"input_tokens":100,"output_tokens":20}}}""").Append('\n');
            text.Append(CultureInfo.InvariantCulture, $$$$"""{"type":"user","message":{"role":"user","content":[{"tool_use_id":"t{{{{i}}}}","type":"tool_result","content":"{{{{Words(i % 16 == 0 ? 20_000 : 200)}}}}"}]}}""").Append('\n');
        }

        return text.ToString();
    }

    private static string Words(int count) => string.Concat(Enumerable.Repeat("word ", count));

    private static long Lines(string file)
    {
        using var stream = File.OpenRead(file);
        var buffer = new byte[Mebibyte];
        var lines = 0L;
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            lines += buffer.AsSpan(0, count).Count((byte)'\n');
        }

        return lines;
    }
}
