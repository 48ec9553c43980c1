using System.Text;

namespace Orchestrator.Engine.Processes;

/// <summary>Finds processes by a variable in their environment, which children inherit whatever session they flee to.</summary>
public static class ProcessSweep
{
    /// <summary>The ids of all processes with <c>name=value</c> in their environment, our own left out.</summary>
    public static IReadOnlyList<int> Find(string name, string value)
    {
        var needle = Encoding.UTF8.GetBytes($"{name}={value}\0");
        return [.. Proc.All().Where(process => process.Pid != Environment.ProcessId && Proc.Look(() => Has(process.Folder, needle))).Select(process => process.Pid)];
    }

    private static bool Has(string folder, byte[] needle)
    {
        var environment = File.ReadAllBytes(Path.Combine(folder, "environ"));
        var at = environment.AsSpan().IndexOf(needle);
        return at == 0 || (at > 0 && environment[at - 1] == 0);
    }

    /// <summary>Whether some process holds a file open. One of somebody else's has no business in the user's repository.</summary>
    public static bool IsOpen(string path) =>
        Proc.All().Any(process => Proc.Look(() => Directory.EnumerateFiles(Path.Combine(process.Folder, "fd")).Any(fd => new FileInfo(fd).LinkTarget == path)));

    /// <summary>Kills those of them that work in a folder. Returns who is still there.</summary>
    public static IReadOnlyList<int> KillIn(string folder, string name, string value)
    {
        IReadOnlyList<int> found = [];
        for (var round = 0; round < 50; round++)
        {
            found = [.. Find(name, value).Where(pid => WorksIn(pid, folder))];
            if (found.Count == 0)
            {
                break;
            }

            foreach (var pid in found)
            {
                Posix.Signal(pid, Posix.Kill);
            }

            Thread.Sleep(2);
        }

        return found;
    }

    /// <summary>
    /// Kills the processes of a session that a process of ours began. The kernel gives its number to nobody else as long as
    /// one of them lives.
    /// </summary>
    public static void KillSession(int session)
    {
        foreach (var (pid, folder) in Proc.All())
        {
            if (Proc.StatOf(folder) is [_, _, _, var its, ..] && int.TryParse(its, out var number) && number == session)
            {
                Posix.Signal(pid, Posix.Kill);
            }
        }
    }

    private static bool WorksIn(int pid, string folder) =>
        Proc.Look(() => new FileInfo($"/proc/{pid}/cwd").LinkTarget) is { } at // '(deleted)' after a folder that is gone
        && (at == folder || at.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    /// <summary>Kills all such processes, again until none is found, since one may fork while we look. Returns how many.</summary>
    public static int KillAll(string name, string value)
    {
        var killed = new HashSet<int>();
        var empty = 0;
        for (var round = 0; round < 50 && empty < 2; round++)
        {
            var found = Find(name, value);
            if (found.Count == 0)
            {
                empty++;
                Thread.Sleep(2); // in the midst of an exec a process shows no environment: one look is not enough
                continue;
            }

            empty = 0;
            foreach (var pid in found)
            {
                killed.Add(pid);
                Posix.Signal(pid, Posix.Kill);
            }
        }

        return killed.Count;
    }
}
