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
            var folder = Repository.Make(workshop, home, $"ours{++number}", Milestones, agent);
            return Clock.Run(folder, home, program, "run");
        }

        double Script()
        {
            var folder = Repository.Make(workshop, home, $"script{++number}", Milestones, agent);
            return Clock.Run(folder, home, "/bin/sh", Path.Combine(root, "bench", "baseline.sh"), agent);
        }

        Ours();
        Script();
        var pairs = Enumerable.Range(0, 5).Select(_ => (Ours: Ours(), Script: Script())).ToList();
        yield return new Figure($"{Milestones} milestones, no-op agent, 4 slots, against the shell script", pairs.Min(p => p.Ours) / pairs.Min(p => p.Script), 3, "×");
    }
}
