using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Core.Runs;
using SQLitePCL;

namespace Orchestrator.Engine.Journal;

/// <summary>
/// Reads the facts of a repository's runs, beside whoever writes them. Speaks to SQLite directly: setting up a
/// connection of the database framework would be a good part of the time that <c>status</c> takes.
/// </summary>
public sealed class JournalReader : IDisposable
{
    /// <summary>What SQLite calls the file that undoes a change; there is one only while the journal is being made.</summary>
    internal const string Rollback = "-journal";

    /// <summary>What SQLite calls the file that takes what is appended, before it goes into the journal's own.</summary>
    internal const string Log = "-wal";

    /// <summary>What is wrong with a hollow journal.</summary>
    internal const string Hollow = "its file is empty, its log is not";

    private const int BusyMilliseconds = 10_000;

    private readonly sqlite3 _database;

    private JournalReader(sqlite3 database) => _database = database;

    /// <summary>Opens the journal; null when there is none yet.</summary>
    /// <exception cref="JournalException">It was made by a newer version, or it is damaged.</exception>
    public static JournalReader? Open(string path)
    {
        if (!File.Exists(path) || File.Exists(path + Rollback))
        {
            return null;
        }

        if (IsHollow(path))
        {
            throw new JournalException(JournalTrouble.Damaged, $"The journal cannot be read: {Hollow}");
        }

        NativeSqlite.Prepare();
        var opened = raw.sqlite3_open_v2(path, out var database, raw.SQLITE_OPEN_READONLY, null);
        var reader = new JournalReader(database);
        try
        {
            reader.Check(opened);
            raw.sqlite3_busy_timeout(database, BusyMilliseconds);
            if (reader.KnownVersion() > 0)
            {
                return reader;
            }

            reader.Dispose(); // the writer is just making it
            return null;
        }
        catch (JournalException)
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether the file is empty beside a log that holds facts. SQLite deletes that log at the first look, even one that
    /// only reads, and takes a file of one byte for an empty one.
    /// </summary>
    internal static bool IsHollow(string path) => new FileInfo(path) is { Exists: true, Length: <= 1 } && File.Exists(path + Log);

    /// <summary>What a journal held that is not there any more, as a sentence; null when none was there, or when it still is.</summary>
    public static string? Missing(string path) => !File.Exists(path) && JournalWitness.Read(path) is { } head
        ? string.Create(CultureInfo.InvariantCulture, $"The journal is gone; it held {head.Number} facts of run {head.Run}. 'orchestrator run' goes on with what git knows.")
        : null;

    /// <summary>
    /// A text that is another one once something was added to the journal: for whoever looks often and would read it in
    /// vain. The witness names the last fact; where a full disk costs it, the log still grows.
    /// </summary>
    public static string StampOf(string path)
    {
        var log = new FileInfo(path + Log);
        return string.Create(CultureInfo.InvariantCulture, $"{JournalWitness.Read(path)} {(log.Exists ? log.Length : 0)} {(log.Exists ? log.LastWriteTimeUtc.Ticks : 0)}");
    }

    /// <summary>The latest run; null when there is none.</summary>
    public RunId? LatestRun()
    {
        RunId? latest = null;
        ForEach("SELECT id FROM run ORDER BY number DESC LIMIT 1", null, row => latest = IdOf(row));
        return latest;
    }

    /// <summary>All runs, the earliest first.</summary>
    public IReadOnlyList<RunId> Runs()
    {
        var runs = new List<RunId>();
        ForEach("SELECT id FROM run ORDER BY number", null, row => runs.Add(IdOf(row)));
        return runs;
    }

    /// <summary>The facts of a run in the order of their appending.</summary>
    /// <exception cref="JournalException">A fact is not as it was written; nothing is guessed.</exception>
    public IReadOnlyList<Entry> Read(RunId run)
    {
        var (entries, broken) = ReadIntact(run);
        return broken is null && entries.Count == 0 && Runs().Contains(run)
            ? throw new JournalException(JournalTrouble.Damaged, $"Run {run} has no fact.")
            : broken is null ? entries : throw broken;
    }

    /// <summary>The facts of a run up to the first that is not as it was written, and what is wrong with that.</summary>
    internal (List<Entry> Entries, JournalException? Broken) ReadIntact(RunId run)
    {
        var entries = new List<Entry>();
        var sum = JournalChain.Begin(run.Value);
        try
        {
            ForEach("SELECT at, name, body, seq, sum FROM fact WHERE run = (SELECT number FROM run WHERE id = ?) ORDER BY seq", run.Value, row =>
            {
                try
                {
                    var at = raw.sqlite3_column_int64(row, 0);
                    var name = raw.sqlite3_column_blob(row, 1);
                    var body = raw.sqlite3_column_blob(row, 2);
                    sum = JournalChain.Next(sum, raw.sqlite3_column_int64(row, 3), at, name, body);
                    if (sum != raw.sqlite3_column_int64(row, 4) || raw.sqlite3_column_int64(row, 3) != entries.Count + 1)
                    {
                        throw new FormatException("it does not follow from the one before");
                    }

                    entries.Add(new Entry(EventCodec.Read(Encoding.UTF8.GetString(name), body), DateTimeOffset.FromUnixTimeMilliseconds(at)));
                }
                catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException or OverflowException)
                {
                    throw new JournalException(JournalTrouble.Damaged, string.Create(CultureInfo.InvariantCulture, $"Fact {entries.Count + 1} of run {run} cannot be read: {e.Message}"), e);
                }
            });
            return (entries, null);
        }
        catch (JournalException e) when (e.Trouble == JournalTrouble.Damaged)
        {
            return (entries, e);
        }
    }

    /// <summary>Looks at what no chain covers: the tree of pages, and facts that no run owns.</summary>
    /// <exception cref="JournalException">Something is wrong.</exception>
    internal void CheckStructure()
    {
        var wrong = new List<string>();
        ForEach("PRAGMA quick_check(3)", null, row => wrong.Add(raw.sqlite3_column_text(row, 0).utf8_to_string()));
        ForEach("SELECT 'facts that belong to no run' FROM fact WHERE run NOT IN (SELECT number FROM run) LIMIT 1", null, row => wrong.Add(raw.sqlite3_column_text(row, 0).utf8_to_string()));
        if (wrong is not ["ok"])
        {
            throw new JournalException(JournalTrouble.Damaged, $"The journal's file is broken: {string.Join("; ", wrong.Where(w => w != "ok")).ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Whether <see cref="CheckStructure"/> finds nothing.</summary>
    internal bool IsSound()
    {
        try
        {
            CheckStructure();
            return true;
        }
        catch (JournalException)
        {
            return false;
        }
    }

    /// <summary>Whether the fact that a witness saw is there.</summary>
    internal bool Holds(WitnessedHead head)
    {
        var holds = false;
        ForEach("SELECT seq, sum FROM fact WHERE run = (SELECT number FROM run WHERE id = ?)", head.Run, row => holds |= raw.sqlite3_column_int64(row, 0) == head.Number && raw.sqlite3_column_int64(row, 1) == head.Sum);
        return holds;
    }

    private static RunId IdOf(sqlite3_stmt row) =>
        raw.sqlite3_column_text(row, 0).utf8_to_string() is { Length: > 0 } id ? new RunId(id) : throw new JournalException(JournalTrouble.Damaged, "A run has no name.");

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    /// <summary>The format; 0 for a journal that is only just being made.</summary>
    private long KnownVersion()
    {
        long version = 0, tables = 0;
        ForEach("PRAGMA user_version", null, row => version = raw.sqlite3_column_int64(row, 0));
        if (version is RunJournal.Version)
        {
            return version;
        }

        ForEach("SELECT COUNT(*) FROM sqlite_master", null, row => tables = raw.sqlite3_column_int64(row, 0));
        return version == 0 && tables == 0 ? 0
            : version > RunJournal.Version ? throw new JournalException(JournalTrouble.Newer, string.Create(CultureInfo.InvariantCulture, $"The journal has format {version}, this program knows {RunJournal.Version}."))
            : throw new JournalException(JournalTrouble.Damaged, string.Create(CultureInfo.InvariantCulture, $"The journal has format {version}, which this program never wrote."));
    }

    private void ForEach(string sql, string? parameter, Action<sqlite3_stmt> take)
    {
        Check(raw.sqlite3_prepare_v2(_database, sql, out var statement));
        using (statement)
        {
            if (parameter is not null)
            {
                Check(raw.sqlite3_bind_text(statement, 1, Encoding.UTF8.GetBytes(parameter)));
            }

            int step;
            while ((step = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                take(statement);
            }

            Check(step == raw.SQLITE_DONE ? raw.SQLITE_OK : step);
        }
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new JournalException(JournalException.TroubleOf(result), $"The journal cannot be read: {raw.sqlite3_errmsg(_database).utf8_to_string()}");
        }
    }
}
