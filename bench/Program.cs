using System.Globalization;
using System.Text.Json;
using Orchestrator.Bench;

// Measures the figures that the project promises. Each is a ratio within one run, or CPU time, because machines are noisy.
var root = Directory.GetCurrentDirectory();
var rows = new List<Figure>();
foreach (var measure in new Func<IEnumerable<Figure>>[] { SimulationFigure.Measure, () => StatusFigure.Measure(root), () => MakespanFigure.Measure(root), () => RecoveryFigure.Measure(root), () => LimitFigure.Measure(root), () => CacheFigure.Measure(root) })
{
    foreach (var figure in measure())
    {
        rows.Add(figure);
        Console.Error.WriteLine($"measured: {figure.Name}");
    }
}

Console.WriteLine($"{"figure",-66} {"value",14} {"bar",14}  holds");
foreach (var row in rows)
{
    Console.WriteLine($"{row.Name,-66} {row.Shown(row.Value),14} {(row.AtLeast ? "≥ " : "≤ ") + row.Shown(row.Bar),14}  {(row.Holds ? "yes" : "NO")}");
}

if (args is ["--json", var file])
{
    using var stream = File.Create(file);
    using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
    json.WriteStartArray();
    foreach (var row in rows)
    {
        json.WriteStartObject();
        json.WriteString("figure", row.Name);
        json.WriteNumber("value", Math.Round(row.Value, 3));
        json.WriteNumber("bar", row.Bar);
        json.WriteString("sense", row.AtLeast ? "at least" : "at most");
        json.WriteString("unit", row.Unit);
        json.WriteBoolean("holds", row.Holds);
        json.WriteEndObject();
    }

    json.WriteEndArray();
}

return rows.TrueForAll(r => r.Holds) ? 0 : 1;

/// <summary>One row of the table.</summary>
internal sealed record Figure(string Name, double Value, double Bar, string Unit, bool AtLeast = false)
{
    public bool Holds => AtLeast ? Value >= Bar : Value <= Bar;

    public string Shown(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {Unit}").Trim();
}
