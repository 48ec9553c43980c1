using System.Buffers;
using System.Text;

namespace Orchestrator.Engine.Processes;

/// <summary>Finds processes by a variable in their environment, which children inherit whatever session they flee to.</summary>
public static class ProcessSweep
{
    private const int LongestEnvironment = 256 * 1024;

    /// <summary>The ids of all processes with <c>name=value</c> in their environment, our own left out.</summary>
    public static IReadOnlyList<int> Find(string name, string value) => Look(name, value, null).Found;

    /// <summary>One look at all processes.</summary>
    /// <returns>Those with that environment or of that session; and whether there is none of which it could not be told.</returns>
    private static (List<int> Found, bool IsSure) Look(string name, string value, int? session)
    {
        var needle = Encoding.UTF8.GetBytes($"{name}={value}\0");
        var buffer = ArrayPool<byte>.Shared.Rent(LongestEnvironment);
        var found = new List<int>();
        var sure = true;
        foreach (var (pid, folder) in Proc.All().Where(process => process.Pid != Environment.ProcessId))
        {
            if (Proc.BriefOf(folder) is not { IsProgram: true } brief)
            {
                continue;
            }

            var read = Proc.TryRead(Path.Combine(folder, "environ"), buffer);
            var length = read ?? 0;
            sure &= read != 0; // in the midst of an exec a process shows no environment; somebody else's never shows one
            if (brief.Session == session || Has(length < buffer.Length ? buffer.AsSpan(0, length) : Proc.Look(() => File.ReadAllBytes(Path.Combine(folder, "environ"))), needle))
            {
                found.Add(pid);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return (found, sure);
    }

    private static bool Has(ReadOnlySpan<byte> environment, ReadOnlySpan<byte> needle)
    {
        for (var from = 0; environment[from..].IndexOf(needle) is >= 0 and var at; from += at + 1)
        {
            if (from + at == 0 || environment[from + at - 1] == 0)
            {
                return true;
            }
        }

        return false;
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

    private static bool WorksIn(int pid, string folder) =>
        Proc.Look(() => new FileInfo($"/proc/{pid}/cwd").LinkTarget) is { } at // '(deleted)' after a folder that is gone
        && (at == folder || at.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    /// <summary>Kills all such processes, again until none is found, since one may fork while we look. Returns how many.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="value">Its value.</param>
    /// <param name="session">
    /// Those of a session are killed as well that a process of ours began; null for none. The kernel gives its number to
    /// nobody else as long as one of them lives.
    /// </param>
    public static int KillAll(string name, string value, int? session = null)
    {
        var killed = new HashSet<int>();
        var empty = false;
        for (var round = 0; round < 50; round++)
        {
            var (found, sure) = Look(name, value, session);
            if (found.Count == 0 && (sure || empty))
            {
                break;
            }

            empty = found.Count == 0;
            foreach (var pid in found)
            {
                killed.Add(pid);
                Posix.Signal(pid, Posix.Kill);
            }

            Thread.Sleep(2);
        }

        return killed.Count;
    }
}
