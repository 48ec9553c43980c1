using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.BadInput;

/// <summary>What a case came to: everything that can be seen of the result, and the problems in it.</summary>
internal sealed record Seen(string Result, IEnumerable<Problem> Problems);

/// <summary>These tests measure time and memory, so nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>The collection's name.</summary>
    public const string Name = "bad input";
}

/// <summary>
/// The laws of bad input, in one place: nothing escapes, nothing takes long, nothing is written, nothing outside is
/// read, every problem can be shown and mended, and the same input gives the same result.
/// <c>ORCHESTRATOR_CASES=N</c> sets how many cases there are in all, <c>ORCHESTRATOR_CASE=room/number</c> plays one.
/// </summary>
internal static class Laws
{
    /// <summary>Stands in a file beside the case's folder; no result may hold it.</summary>
    public const string Canary = "canary-4711-outside";

    private const int Usual = 20_000;
    private const long MostGrowth = 200 << 20;
    private const int MostText = 2000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>How many of all cases a room has.</summary>
    public static int Share(int ofUsual) =>
        (int)(int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATOR_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out var all) ? (long)all * ofUsual / Usual : ofUsual);

    /// <summary>Plays the cases of a room.</summary>
    /// <param name="room">Its name.</param>
    /// <param name="count">How many cases.</param>
    /// <param name="make">Makes a case in a folder of its own; the function it gives is the input's reader, and is called more than once.</param>
    public static void Hold(string room, int count, Func<CaseRng, int, TempFolder, Func<Seen>> make)
    {
        using var sandbox = new TempFolder();
        sandbox.Write("secret.txt", Canary);
        sandbox.Write("outside/1Z.md", $"# {Canary}\n");
        using var folder = new TempFolder(sandbox.In("case"));
        var broken = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var numbers = Numbers(room, count).ToList();
        foreach (var number in numbers.TakeLast(20))
        {
            Play(room, number, folder, make, measured: false); // warms up
        }

        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var before = Process.GetCurrentProcess().WorkingSet64;
        var around = Listing(sandbox.Path, folder.Path);
        for (var i = 0; i < numbers.Count; i++)
        {
            if (Play(room, numbers[i], folder, make, measured: true) is { } law)
            {
                broken.TryAdd(law.Kind, []);
                broken[law.Kind].Add($"{room}/{numbers[i]}: {law.Detail}");
            }

            if (i % 500 == 499 || i == numbers.Count - 1)
            {
                Assert.Equal(around, Listing(sandbox.Path, folder.Path));
            }
        }

        Assert.True(broken.Count == 0, string.Join("\n\n", broken.Select(b => $"{b.Key}, {b.Value.Count} times, e.g.\n  {string.Join("\n  ", b.Value.Take(3))}")));
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var growth = Process.GetCurrentProcess().WorkingSet64 - before;
        Assert.True(growth < MostGrowth, $"{room} grew by {growth >> 20} MiB.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{room}: {numbers.Count} cases, {growth >> 20} MiB more.");
    }

    private static IEnumerable<int> Numbers(string room, int count) => Environment.GetEnvironmentVariable("ORCHESTRATOR_CASE")?.Split('/') is [var named, var number]
        ? named == room ? [int.Parse(number, CultureInfo.InvariantCulture)] : []
        : Enumerable.Range(0, count);

    private static (string Kind, string Detail)? Play(string room, int number, TempFolder folder, Func<CaseRng, int, TempFolder, Func<Seen>> make, bool measured)
    {
        foreach (var entry in new DirectoryInfo(folder.Path).EnumerateFileSystemInfos().ToList())
        {
            if (entry is DirectoryInfo { LinkTarget: null } inner)
            {
                inner.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }

        var read = make(new CaseRng(room, number), number, folder);
        var files = Listing(folder.Path, "");
        try
        {
            var (first, time) = Timed(read);
            var (second, again) = Timed(read);
            if (measured && time > TimeSpan.FromSeconds(1) && again > TimeSpan.FromSeconds(1))
            {
                return ("slow", $"{time.TotalSeconds:0.0} s, {again.TotalSeconds:0.0} s");
            }

            return first.Result != second.Result ? ("not the same twice", Difference(first.Result, second.Result))
                : first.Result.Contains(Canary, StringComparison.Ordinal) ? ("read outside", "the canary came out")
                : Listing(folder.Path, "") != files ? ("written", "the case's files changed")
                : first.Problems.Select(Fault).OfType<(string, string)>().Cast<(string, string)?>().FirstOrDefault();
        }
        catch (Exception thrown)
        {
            var e = thrown is AggregateException { InnerException: { } inner } ? inner : thrown;
            var at = e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Orchestrator.", StringComparison.Ordinal))?.Trim();
            return ($"{e.GetType().Name} {at}", e.Message);
        }
    }

    private static (Seen Seen, TimeSpan Time) Timed(Func<Seen> read)
    {
        var begun = Stopwatch.GetTimestamp();
        var reading = Task.Run(read);
        return reading.Wait(Longest) ? (reading.Result, Stopwatch.GetElapsedTime(begun)) : throw new TimeoutException($"Still reading after {Longest.TotalSeconds} s.");
    }

    /// <summary>A problem is for somebody at a terminal: it says what, where and what to do, on lines of its own, and steers nothing.</summary>
    private static (string, string)? Fault(Problem problem)
    {
        string[] texts = [problem.Code, problem.Message, problem.Where.ToString(), problem.Hint];
        var name = $"problem {problem.Code}";
        return Array.Exists(texts, string.IsNullOrWhiteSpace) || problem.Where.Line <= 0 ? (name + " says too little", string.Join(" | ", texts))
            : Array.Exists(texts, t => t.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'))) ? (name + " steers the terminal", Uri.EscapeDataString(string.Join(" | ", texts.Select(t => t.Length > 200 ? t[..200] : t))))
            : Array.Exists(texts, t => t.Length > MostText) ? (name + " is too long", $"{texts.Max(t => t.Length)} characters")
            : null;
    }

    /// <summary>Every file with its mode, target, size and time; without what lies below <paramref name="except"/>.</summary>
    private static string Listing(string folder, string except)
    {
        var text = new StringBuilder();
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            if (entry.FullName == except || entry.Name.EndsWith(".db-shm", StringComparison.Ordinal) || entry.Name.EndsWith(".db-wal", StringComparison.Ordinal)) // a reader's part in SQLite's own locking
            {
                continue;
            }

            text.Append(CultureInfo.InvariantCulture, $"{entry.FullName} {entry.UnixFileMode} {entry.LinkTarget} ");
            if (entry is FileInfo { LinkTarget: null, Length: > 0 } file)
            {
                text.Append(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}");
            }

            text.Append('\n');
            if (entry is DirectoryInfo { LinkTarget: null } inner)
            {
                text.Append(Listing(inner.FullName, except));
            }
        }

        return text.ToString();
    }

    private static string Difference(string a, string b)
    {
        var at = a.Zip(b).TakeWhile(p => p.First == p.Second).Count();
        return $"'{a[at..Math.Min(a.Length, at + 80)]}' then '{b[at..Math.Min(b.Length, at + 80)]}'";
    }
}
