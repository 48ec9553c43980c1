using System.Globalization;
using System.Text;

namespace Orchestrator.Engine.Processes;

/// <summary>The processes of the machine, as the kernel shows them under <c>/proc</c>; none where there is no such folder.</summary>
internal static class Proc
{
    private const string Root = "/proc";
    private const uint KernelThread = 0x00200000;

    // The kernel's own, which begins all of its others and never ends. In a container the number is a program's.
    private const string FirstThread = $"{Root}/2";
    private static readonly bool ListsThreads = StatOf(FirstThread) is { Length: > 6 } fields && IsKernelThread(fields);

    /// <summary>
    /// All of them, with the folder of each, but for the threads of the kernel, which on many machines are most. One may
    /// have ended before its folder is looked into.
    /// </summary>
    public static IEnumerable<(int Pid, string Folder)> All()
    {
        var threads = ListsThreads ? Threads() : [];
        foreach (var folder in Directory.Exists(Root) ? Directory.EnumerateDirectories(Root) : [])
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && !threads.Contains(pid))
            {
                yield return (pid, folder);
            }
        }
    }

    /// <summary>The threads of the kernel; nothing where it does not list them.</summary>
    private static HashSet<int> Threads() =>
        [2, .. (Look(() => File.ReadAllText($"{FirstThread}/task/2/children")) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    /// <summary>Looks into a process's folder; null when it has ended meanwhile, or belongs to somebody else.</summary>
    public static T? Look<T>(Func<T> look)
    {
        try
        {
            return look();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>Reads the beginning of a small file. Nothing when the process has ended, or belongs to somebody else.</summary>
    public static int Read(string path, Span<byte> into) => TryRead(path, into) ?? 0;

    /// <summary>The same, but null when it may not be read: it belongs to somebody else.</summary>
    public static int? TryRead(string path, Span<byte> into)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.Read(file, into, 0);
        }
        catch (IOException)
        {
            return 0;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The little that tells at a glance what a process is; null when it has ended.</summary>
    public static ProcessBrief? BriefOf(string folder)
    {
        return StatOf(folder) is { Length: > 17 } fields && int.TryParse(fields[3], out var session)
            ? new ProcessBrief(session, !IsKernelThread(fields) && (fields[0] is not ("Z" or "X") || fields[17] is not ("0" or "1"))) // the first thread may have ended before others
            : null;
    }

    private static bool IsKernelThread(string[] fields) => uint.TryParse(fields[6], out var flags) && (flags & KernelThread) != 0;

    /// <summary>A child of a process: the one with the lowest id; null when it has none.</summary>
    public static int? ChildOf(int parent) => All()
        .Where(process => StatOf(process.Folder) is [_, var its, ..] && int.TryParse(its, out var id) && id == parent)
        .Select(process => (int?)process.Pid).Min();

    /// <summary>
    /// The fields of <c>stat</c> after the name, which stands in brackets and may hold anything: state, parent, group,
    /// session, …; null when it has ended.
    /// </summary>
    public static string[]? StatOf(string folder)
    {
        Span<byte> stat = stackalloc byte[1024]; // some fifty numbers and a short name
        stat = stat[..Read(Path.Combine(folder, "stat"), stat)];
        return stat.Length == 0 ? null : Encoding.ASCII.GetString(stat[(stat.LastIndexOf((byte)')') + 1)..]).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }
}

/// <summary>What a process is, at a glance.</summary>
/// <param name="Session">Its session.</param>
/// <param name="IsProgram">Whether it is one that runs: no thread of the kernel's, and not ended already.</param>
internal readonly record struct ProcessBrief(int Session, bool IsProgram);
