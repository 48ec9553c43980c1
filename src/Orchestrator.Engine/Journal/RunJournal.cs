using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Journal;

/// <summary>A fact with the time at which it was journalled.</summary>
public readonly record struct Entry(Event Fact, DateTimeOffset At);

/// <summary>
/// The append-only facts of all runs of a repository: SQLite in WAL mode, every append on disk before it returns.
/// One process writes, the holder of the lease; any number may read meanwhile.
/// </summary>
public sealed class RunJournal : IDisposable
{
    /// <summary>The format that this program writes.</summary>
    internal const int Version = 2;

    private readonly string _path;
    private readonly Dictionary<string, (long Number, long Sum)> _ends = new(StringComparer.Ordinal);
    private SqliteConnection? _connection;
    private JournalReader? _reader;

    private RunJournal(string path) => _path = path;

    /// <summary>What was mended when it was opened, as a sentence that names where the damaged one is kept; null when it was sound.</summary>
    public string? Mended { get; private init; }

    /// <summary>
    /// Opens the journal to write, and makes it when there is none. A damaged one is kept aside, and what is intact
    /// in it is taken over; runs that are not whole are given up, because git knows better what became of them.
    /// </summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="at">Now, for the name of what is kept aside.</param>
    /// <exception cref="JournalException">It was made by a newer version, or the disk refuses.</exception>
    public static RunJournal OpenToWrite(string path, DateTimeOffset at)
    {
        var mended = JournalRepair.DamageOf(path) is { } damage ? JournalRepair.Mend(path, damage, at) : null;
        return Open(path, mended);
    }

    /// <summary>Lets SQLite undo what was begun when a former life ended. What it cannot undo shows when the journal is read.</summary>
    internal static void Settle(string path)
    {
        try
        {
            NativeSqlite.Prepare();
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
            connection.Open();
            Do(connection, "SELECT COUNT(*) FROM sqlite_master");
        }
        catch (SqliteException)
        {
            // It is damaged, then, and is treated so.
        }
    }

    /// <summary>Opens it as it is.</summary>
    internal static RunJournal Open(string path, string? mended = null)
    {
        var journal = new RunJournal(path) { Mended = mended };
        try
        {
            journal.Connect();
            return journal;
        }
        catch (SqliteException e)
        {
            journal.Dispose();
            throw journal.Trouble(e);
        }
    }

    /// <summary>Reads what is written so far.</summary>
    public JournalReader Reader => _reader ??= JournalReader.Open(_path) ?? throw new JournalException(JournalTrouble.Damaged, "The journal is gone.");

    /// <summary>
    /// Appends facts, all or none. They are on disk when this returns. After a refusal the same facts may be given
    /// again, even if they came through and only the answer was lost.
    /// </summary>
    /// <exception cref="JournalException">The disk refuses, or somebody deleted the journal; nothing may follow from these facts yet.</exception>
    public void Append(RunId run, IReadOnlyList<Entry> entries)
    {
        if (_connection is not null && !File.Exists(_path))
        {
            // The open file would still take what is written, and lose it with our end.
            throw new JournalException(JournalTrouble.Damaged, $"The journal {_path} was deleted while it was in use.");
        }

        var rows = Chain(run, entries);
        try
        {
            var connection = Connect();
            if (!IsThere(connection, run, rows[^1]))
            {
                Insert(connection, run, rows);
            }
        }
        catch (SqliteException e)
        {
            // After an error of the disk nobody knows what the connection thinks: the next try takes a new one.
            _connection?.Dispose();
            _connection = null;
            throw Trouble(e);
        }

        _ends[run.Value] = (rows[^1].Number, rows[^1].Sum);
        JournalWitness.Write(_path, new WitnessedHead(run.Value, rows[^1].Number, rows[^1].Sum));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader?.Dispose();
        _connection?.Dispose();
    }

    private readonly record struct Row(long Number, long At, string Name, string Body, long Sum);

    private List<Row> Chain(RunId run, IReadOnlyList<Entry> entries)
    {
        var (number, sum) = _ends.TryGetValue(run.Value, out var end) ? end : EndOf(run);
        var rows = new List<Row>(entries.Count);
        foreach (var entry in entries)
        {
            var (at, name, body) = (entry.At.ToUnixTimeMilliseconds(), JournalNames.Of(entry.Fact), EventCodec.Write(entry.Fact));
            sum = JournalChain.Next(sum, ++number, at, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(body));
            rows.Add(new Row(number, at, name, body, sum));
        }

        return rows;
    }

    private (long Number, long Sum) EndOf(RunId run)
    {
        try
        {
            using var command = Connect().CreateCommand();
            command.CommandText = "SELECT seq, sum FROM fact WHERE run = (SELECT number FROM run WHERE id = $run) ORDER BY seq DESC LIMIT 1";
            command.Parameters.AddWithValue("$run", run.Value);
            using var row = command.ExecuteReader();
            return row.Read() ? (row.GetInt64(0), row.GetInt64(1)) : (0, JournalChain.Begin(run.Value));
        }
        catch (SqliteException e)
        {
            throw Trouble(e);
        }
    }

    private static bool IsThere(SqliteConnection connection, RunId run, Row last)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sum FROM fact WHERE run = (SELECT number FROM run WHERE id = $run) AND seq = $seq";
        command.Parameters.AddWithValue("$run", run.Value);
        command.Parameters.AddWithValue("$seq", last.Number);
        return command.ExecuteScalar() is long sum && sum == last.Sum;
    }

    private static void Insert(SqliteConnection connection, RunId run, List<Row> rows)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT OR IGNORE INTO run (id) VALUES ($run);
            INSERT INTO fact (run, seq, at, name, body, sum) SELECT number, $seq, $at, $name, $body, $sum FROM run WHERE id = $run;
            """;
        command.Parameters.AddWithValue("$run", run.Value);
        var seq = command.Parameters.Add("$seq", SqliteType.Integer);
        var at = command.Parameters.Add("$at", SqliteType.Integer);
        var name = command.Parameters.Add("$name", SqliteType.Text);
        var body = command.Parameters.Add("$body", SqliteType.Text);
        var sum = command.Parameters.Add("$sum", SqliteType.Integer);
        foreach (var row in rows)
        {
            (seq.Value, at.Value, name.Value, body.Value, sum.Value) = (row.Number, row.At, row.Name, row.Body, row.Sum);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private SqliteConnection Connect()
    {
        if (_connection is { } known)
        {
            return known;
        }

        NativeSqlite.Prepare();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, DefaultTimeout = 10 }.ConnectionString);
        try
        {
            connection.Open();
            Do(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=200;");
            if (Version != Convert.ToInt64(Do(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture))
            {
                Do(connection, $"""
                    BEGIN;
                    CREATE TABLE run (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
                    CREATE TABLE fact (run INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;
                    PRAGMA user_version = {Version};
                    COMMIT;
                    """);
            }

            return _connection = connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    private JournalException Trouble(SqliteException e) => new(JournalException.TroubleOf(e.SqliteErrorCode), $"The journal {_path} cannot be used: {e.Message}", e);

    private static object? Do(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
