using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Counts what one agent process used, by model: what its results say, and until then what its answers say. The
/// figures in answers are not final (the last words of an answer are not counted yet), so they are a lower bound.
/// </summary>
internal sealed class UsageMeter
{
    private const double MostCost = 1e6;
    private const double MostTokens = 1e13;
    private const int MostModels = 32;
    private const int MostOpen = 512;

    private readonly SortedDictionary<string, Usage> _since = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Usage> _whole = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Tally> _closed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Model, Tally Tally)> _open = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private bool _inParts;

    /// <summary>True when a result said what was used.</summary>
    public bool Exact => Told.Count > 0;

    /// <summary>True when answers said what they used, and each of their models has a price.</summary>
    public bool Priced
    {
        get
        {
            var seen = Tallies();
            return seen.Count > 0 && seen.All(model => Prices.Of(model.Key) is not null);
        }
    }

    /// <summary>What was used: as the results say, else as far as it was seen.</summary>
    public Items<ModelUsage> Models => Exact ? Told.Select(model => new ModelUsage(model.Key, model.Value)).ToItems() : Seen;

    /// <summary>What the answers so far used at least.</summary>
    public Items<ModelUsage> Seen => Tallies().Select(model => new ModelUsage(model.Key, model.Value.Priced(model.Key))).ToItems();

    /// <summary>
    /// Takes a result. Newer versions go on counting across resumes, so the part since the last result is taken
    /// where it is given, and such parts add up; older ones begin at zero in each process and each result holds those before.
    /// </summary>
    public void TakeResult(JsonElement message)
    {
        if (TurnReport.Child(message, "model_usage_since_last_result") is { ValueKind: JsonValueKind.Object } since)
        {
            _inParts = true;
            foreach (var (model, usage) in Read(since))
            {
                Put(_since, model, Bounded(_since.GetValueOrDefault(model).Add(usage)));
            }
        }

        if (TurnReport.Child(message, "modelUsage") is { ValueKind: JsonValueKind.Object } whole)
        {
            foreach (var (model, usage) in Read(whole))
            {
                var known = _whole.GetValueOrDefault(model);
                Put(_whole, model, usage.CostUsd + usage.Tokens >= known.CostUsd + known.Tokens ? usage : known);
            }
        }
    }

    /// <summary>Takes the inner message of an answer. Several lines share its id; the greatest of each figure counts.</summary>
    public void TakeAnswer(JsonElement inner)
    {
        if (TurnReport.Child(inner, "usage") is not { ValueKind: JsonValueKind.Object } usage || TurnReport.Text(inner, "id") is not { Length: > 0 and < 200 } id)
        {
            return;
        }

        var model = Name(TurnReport.Text(inner, "model") ?? "?");
        var write = Tokens(usage, "cache_creation_input_tokens");
        var hour = TurnReport.Child(usage, "cache_creation") is { } parts ? Math.Min(write, Tokens(parts, "ephemeral_1h_input_tokens")) : 0;
        var tally = new Tally(Tokens(usage, "input_tokens"), Tokens(usage, "output_tokens"), Tokens(usage, "cache_read_input_tokens"), write, hour);
        if (_open.TryGetValue(id, out var known))
        {
            _open[id] = (known.Model, known.Tally.Most(tally));
            return;
        }

        _open[id] = (model, tally);
        _order.Enqueue(id);
        while (_order.Count > MostOpen && _open.Remove(_order.Dequeue(), out var old))
        {
            Put(_closed, old.Model, _closed.GetValueOrDefault(old.Model).Add(old.Tally));
        }
    }

    private SortedDictionary<string, Tally> Tallies()
    {
        var all = new SortedDictionary<string, Tally>(_closed, StringComparer.Ordinal);
        foreach (var (model, tally) in _open.Values)
        {
            Put(all, model, all.GetValueOrDefault(model).Add(tally));
        }

        return all;
    }

    // Where parts are given, the whole holds the processes before this one too, also when the part is empty.
    private SortedDictionary<string, Usage> Told => _inParts ? _since : _whole;

    private static IEnumerable<(string Model, Usage Usage)> Read(JsonElement models) =>
        models.EnumerateObject().Where(model => model.Value.ValueKind == JsonValueKind.Object).Take(MostModels).Select(model => (Name(model.Name), UsageOf(model.Value)));

    private static Usage UsageOf(JsonElement model)
    {
        var read = Tokens(model, "cacheReadInputTokens");
        var write = Tokens(model, "cacheCreationInputTokens");
        var cost = Math.Round((decimal)Believed(TurnReport.Number(model, "costUSD"), MostCost), 6);
        return Bounded(new Usage(cost, Tokens(model, "inputTokens") + read + write, Tokens(model, "outputTokens"), read, write));
    }

    /// <summary>Models beyond the bound are left out: no agent uses so many, and memory stays bounded.</summary>
    private static void Put<T>(SortedDictionary<string, T> models, string model, T value)
    {
        if (models.Count < MostModels || models.ContainsKey(model))
        {
            models[model] = value;
        }
    }

    private static string Name(string model) => Plain.Line(Plain.Cut(model, 100));

    private static long Tokens(JsonElement element, string name) => (long)Believed(TurnReport.Number(element, name), MostTokens);

    /// <summary>A figure as far as it can be true; sums of absurd ones would overflow, negative ones would give money back.</summary>
    private static double Believed(double figure, double most) => double.IsNaN(figure) ? 0 : Math.Clamp(figure, 0, most);

    private static Usage Bounded(Usage usage) => new(
        Math.Min(usage.CostUsd, (decimal)MostCost), Bounded(usage.InputTokens), Bounded(usage.OutputTokens), Bounded(usage.CacheReadTokens), Bounded(usage.CacheWriteTokens));

    private static long Bounded(long tokens) => Math.Min(tokens, (long)MostTokens);

    private readonly record struct Tally(long Input, long Output, long Read, long Write, long Hour)
    {
        public Tally Add(Tally other) => new(
            Bounded(Input + other.Input), Bounded(Output + other.Output), Bounded(Read + other.Read), Bounded(Write + other.Write), Bounded(Hour + other.Hour));

        public Tally Most(Tally other) => new(
            Math.Max(Input, other.Input), Math.Max(Output, other.Output), Math.Max(Read, other.Read), Math.Max(Write, other.Write), Math.Max(Hour, other.Hour));

        public Usage Priced(string model)
        {
            var usage = new Usage(0, Bounded(Input + Read + Write), Output, Read, Write);
            return usage with { CostUsd = Math.Min(Prices.Cost(Prices.Of(model), usage, Hour), (decimal)MostCost) };
        }
    }
}
