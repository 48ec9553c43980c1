using System.Globalization;
using System.Text.Json;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Logs;

namespace Orchestrator.Cli.Screens;

/// <summary>The provider's limits and what was spent, for people and for programs.</summary>
internal static class LimitLines
{
    /// <summary>One line for each limit that stands, one for the windows, one for what was spent by role and model, one for the budget.</summary>
    public static IEnumerable<string> Of(RunState state, Func<DateTimeOffset, string> local)
    {
        if (state.Final is null)
        {
            foreach (var limit in state.Limits)
            {
                var whom = limit.Model is null ? "" : $" ({(limit.Model.Length > 0 ? limit.Model : "the default model")})";
                var parked = state.Milestones.Count(m => m.Phase is Phase.Parked { Reason: ParkReason.Limit });
                yield return limit.Until > state.At
                    ? $"Limit{whom}: {limit.Message.TrimEnd('.')}. {parked} parked until {local(limit.Until)}; then one turn tries first."
                    : $"Limit{whom}: its time has come; one turn tries whether it is over.";
            }

            if (state.Windows.Count > 0)
            {
                yield return $"Windows: {string.Join("; ", state.Windows.Select(w => Words(w, local)))}.";
            }
        }

        if (state.Ledger.Any(s => s.Model.Length > 0))
        {
            yield return $"Spent: {string.Join("; ", state.Ledger.GroupBy(s => (s.Role, s.Model)).Select(g => Spent(g.Key.Role, g.Key.Model, g.Sum(s => s.Usage.CostUsd), g.Sum(s => s.Usage.Tokens))))}.";
        }

        if (!state.Policy.Budget.Run.IsNone)
        {
            var run = state.Policy.Budget.Run;
            yield return string.Create(CultureInfo.InvariantCulture, $"Budget of the run: {state.Usage.CostUsd:0.00}{(run.Usd is { } usd ? FormattableString.Invariant($" of {usd:0.00}") : "")} USD{(run.Tokens is { } tokens ? FormattableString.Invariant($", {state.Usage.Tokens} of {tokens} tokens") : "")}.");
        }
    }

    /// <summary>The fields <c>limits</c>, <c>windows</c> and <c>spending</c>.</summary>
    public static void Write(Utf8JsonWriter json, RunState state)
    {
        json.WriteStartArray("limits");
        foreach (var limit in state.Limits)
        {
            json.WriteStartObject();
            json.WriteString("model", limit.Model);
            StatusScreen.WriteTime(json, "until", limit.Until);
            json.WriteString("message", limit.Message);
            json.WriteNumber("refusals", limit.Refusals);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("windows");
        foreach (var window in state.Windows)
        {
            json.WriteStartObject();
            json.WriteString("name", window.Name);
            json.WriteString("status", window.Status.ToString().ToLowerInvariant());
            if (window.Used is { } used)
            {
                json.WriteNumber("used", used);
            }
            else
            {
                json.WriteNull("used");
            }

            StatusScreen.WriteTime(json, "resets_at", window.ResetsAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        SpendingJson.Write(json, state);
    }

    private static string Spent(Role role, string model, decimal usd, long tokens) =>
        string.Create(CultureInfo.InvariantCulture, $"{role.ToString().ToLowerInvariant()} with {model} {usd:0.00} USD, {tokens / 1000.0:0.#}k tokens");

    private static string Words(LimitWindow window, Func<DateTimeOffset, string> local) =>
        window.Name
        + (window.Used is { } used ? string.Create(CultureInfo.InvariantCulture, $" {used * 100:0} % used") : window.Status == WindowStatus.Warning ? " nearly used up" : "")
        + (window.ResetsAt is { } reset ? $", resets {local(reset)}" : "");
}
