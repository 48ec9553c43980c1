using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Limits;

namespace Orchestrator.Engine.Claude;

/// <summary>How a turn ended and what it used, all its processes together.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Usage">What it used.</param>
/// <param name="Models">The same by model; empty when that is not known.</param>
/// <param name="Metered">False when what it used could not be read.</param>
public sealed record TurnEnd(TurnOutcome Outcome, Usage Usage, Items<ModelUsage> Models, bool Metered)
{
    /// <summary>What it took of the machine; null when that was not measured.</summary>
    public Footprint? Footprint { get; init; }

    /// <summary>What it answered in the form that was asked for; null for a verdict, or when there was none.</summary>
    public JsonElement? Answer { get; init; }

    /// <summary>The end, from what the processes of the turn said.</summary>
    public static TurnEnd Of(TurnOutcome outcome, IEnumerable<TurnReport> reports)
    {
        var usage = default(Usage);
        var metered = true;
        var models = new SortedDictionary<string, Usage>(StringComparer.Ordinal);
        foreach (var report in reports)
        {
            metered &= report.Metered;
            foreach (var (model, used) in report.Models.Count > 0 ? report.Models : report.Seen)
            {
                usage = usage.Add(used);
                models[model] = models.GetValueOrDefault(model).Add(used);
            }
        }

        return new TurnEnd(outcome, usage, models.Select(m => new ModelUsage(m.Key, m.Value)).ToItems(), metered);
    }

    /// <summary>True when a process that goes on has used more than it may. The CLI ends by itself then; this is for one that does not.</summary>
    public static bool Exceeds(Cap cap, TurnReport report) =>
        !cap.IsNone && (cap.Less(report.Usage).IsGone || cap.Less(ModelUsage.Sum(report.Seen)).IsGone);
}

/// <summary>Passes on what the provider says, as soon as it has answered at all and whenever it is something new.</summary>
internal sealed class Hearing(Action<Items<LimitWindow>> tell)
{
    private const double Grain = 0.01;
    private Items<LimitWindow> _windows;

    /// <summary>Whether the provider has answered.</summary>
    public bool Answered { get; private set; }

    public void Look(TurnReport report, LimitHeaders headers)
    {
        var windows = headers.Over(report.Windows);
        if (report.Answered && (!Answered || windows.Any(IsNews)))
        {
            Answered = true;
            _windows = windows;
            tell(windows);
        }
    }

    private bool IsNews(LimitWindow window)
    {
        var known = _windows.FirstOrDefault(w => w.Name == window.Name);
        return known.Name is null || known.Status != window.Status || known.ResetsAt != window.ResetsAt || Math.Abs((known.Used ?? 0) - (window.Used ?? 0)) >= Grain;
    }
}
