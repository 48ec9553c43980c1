using System.Text;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// The note that a checkout is on its way forward. As long as it lies there, half-changed files and locks of git in that
/// checkout may be ours.
/// </summary>
public static class ForwardRecord
{
    // A git call of ours takes its locks within this time; whatever is younger or older is somebody else's.
    private static readonly TimeSpan Reach = TimeSpan.FromMinutes(10);

    /// <summary>Writes it, durably; it takes the place of the one before.</summary>
    public static void Write(RepositoryPlaces places, ForwardStep step) =>
        StateFolder.WriteWhole(PathOf(places), string.Join('\0', step.Folder, step.GitDir, step.Target, step.From, step.To, step.Moving ? "moving" : "looking"));

    /// <summary>Removes it: the step has ended, one way or the other.</summary>
    public static void Delete(RepositoryPlaces places) => File.Delete(PathOf(places));

    /// <summary>The step that a former life did not end; null when there is none.</summary>
    public static ForwardStep? Read(RepositoryPlaces places)
    {
        var fields = File.Exists(PathOf(places)) ? File.ReadAllText(PathOf(places), Encoding.UTF8).Split('\0') : [];
        return fields is [var folder, var gitDir, var target, var from, var to, var phase] ? new ForwardStep(folder, gitDir, target, from, to, phase == "moving") : null;
    }

    /// <summary>Removes the locks that our own git left in the checkout. One that a living process holds open, or that is not of that time, is the user's.</summary>
    /// <returns>What was removed, and what was left.</returns>
    public static IReadOnlyList<string> ClearLocks(RepositoryPlaces places, ForwardStep step)
    {
        var said = new List<string>();
        var began = File.GetLastWriteTimeUtc(PathOf(places));
        string[] locks = [step.Index, Path.Combine(step.GitDir, "HEAD"), Path.Combine(places.CommonDir, step.Target)];
        foreach (var file in locks.Select(name => name + ".lock").Where(File.Exists))
        {
            var made = File.GetLastWriteTimeUtc(file);
            if (made >= began.AddSeconds(-1) && made <= began + Reach && !ProcessSweep.IsOpen(file))
            {
                File.Delete(file);
                said.Add($"removed the stale lock {file}, left by our own git");
            }
            else
            {
                said.Add($"left the lock {file} alone: it is not ours");
            }
        }

        return said;
    }

    private static string PathOf(RepositoryPlaces places) => Path.Combine(places.State, "forward");
}
