using Orchestrator.Core.Agents;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Screens;

/// <summary>What was spent: by milestone, by role, by model.</summary>
internal static class ReportMoney
{
    public static Html Of(Tale tale)
    {
        var ledger = tale.State.Ledger.ToList();
        return ledger.Count == 0 ? Html.None : Html.Of($"""
            <div class="columns">
            {By("milestone", ledger, s => s.Milestone.ToString())}
            {By("role", ledger, s => s.Role.ToString().ToLowerInvariant())}
            {By("model", ledger, s => s.Model.Length > 0 ? s.Model : "not said")}
            </div>
            """);
    }

    private static Html By(string name, List<Spending> ledger, Func<Spending, string> key)
    {
        var groups = ledger.GroupBy(key).Select(g => (Key: g.Key, Usage: g.Aggregate(default(Usage), (sum, s) => sum.Add(s.Usage)))).ToList();
        var most = groups.Max(g => g.Usage.CostUsd);
        return Html.Of($"""
            <div>{ReportScreen.Table([$"by {name}", "#USD", "#tokens", "#cached"], groups.Select(g => Html.Of($"""
            <tr><th scope="row">{g.Key}<span class="bar" style="width:{(most > 0 ? g.Usage.CostUsd / most * 100 : 0):0}%"></span></th><td class="n">{g.Usage.CostUsd:0.00}</td><td class="n">{Thousands(g.Usage.Tokens)}</td><td class="n">{(g.Usage.InputTokens > 0 ? 100.0 * g.Usage.CacheReadTokens / g.Usage.InputTokens : 0):0} %</td></tr>
            """)))}</div>
            """);
    }

    private static string Thousands(long tokens) => FormattableString.Invariant($"{tokens / 1000.0:0.#}k");
}
