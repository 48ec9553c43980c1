using System.Text.Json;
using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Verbs;

/// <summary>
/// <c>init</c>: starter settings with the gates that the project shows, their schema for editors, a sample milestone and a
/// <c>.worktreeinclude</c>. Writes only what is not there. <c>.gitignore</c> is left alone: a run keeps what is ours out of
/// git by <c>info/exclude</c>.
/// </summary>
internal static class InitVerb
{
    private const string GateExample = "    // { \"name\": \"tests\", \"run\": \"make test\", \"timeout_s\": 1800 }\n";
    private const string SetupExample = "    // \"setup\": \"npm ci\"\n";

    // Beside the settings, which name it by a relative path: it is there without a network, in every clone, and no folder of
    // ours is committed.
    private const string Schema = "orchestrator.config.schema.json";

    public static int Run(Surroundings around, string folder)
    {
        try
        {
            return WriteAll(around, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            around.Error.WriteLine(ProblemScreen.Text([new Problem("init.folder", $"Nothing can be written here: {e.Message}", new Place(folder), "Name a folder of yours with -C.")]));
            return ExitCode.Problems;
        }
    }

    /// <summary>The starter settings with what was found.</summary>
    public static string Settings(ObviousGates found)
    {
        var text = Samples.Text($"init/{SettingsReader.FileName}");
        if (found.Gates.Count > 0)
        {
            text = text.Replace(GateExample, string.Join(",\n", found.Gates.Select(g => $"    {{ \"name\": {Json(g.Name)}, \"run\": {Json(g.Run)} }}")) + "\n", StringComparison.Ordinal);
        }

        return found.Setup.Count > 0 ? text.Replace(SetupExample, $"    \"setup\": [{string.Join(", ", found.Setup.Select(Json))}]\n", StringComparison.Ordinal) : text;
    }

    private static int WriteAll(Surroundings around, string folder)
    {
        var found = ObviousGates.In(folder);
        if (Write(around, folder, SettingsReader.FileName, Settings(found)))
        {
            foreach (var (name, run, because) in found.Gates)
            {
                around.Out.WriteLine($"           gate '{name}': {run}   (there is {because})");
            }

            foreach (var command in found.Setup)
            {
                around.Out.WriteLine($"           in each fresh worktree: {command}");
            }

            around.Out.WriteLine(found.Gates.Count > 0 ? "           Take out what does not prove your work, and add what does." : "           No gate was found: name in it the commands that prove your work.");
        }

        Write(around, folder, Schema, Samples.Text($"init/{Schema}"));
        if (!Directory.Exists(Path.Combine(folder, "milestones")))
        {
            Write(around, folder, "milestones/1A.md", Samples.Text("init/milestones/1A.md"));
        }
        else
        {
            around.Out.WriteLine("kept     milestones/");
        }

        Write(around, folder, ".worktreeinclude", Samples.Text("init/.worktreeinclude"));
        around.Out.WriteLine(".gitignore needs nothing: runs keep .orchestrator/, .worktree/ and their logs out of git.");
        around.Out.WriteLine("Next: write your milestones, or let 'orchestrator plan SPEC' make them; commit, then 'orchestrator run --validate-only'.");
        return ExitCode.Done;
    }

    private static string Json(string text) => $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static bool Write(Surroundings around, string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        if (Path.Exists(path))
        {
            around.Out.WriteLine($"kept     {name}");
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        around.Out.WriteLine($"written  {name}");
        return true;
    }
}

/// <summary>The files below <c>samples/</c>, carried in the program.</summary>
internal static class Samples
{
    /// <summary>The text of one.</summary>
    public static string Text(string name)
    {
        using var stream = typeof(Samples).Assembly.GetManifestResourceStream("samples/" + name) ?? throw new InvalidOperationException($"The sample '{name}' is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The names below a folder.</summary>
    public static IEnumerable<string> Below(string folder) => typeof(Samples).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith($"samples/{folder}/", StringComparison.Ordinal))
        .Select(name => name["samples/".Length..]);
}
