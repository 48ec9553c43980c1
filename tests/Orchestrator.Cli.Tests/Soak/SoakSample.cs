using System.Globalization;

namespace Orchestrator.Cli.Tests.Soak;

/// <summary>What the program holds at one moment.</summary>
/// <param name="Kibibytes">Its memory.</param>
/// <param name="Descriptors">Its open files.</param>
/// <param name="Threads">Its threads.</param>
/// <param name="Zombies">Its children that ended and were not asked how.</param>
/// <param name="Worktrees">The folders of milestones.</param>
internal sealed record SoakSample(long Kibibytes, int Descriptors, int Threads, int Zombies, int Worktrees)
{
    /// <summary>Looks; null when the program has just ended.</summary>
    public static SoakSample? Of(int process, string repository)
    {
        var proc = $"/proc/{process.ToString(CultureInfo.InvariantCulture)}";
        try
        {
            var status = File.ReadAllLines(proc + "/status");
            var worktrees = Path.Combine(repository, ".worktree");
            return new SoakSample(
                Number(status, "VmRSS:"), Directory.GetFileSystemEntries(proc + "/fd").Length, (int)Number(status, "Threads:"), ZombiesOf(process),
                Directory.Exists(worktrees) ? Directory.GetDirectories(worktrees).Length : 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }

    private static long Number(string[] status, string name) =>
        long.Parse(status.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private static int ZombiesOf(int parent)
    {
        var zombies = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                var fields = File.ReadAllText(folder + "/stat").Split(") ")[^1].Split(' ');
                zombies += fields[0] == "Z" && fields[1] == parent.ToString(CultureInfo.InvariantCulture) ? 1 : 0;
            }
            catch (IOException)
            {
                // It has ended just now.
            }
        }

        return zombies;
    }
}
