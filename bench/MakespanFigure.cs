namespace Orchestrator.Bench;

/// <summary>The overhead of a whole run with an agent that does next to nothing, against the plain script beside this file.</summary>
internal static class MakespanFigure
{
    private const int Milestones = 16;

    public static IEnumerable<Figure> Measure(string root)
    {
        using var workshop = new Workshop();
        var home = workshop.Make("home");
        var agent = Path.Combine(root, "bench", "no-op-agent.sh");
        var program = Path.Combine(root, "artifacts", "program", "orchestrator");
        var number = 0;
        double Ours()
        {
            var folder = Sample(workshop, home, $"ours{++number}", agent);
            return Clock.Run(folder, home, program, "run");
        }

        double Script()
        {
            var folder = Sample(workshop, home, $"script{++number}", agent);
            return Clock.Run(folder, home, "/bin/sh", Path.Combine(root, "bench", "baseline.sh"), agent);
        }

        Ours();
        Script();
        var pairs = Enumerable.Range(0, 5).Select(_ => (Ours: Ours(), Script: Script())).ToList();
        yield return new Figure($"{Milestones} milestones, no-op agent, 4 slots, against the shell script", pairs.Min(p => p.Ours) / pairs.Min(p => p.Script), 3, "×");
    }

    private static string Sample(Workshop workshop, string home, string name, string agent)
    {
        var folder = workshop.Make(name);
        Directory.CreateDirectory(Path.Combine(folder, "milestones"));
        for (var i = 0; i < Milestones; i++)
        {
            File.WriteAllText(Path.Combine(folder, "milestones", $"1{(char)('A' + i)}.md"), "# Nothing much\n");
        }

        for (var i = 0; i < 50; i++)
        {
            File.WriteAllText(Path.Combine(folder, $"file{i}.txt"), new string('x', 2000));
        }

        File.WriteAllText(Path.Combine(folder, "orchestrator.config.json"), $"{{ \"max_parallel_tasks\": 4, \"review\": {{ \"level\": \"none\" }}, \"claude\": {{ \"path\": \"{agent}\" }} }}");
        Clock.Run(folder, home, "/usr/bin/git", "init", "-q", "-b", "main");
        Clock.Run(folder, home, "/usr/bin/git", "config", "user.name", "Bench");
        Clock.Run(folder, home, "/usr/bin/git", "config", "user.email", "bench@localhost");
        Clock.Run(folder, home, "/usr/bin/git", "add", "-A");
        Clock.Run(folder, home, "/usr/bin/git", "commit", "-q", "-m", "begin");
        return folder;
    }
}
