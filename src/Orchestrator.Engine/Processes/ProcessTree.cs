namespace Orchestrator.Engine.Processes;

/// <summary>What an agent and all that it started did so far.</summary>
/// <param name="Own">The processor time of the agent itself.</param>
/// <param name="Others">That of all it started, those that have ended included.</param>
/// <param name="AnyOther">Something that it started is running.</param>
/// <param name="Stopped">Somebody stopped the agent (SIGSTOP); it cannot show any life.</param>
public readonly record struct TreeActivity(TimeSpan Own, TimeSpan Others, bool AnyOther, bool Stopped);

/// <summary>Reads what a process and all that it started do. A child that took its mark off is still known by its parent, one that lost its parent by its mark.</summary>
internal static class ProcessTree
{
    private const int TicksPerSecond = 100; // what Linux shows to programs, on every machine

    private readonly record struct Stat(int Pid, int Parent, char State, long Own, long Reaped);

    /// <summary>What they did so far; null where the machine does not tell.</summary>
    /// <param name="root">The process.</param>
    /// <param name="name">The variable that marks what it started.</param>
    /// <param name="value">Its value.</param>
    public static TreeActivity? Of(int root, string name, string value)
    {
        var all = All();
        if (!all.TryGetValue(root, out var agent))
        {
            return null;
        }

        var tree = new HashSet<int>(ProcessSweep.Find(name, value)) { root };
        for (var known = 0; known < tree.Count;)
        {
            known = tree.Count;
            tree.UnionWith(all.Values.Where(p => tree.Contains(p.Parent)).Select(p => p.Pid));
        }

        var others = tree.Where(pid => pid != root && all.ContainsKey(pid)).Select(pid => all[pid]).ToList();
        return new TreeActivity(
            Time(agent.Own), Time(agent.Reaped + others.Sum(p => p.Own + p.Reaped)), others.Exists(p => p.State is not ('Z' or 'X')), agent.State is 'T' or 't');
    }

    private static TimeSpan Time(long ticks) => TimeSpan.FromSeconds((double)ticks / TicksPerSecond);

    private static Dictionary<int, Stat> All()
    {
        var all = new Dictionary<int, Stat>();
        foreach (var (pid, folder) in Proc.All())
        {
            // State, parent, …, user and system time, those of reaped children.
            if (Proc.StatOf(folder) is { Length: > 14 } fields && int.TryParse(fields[1], out var parent))
            {
                all[pid] = new Stat(pid, parent, fields[0][0], Ticks(fields[11]) + Ticks(fields[12]), Ticks(fields[13]) + Ticks(fields[14]));
            }
        }

        return all;
    }

    private static long Ticks(string field) => long.TryParse(field, out var ticks) ? ticks : 0;
}
