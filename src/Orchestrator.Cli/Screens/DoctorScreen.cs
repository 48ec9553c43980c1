using System.Text;
using System.Text.Json;
using Orchestrator.Cli.Checks;
using Orchestrator.Core;

namespace Orchestrator.Cli.Screens;

/// <summary>What <c>doctor</c> found, for people and for programs.</summary>
internal static class DoctorScreen
{
    /// <summary>A line for each check, and what to do below those that are not good.</summary>
    public static string Text(IReadOnlyList<Check> checks, IReadOnlyList<Problem> problems)
    {
        var text = new StringBuilder();
        var width = checks.Max(check => check.Name.Length);
        foreach (var check in checks)
        {
            text.Append($"{check.Word,-7}  {check.Name.PadRight(width)}  {check.Found}\n");
            if (!check.Good)
            {
                text.Append($"         needed: {check.Wants}\n         {check.Hint}\n");
            }
        }

        text.Append(problems.Count > 0 ? $"\n{ProblemScreen.Text(problems)}\n" : "\nRepository, settings and plan are fine.\n");
        return text.ToString();
    }

    /// <summary>The same as JSON.</summary>
    public static string Json(IReadOnlyList<Check> checks, IReadOnlyList<Problem> problems, bool good)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("good", good);
            json.WriteStartArray("checks");
            foreach (var check in checks)
            {
                json.WriteStartObject();
                json.WriteString("name", check.Name);
                json.WriteString("state", check.Word);
                json.WriteString("severity", check.Need == Need.Needed ? "needed" : "wanted");
                json.WriteString("found", check.Found);
                json.WriteString("needed", check.Wants);
                json.WriteString("hint", check.Good ? null : check.Hint);
                json.WriteBoolean("fixable", !check.Good && check.Mendable);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("problems");
            foreach (var problem in problems)
            {
                json.WriteStartObject();
                json.WriteString("code", problem.Code);
                json.WriteString("severity", problem.Severity == Severity.Error ? "error" : "warning");
                json.WriteString("where", problem.Where.ToString());
                json.WriteString("message", problem.Message);
                json.WriteString("hint", problem.Hint);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
