using System.Globalization;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Journal;

/// <summary>
/// A real journal, cut off at every length and with every byte changed. Either all facts are read as they were written;
/// or the damage is said, the damaged files are kept aside, and what is taken over is intact; or nothing is touched.
/// </summary>
public sealed class JournalDamageTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly RunId First = new("20261122-230000-000001"), Last = new("20261123-001522-a1b2c3");
    private static readonly bool All = Environment.GetEnvironmentVariable("ORCHESTRATOR_ALL_POINTS") == "1";

    private readonly TempFolder _folder = new(quick: true);
    private readonly Dictionary<RunId, List<Entry>> _written = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("journal.db", true)]
    [InlineData("journal.db-wal", true)]
    [InlineData("journal.db", false)]
    public void Cut_off_anywhere_nothing_is_guessed(string part, bool killed)
    {
        var original = Make(killed);
        ForEach(original[part].Length, (files, at) => files[part] = original[part][..at], original);
    }

    [Theory]
    [InlineData("journal.db", true)]
    [InlineData("journal.db-wal", true)]
    [InlineData("journal.db", false)]
    [InlineData("journal.head", false)]
    public void With_any_byte_changed_nothing_is_guessed(string part, bool killed)
    {
        var original = Make(killed);
        ForEach(original[part].Length, (files, at) =>
        {
            files[part] = (byte[])original[part].Clone();
            files[part][at] ^= (byte)(1 << (at % 8));
        }, original);
    }

    [Fact]
    public void A_row_that_led_past_the_end_of_an_earlier_run_does_not_make_that_run_whole()
    {
        var original = Make(killed: false);
        original["journal.db"][12298] ^= 1 << 2; // in the list of cells: a fact of the first run became one of the last
        var (problem, journal) = Open(original, "x");
        Assert.Contains("kept in", problem, StringComparison.Ordinal);
        Check(problem, journal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)] // SQLite takes a file of one byte for an empty one, and deletes its log
    public void The_log_of_a_hollow_file_is_kept(int length)
    {
        var original = Make(killed: true);
        original["journal.db"] = original["journal.db"][..length];
        var folder = _folder.In("looked-at");
        Directory.CreateDirectory(folder);
        foreach (var (file, bytes) in original)
        {
            File.WriteAllBytes(Path.Combine(folder, file), bytes);
        }

        var damage = Assert.Throws<JournalException>(() => JournalReader.Open(Path.Combine(folder, "journal.db")));
        Assert.Equal(JournalTrouble.Damaged, damage.Trouble);
        Assert.All(original, f => Assert.Equal(f.Value, File.ReadAllBytes(Path.Combine(folder, f.Key)))); // a mere look

        var (problem, journal) = Open(original, "x");
        Assert.Contains("its log is not", problem, StringComparison.Ordinal);
        Assert.Empty(journal);
    }

    [Fact]
    public void A_file_that_is_no_journal_is_kept_aside()
    {
        var (problem, journal) = Open(new() { ["journal.db"] = new byte[10_000] }, "x");
        Assert.Contains("kept in", problem, StringComparison.Ordinal);
        Assert.Empty(journal);
    }

    [Fact]
    public void A_journal_that_is_gone_is_missed()
    {
        var original = Make(killed: false);
        original.Remove("journal.db");
        var (problem, journal) = Open(original, "x");
        Assert.Contains("it is gone, and held", problem, StringComparison.Ordinal);
        Assert.Empty(journal);
    }

    [Fact]
    public void A_run_that_is_not_whole_is_given_up_and_the_others_stay_as_they_are()
    {
        var original = Make(killed: false);
        var text = System.Text.Encoding.Latin1.GetString(original["journal.db"]);
        var at = text.LastIndexOf("commit-5", StringComparison.Ordinal);
        original["journal.db"][at] = (byte)'X';

        var (problem, journal) = Open(original, "x");

        Assert.Contains("given up", problem, StringComparison.Ordinal);
        Assert.Equal(_written[First], journal[First]);
        Assert.IsType<Event.Abandoned>(journal[Last][^1].Fact);
        Assert.Equal(_written[Last][..(journal[Last].Count - 1)], journal[Last].SkipLast(1));
    }

    /// <summary>The files of a journal of two runs, as a closed program or as a killed one leaves them.</summary>
    private Dictionary<string, byte[]> Make(bool killed)
    {
        var path = Path.Combine(_folder.In("made"), "journal.db");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _written.Clear();
        using var journal = RunJournal.OpenToWrite(path, Noon);
        foreach (var (run, facts) in new[] { (First, 3), (Last, 9) })
        {
            _written[run] = [new Entry(Samples.Start with { Run = run }, Noon)];
            journal.Append(run, _written[run]);
            for (var i = 1; i <= facts; i++)
            {
                var entry = new Entry(new Event.WorkCommitted(new Ticket(i), string.Create(CultureInfo.InvariantCulture, $"commit-{i}"), i), Noon.AddSeconds(i));
                journal.Append(run, [entry]);
                _written[run].Add(entry);
            }
        }

        if (!killed)
        {
            journal.Dispose();
        }

        return Directory.GetFiles(Path.GetDirectoryName(path)!).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal)).ToDictionary(f => Path.GetFileName(f), Shared);
    }

    private static byte[] Shared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void ForEach(int length, Action<Dictionary<string, byte[]>, int> damage, Dictionary<string, byte[]> original)
    {
        var step = All ? 1 : 1 + (length / 1200); // './build soak' takes every byte
        var points = Enumerable.Range(0, (length + step - 1) / step).Select(i => i * step);
        Parallel.ForEach(points, new ParallelOptions { MaxDegreeOfParallelism = 2 }, at =>
        {
            var files = new Dictionary<string, byte[]>(original);
            damage(files, at);
            try
            {
                var (problem, journal) = Open(files, string.Create(CultureInfo.InvariantCulture, $"at-{at}"));
                Check(problem, journal);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"at byte {at} of {length}: {e.Message}", e);
            }
        });
    }

    private void Check(string? problem, Dictionary<RunId, IReadOnlyList<Entry>> journal)
    {
        foreach (var (run, entries) in journal)
        {
            var intact = problem is not null && entries is [.., { Fact: Event.Abandoned }] ? entries.SkipLast(1).ToList() : entries;
            Assert.Equal(_written[run].Take(intact.Count), intact);
            Assert.True(intact.Count == entries.Count - 1 || intact.Count == _written[run].Count, $"{run} goes on although it has lost facts");
        }

        Assert.True(problem is not null || journal.Count == 2, "a run is lost in silence");
    }

    /// <summary>Opens a damaged journal as a start of the program would; tells what it said, and what is in it now.</summary>
    private (string? Problem, Dictionary<RunId, IReadOnlyList<Entry>> Journal) Open(Dictionary<string, byte[]> files, string name)
    {
        var folder = _folder.In(name);
        Directory.CreateDirectory(folder);
        foreach (var (file, bytes) in files)
        {
            File.WriteAllBytes(Path.Combine(folder, file), bytes);
        }

        var found = new Dictionary<RunId, IReadOnlyList<Entry>>();
        string? problem;
        try
        {
            using var journal = RunJournal.OpenToWrite(Path.Combine(folder, "journal.db"), Noon);
            problem = journal.Mended;
            foreach (var run in journal.Reader.Runs())
            {
                found[run] = journal.Reader.Read(run);
            }

            journal.Append(new RunId("next"), [new Entry(Samples.Start, Noon)]); // it can be written
        }
        catch (JournalException e) when (e.Trouble != JournalTrouble.Damaged)
        {
            problem = e.Message;
            Assert.All(files, f => Assert.Equal(f.Value, File.ReadAllBytes(Path.Combine(folder, f.Key)))); // stopped: left as it is
        }

        if (problem?.Contains("kept in", StringComparison.Ordinal) == true)
        {
            var aside = Assert.Single(Directory.GetDirectories(folder, "journal.damaged-*"));
            Assert.All(files, f => Assert.Equal(f.Value, File.ReadAllBytes(Path.Combine(aside, f.Key))));
        }

        Directory.Delete(folder, recursive: true);
        return (problem, found);
    }
}
