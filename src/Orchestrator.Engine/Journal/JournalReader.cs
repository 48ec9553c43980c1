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
    private const int BusyMilliseconds = 10_000;

    private readonly sqlite3 _database;

    private JournalReader(sqlite3 database) => _database = database;

    /// <summary>Opens the journal; null when there is none yet.</summary>
    /// <exception cref="JournalException">It was made by a newer version, or it is damaged.</exception>
    public static JournalReader? Open(string path)
    {
        if (!File.Exists(path))
        {
            return null;
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

    /// <summary>The latest run; null when there is none.</summary>
    public RunId? LatestRun()
    {
        RunId? latest = null;
        ForEach("SELECT id FROM run ORDER BY number DESC LIMIT 1", null, row => latest = new RunId(raw.sqlite3_column_text(row, 0).utf8_to_string()));
        return latest;
    }

    /// <summary>All runs, the earliest first.</summary>
    public IReadOnlyList<RunId> Runs()
    {
        var runs = new List<RunId>();
        ForEach("SELECT id FROM run ORDER BY number", null, row => runs.Add(new RunId(raw.sqlite3_column_text(row, 0).utf8_to_string())));
        return runs;
    }

    /// <summary>The facts of a run in the order of their appending.</summary>
    /// <exception cref="JournalException">A fact cannot be read; nothing is guessed.</exception>
    public IReadOnlyList<Entry> Read(RunId run)
    {
        var entries = new List<Entry>();
        ForEach("SELECT at, name, body FROM fact WHERE run = (SELECT number FROM run WHERE id = ?) ORDER BY seq", run.Value, row =>
        {
            try
            {
                var fact = EventCodec.Read(raw.sqlite3_column_text(row, 1).utf8_to_string(), raw.sqlite3_column_blob(row, 2));
                entries.Add(new Entry(fact, DateTimeOffset.FromUnixTimeMilliseconds(raw.sqlite3_column_int64(row, 0))));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
            {
                throw new JournalException(string.Create(CultureInfo.InvariantCulture, $"Fact {entries.Count + 1} of run {run} cannot be read: {e.Message}"), e);
            }
        });
        return entries;
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    private long KnownVersion()
    {
        long version = 0;
        ForEach("PRAGMA user_version", null, row => version = raw.sqlite3_column_int64(row, 0));
        return version <= RunJournal.Version ? version : throw new JournalException($"The journal has format {version}, this program knows {RunJournal.Version}.");
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
            throw new JournalException($"The journal cannot be read: {raw.sqlite3_errmsg(_database).utf8_to_string()}");
        }
    }
}
