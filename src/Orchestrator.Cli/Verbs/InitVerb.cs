using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>init</c>: starter settings and a sample milestone. Writes only what is not there.</summary>
internal static class InitVerb
{
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

    private static int WriteAll(Surroundings around, string folder)
    {
        Write(around, folder, SettingsReader.FileName, Samples.Text("init/orchestrator.config.json"));
        if (!Directory.Exists(Path.Combine(folder, "milestones")))
        {
            Write(around, folder, "milestones/1A.md", Samples.Text("init/milestones/1A.md"));
        }
        else
        {
            around.Out.WriteLine("kept     milestones/");
        }

        around.Out.WriteLine("Next: write your milestones, commit, then 'orchestrator run --validate-only'.");
        return ExitCode.Done;
    }

    private static void Write(Surroundings around, string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        if (File.Exists(path))
        {
            around.Out.WriteLine($"kept     {name}");
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        around.Out.WriteLine($"written  {name}");
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
