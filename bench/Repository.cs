using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>A repository with a plan: of one stage, unless its milestones say otherwise.</summary>
internal static class Repository
{
    /// <summary>Makes it and commits everything. Its agents are not fenced in, as those of the scripts that it is measured against; what a fence costs is a figure of its own.</summary>
    /// <param name="workshop">Where.</param>
    /// <param name="home">The home of whoever works there.</param>
    /// <param name="name">How its folder is called.</param>
    /// <param name="milestones">How many milestones.</param>
    /// <param name="agent">The agent's program; null when the settings say.</param>
    /// <param name="settings">Further settings, without braces.</param>
    /// <param name="text">The text of each milestone, by its number from 0.</param>
    /// <param name="size">How many files there are besides, and how many bytes each has.</param>
    public static string Make(
        Workshop workshop, string home, string name, int milestones, string? agent, string settings = "\"max_parallel_tasks\": 4", Func<int, string>? text = null, (int Files, int Bytes)? size = null)
    {
        var folder = workshop.Make(name);
        Directory.CreateDirectory(Path.Combine(folder, "milestones"));
        for (var i = 0; i < milestones; i++)
        {
            File.WriteAllText(Path.Combine(folder, "milestones", $"{IdOf(i)}.md"), text?.Invoke(i) ?? "# Nothing much\n");
        }

        Fill(folder, size ?? (50, 2000));
        var path = agent is null ? "" : $", \"claude\": {{ \"path\": \"{agent}\" }}";
        File.WriteAllText(Path.Combine(folder, "orchestrator.config.json"), $"{{ {settings}, \"isolation\": \"off\", \"review\": {{ \"level\": \"none\" }}{path} }}");
        Clock.Run(folder, home, "/usr/bin/git", "init", "-q", "-b", "main");
        Clock.Run(folder, home, "/usr/bin/git", "config", "user.name", "Bench");
        Clock.Run(folder, home, "/usr/bin/git", "config", "user.email", "bench@localhost");
        Clock.Run(folder, home, "/usr/bin/git", "add", "-A");
        Clock.Run(folder, home, "/usr/bin/git", "-c", "gc.auto=0", "commit", "-q", "-m", "begin");
        Clock.Run(folder, home, "/usr/bin/git", "gc", "-q"); // as a repository is that has been in use; by itself git would do so in the background of what is measured
        return folder;
    }

    /// <summary>Copies one with all that lies in it, times of the files included, so that git need not read them again.</summary>
    public static string Copy(Workshop workshop, string home, string pristine, string name)
    {
        var folder = Path.Combine(workshop.Folder, name);
        Clock.Run(workshop.Folder, home, "/bin/cp", "-a", pristine, folder);
        Clock.Run(folder, home, "/usr/bin/git", "update-index", "-q", "--refresh"); // its files have other inodes now
        return folder;
    }

    /// <summary>The id of a milestone of the first stage.</summary>
    public static string IdOf(int number) => number < 26 ? $"1{(char)('A' + number)}" : $"1{(char)('A' + (number / 26) - 1)}{(char)('A' + (number % 26))}";

    /// <summary>Files of a size in folders of 250; each has text of its own, as files do.</summary>
    private static void Fill(string folder, (int Files, int Bytes) size)
    {
        var line = new string('x', 63) + "\n";
        for (var i = 0; i < size.Files; i++)
        {
            var place = size.Files <= 250 ? folder : Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"folder{i / 250}"));
            Directory.CreateDirectory(place);
            var head = string.Create(CultureInfo.InvariantCulture, $"file {i}\n");
            File.WriteAllText(Path.Combine(place, string.Create(CultureInfo.InvariantCulture, $"file{i}.txt")), head + string.Concat(Enumerable.Repeat(line, Math.Max(0, size.Bytes - head.Length) / line.Length)));
        }
    }
}
