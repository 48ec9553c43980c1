using System.Text;

namespace Orchestrator.Engine.Processes;

/// <summary>Finds processes by a variable in their environment, which children inherit whatever session they flee to.</summary>
public static class ProcessSweep
{
    /// <summary>The ids of all processes with <c>name=value</c> in their environment, our own left out.</summary>
    public static IReadOnlyList<int> Find(string name, string value)
    {
        var found = new List<int>();
        if (!Directory.Exists("/proc"))
        {
            return found;
        }

        var needle = Encoding.UTF8.GetBytes($"{name}={value}\0");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var pid) || pid == Environment.ProcessId)
            {
                continue;
            }

            try
            {
                var environment = File.ReadAllBytes(Path.Combine(folder, "environ"));
                var at = environment.AsSpan().IndexOf(needle);
                if (at == 0 || (at > 0 && environment[at - 1] == 0))
                {
                    found.Add(pid);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or belongs to somebody else: not one of ours.
            }
        }

        return found;
    }

    /// <summary>Whether some process holds a file open.</summary>
    public static bool IsOpen(string path)
    {
        foreach (var folder in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc") : [])
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), out _) && Directory.EnumerateFiles(Path.Combine(folder, "fd")).Any(fd => new FileInfo(fd).LinkTarget == path))
                {
                    return true;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or belongs to somebody else, who has no business in the user's repository.
            }
        }

        return false;
    }

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
        foreach (var folder in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && SessionOf(folder) == session)
            {
                Posix.Signal(pid, Posix.Kill);
            }
        }
    }

    /// <summary>The fourth field after the name, which stands in brackets and may hold anything.</summary>
    private static int SessionOf(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > 3 && int.TryParse(fields[3], out var session) ? session : -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    private static bool WorksIn(int pid, string folder)
    {
        try
        {
            var at = new FileInfo($"/proc/{pid}/cwd").LinkTarget; // '(deleted)' after a folder that is gone
            return at is not null && (at == folder || at.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

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
