using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Cli.Checks;

/// <summary>A file system that a run writes to.</summary>
/// <param name="Mount">Where it is mounted.</param>
/// <param name="Free">Free bytes.</param>
/// <param name="Uses">What lies there.</param>
internal sealed record UsedDisk(string Mount, long Free, IReadOnlyList<string> Uses);

/// <summary>What the machine itself has to offer.</summary>
internal static partial class MachineChecks
{
    private const long Mebi = 1 << 20;
    private const int OfOurs = 1024;
    private const int PerTurn = 64;

    /// <summary>Beyond this something else than a slow disk is the reason.</summary>
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(10);

    /// <summary>Memory, as a run would judge it.</summary>
    public static Check Memory(MachineReading reading) => new(
        "memory", reading.Pressure == Pressure.Calm, reading.Pressure != Pressure.Calm ? reading.Reason : reading.Room == int.MaxValue ? "not measured here" : $"room for {reading.Room} agents", "room for one agent beside a reserve", "End what you do not need, or give the machine more; a run begins fewer agents, or none, until there is room.");

    /// <summary>Sorts places by the file system that holds them.</summary>
    /// <param name="places">What they are and where.</param>
    /// <param name="mounts">Where the machine's file systems are mounted.</param>
    /// <param name="free">Their free bytes; null where they do not tell. Only those that are used are asked: others may hang.</param>
    public static IReadOnlyList<UsedDisk> DisksOf(IEnumerable<(string Use, string Path)> places, IReadOnlyList<string> mounts, Func<string, long?> free) => places
        .Select(place => (place.Use, Mount: mounts.Where(mount => Holds(mount, place.Path)).MaxBy(mount => mount.Length)))
        .Where(place => place.Mount is not null)
        .GroupBy(place => place.Mount!)
        .Select(group => (group, Free: free(group.Key)))
        .Where(disk => disk.Free is not null)
        .Select(disk => new UsedDisk(disk.group.Key, disk.Free!.Value, [.. disk.group.Select(place => place.Use).Distinct()]))
        .ToList();

    /// <summary>Free space where worktrees and their builds come to lie, or what is written beside them.</summary>
    public static Check Disk(UsedDisk disk)
    {
        var needed = disk.Uses.Contains("worktrees") ? 2048 : 256;
        return new Check(
            string.Create(CultureInfo.InvariantCulture, $"disk {disk.Mount}"), disk.Free >= needed * Mebi,
            string.Create(CultureInfo.InvariantCulture, $"{disk.Free / Mebi:N0} MiB free ({string.Join(", ", disk.Uses)})"),
            string.Create(CultureInfo.InvariantCulture, $"{needed:N0} MiB"), "Make room there; 'orchestrator clean' removes what earlier runs left.");
    }

    /// <summary>Open files, by <c>/proc/self/limits</c>; null where the machine does not tell.</summary>
    public static Check? Descriptors(string limits, int turns)
    {
        if (OpenFiles().Match(limits) is not { Success: true } match)
        {
            return null;
        }

        var needed = OfOurs + (PerTurn * turns);
        var hard = match.Groups[2].Value;
        var enough = hard == "unlimited" || (long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most >= needed);
        return new Check(
            "open files", enough, $"{match.Groups[1].Value}, at most {hard}", string.Create(CultureInfo.InvariantCulture, $"at most {needed:N0} or more, for {turns} agents"),
            "Raise the hard limit: 'ulimit -Hn' in the shell, LimitNOFILE= in a service, 'nofile' in /etc/security/limits.conf. A run raises the soft one by itself.");
    }

    /// <summary>The clock, held against what cannot be later than now.</summary>
    /// <param name="now">What it says.</param>
    /// <param name="built">When this program was built.</param>
    /// <param name="committed">When the latest commit of the repository was made; null when there is none.</param>
    /// <param name="written">The time that a file has which was written just now; null when none could be.</param>
    public static Check Clock(DateTimeOffset now, DateTimeOffset built, DateTimeOffset? committed, DateTimeOffset? written)
    {
        var skew = written is { } file ? (now - file).Duration() : TimeSpan.Zero;
        var day = TimeSpan.FromDays(1);
        var hint = now + day < built ? $"It stands before the build of this program ({built:yyyy-MM-dd}). Set it, best by NTP."
            : now + day < committed ? $"It stands before the repository's latest commit ({committed:yyyy-MM-dd HH:mm} UTC). Set it, best by NTP; or that commit was made with a wrong one."
            : skew > MostSkew ? string.Create(CultureInfo.InvariantCulture, $"The disk of the repository tells a time {skew.TotalSeconds:N0} s apart: set the clock of whoever serves it, best by NTP.")
            : "";
        return new Check("clock", hint.Length == 0, now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC", "not before what was made already, and one time with the disk's", hint);
    }

    private static bool Holds(string mount, string path) =>
        path == mount || path.StartsWith(mount.EndsWith(Path.DirectorySeparatorChar) ? mount : mount + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    [GeneratedRegex(@"^Max open files\s+(\S+)\s+(\S+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex OpenFiles();
}
