using System.Globalization;
using System.Text.Json;
using Orchestrator.Bench;

// Measures the figures that the project promises. Each is a ratio within one run, or CPU time, because machines are noisy.
// With names only those are measured: ./build bench makespan uneven
if (args is ["--plan", var size])
{
    return PlanFigure.Child(int.Parse(size, CultureInfo.InvariantCulture));
}

var root = Directory.GetCurrentDirectory();
var measures = new (string Name, Func<IEnumerable<Figure>> Measure)[]
{
    ("simulation", SimulationFigure.Measure),
    ("secrets", SecretsFigure.Measure),
    ("status", () => StatusFigure.Measure(root)),
    ("makespan", () => MakespanFigure.Small(root)),
    ("large", () => MakespanFigure.Large(root)),
    ("uneven", () => MakespanFigure.Uneven(root)),
    ("ideal", () => IdealFigure.Measure(root)),
    ("git", () => GitFigure.Measure(root)),
    ("talkative", () => StreamFigure.Talkative(root)),
    ("own", () => StreamFigure.Own(root)),
    ("plan", () => PlanFigure.Measure()),
    ("recovery", () => RecoveryFigure.Measure(root)),
    ("limit", () => LimitFigure.Measure(root)),
    ("fence", () => FenceFigure.MeasureAsync(root).GetAwaiter().GetResult()),
    ("cache", () => CacheFigure.Measure(root)),
};
var json = Array.IndexOf(args, "--json") is >= 0 and var option && option + 1 < args.Length ? args[option + 1] : null;
var names = args.Where(arg => arg != "--json" && arg != json).ToList();
if (names.Find(name => !measures.Any(m => m.Name == name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no figure '{unknown}'; there are: {string.Join(", ", measures.Select(m => m.Name))}");
    return 2;
}

var rows = new List<Figure>();
try
{
    foreach (var figure in measures.Where(m => names.Count == 0 || names.Contains(m.Name)).SelectMany(m => m.Measure()))
    {
        rows.Add(figure);
        Console.Error.WriteLine($"measured: {figure.Name}: {figure.Shown(figure.Value)}");
    }
}
finally
{
    Workshop.Clear();
}

Console.WriteLine($"{"figure",-66} {"value",14} {"bar",14}  holds");
foreach (var row in rows)
{
    Console.WriteLine($"{row.Name,-66} {row.Shown(row.Value),14} {(row.AtLeast ? "≥ " : "≤ ") + row.Shown(row.Bar),14}  {(row.Holds ? "yes" : "NO")}");
}

if (json is not null)
{
    using var stream = File.Create(json);
    using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
    writer.WriteStartArray();
    foreach (var row in rows)
    {
        writer.WriteStartObject();
        writer.WriteString("figure", row.Name);
        writer.WriteNumber("value", Math.Round(row.Value, 3));
        writer.WriteNumber("bar", row.Bar);
        writer.WriteString("sense", row.AtLeast ? "at least" : "at most");
        writer.WriteString("unit", row.Unit);
        writer.WriteBoolean("holds", row.Holds);
        writer.WriteEndObject();
    }

    writer.WriteEndArray();
}

return rows.TrueForAll(r => r.Holds) ? 0 : 1;

/// <summary>One row of the table.</summary>
internal sealed record Figure(string Name, double Value, double Bar, string Unit, bool AtLeast = false)
{
    public bool Holds => AtLeast ? Value >= Bar : Value <= Bar;

    public string Shown(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {Unit}").Trim();
}
