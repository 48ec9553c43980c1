namespace Orchestrator.Bench;

/// <summary>A small repository with a plan of one stage.</summary>
internal static class Repository
{
    /// <summary>Makes it and commits everything.</summary>
    /// <param name="workshop">Where.</param>
    /// <param name="home">The home of whoever works there.</param>
    /// <param name="name">How its folder is called.</param>
    /// <param name="milestones">How many milestones.</param>
    /// <param name="agent">The agent's program; null when the settings say.</param>
    /// <param name="settings">Further settings, without braces.</param>
    public static string Make(Workshop workshop, string home, string name, int milestones, string? agent, string settings = "\"max_parallel_tasks\": 4")
    {
        var folder = workshop.Make(name);
        Directory.CreateDirectory(Path.Combine(folder, "milestones"));
        for (var i = 0; i < milestones; i++)
        {
            File.WriteAllText(Path.Combine(folder, "milestones", $"1{Letters(i)}.md"), "# Nothing much\n");
        }

        for (var i = 0; i < 50; i++)
        {
            File.WriteAllText(Path.Combine(folder, $"file{i}.txt"), new string('x', 2000));
        }

        var path = agent is null ? "" : $", \"claude\": {{ \"path\": \"{agent}\" }}";
        File.WriteAllText(Path.Combine(folder, "orchestrator.config.json"), $"{{ {settings}, \"review\": {{ \"level\": \"none\" }}{path} }}");
        Clock.Run(folder, home, "/usr/bin/git", "init", "-q", "-b", "main");
        Clock.Run(folder, home, "/usr/bin/git", "config", "user.name", "Bench");
        Clock.Run(folder, home, "/usr/bin/git", "config", "user.email", "bench@localhost");
        Clock.Run(folder, home, "/usr/bin/git", "add", "-A");
        Clock.Run(folder, home, "/usr/bin/git", "commit", "-q", "-m", "begin");
        return folder;
    }

    private static string Letters(int number) => number < 26 ? $"{(char)('A' + number)}" : $"{(char)('A' + number / 26 - 1)}{(char)('A' + number % 26)}";
}
