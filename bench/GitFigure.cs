using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>How many git processes a milestone takes: a program of that name that stands first on PATH counts them.</summary>
internal static class GitFigure
{
    private const int Milestones = 32;

    public static IEnumerable<Figure> Measure(string root)
    {
        using var workshop = new Workshop();
        var home = workshop.Make("home");
        var folder = Repository.Make(workshop, home, "repository", Milestones, Path.Combine(root, "bench", "no-op-agent.sh"));
        var log = Path.Combine(home, "git.log");
        var git = Path.Combine(workshop.Make("path"), "git");
        File.WriteAllText(git, $"#!/bin/sh\nprintf '%s\\0' \"$*\" >> {log}\nexec /usr/bin/git \"$@\"\n");
        Clock.Run(workshop.Folder, home, "/bin/chmod", "+x", git);
        Clock.Run(folder, home, Path.Combine(root, "artifacts", "program", "orchestrator"), new Dictionary<string, string> { ["PATH"] = $"{Path.GetDirectoryName(git)}:/usr/local/bin:/usr/bin:/bin" }, "run");
        var calls = File.ReadAllText(log).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(SubcommandOf).Where(name => name.Length > 0).ToList();
        foreach (var group in calls.CountBy(name => name).OrderByDescending(g => g.Value))
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{group.Value,6} {(double)group.Value / Milestones,6:0.00} git {group.Key}"));
        }

        yield return new Figure($"git processes for each of {Milestones} milestones", (double)calls.Count / Milestones, 16, "");
    }

    /// <summary>The first word that is neither an option nor an option's value.</summary>
    private static string SubcommandOf(string call)
    {
        var words = call.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] is "-c" or "-C")
            {
                i++;
            }
            else if (!words[i].StartsWith('-'))
            {
                return words[i];
            }
        }

        return "";
    }
}
