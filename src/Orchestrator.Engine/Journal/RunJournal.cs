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
    internal const int Version = 1;

    private readonly SqliteConnection _connection;
    private JournalReader? _reader;

    private RunJournal(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the journal to write, and makes it when there is none.</summary>
    /// <exception cref="JournalException">It was made by a newer version, or it is damaged.</exception>
    public static RunJournal OpenToWrite(string path)
    {
        var journal = new RunJournal(Open(path));
        try
        {
            journal.Do("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=200;");
            if (journal.KnownVersion() == 0)
            {
                journal.Do($"""
                    BEGIN;
                    CREATE TABLE IF NOT EXISTS run (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
                    CREATE TABLE IF NOT EXISTS fact (run INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;
                    PRAGMA user_version = {Version};
                    COMMIT;
                    """);
            }

            return journal;
        }
        catch (Exception e) when (e is SqliteException or JournalException)
        {
            journal.Dispose();
            throw e as JournalException ?? new JournalException($"The journal {path} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Reads what is written so far.</summary>
    public JournalReader Reader => _reader ??= JournalReader.Open(_connection.DataSource) ?? throw new JournalException("The journal is gone.");

    /// <summary>Appends facts, all or none. They are on disk when this returns.</summary>
    public void Append(RunId run, IReadOnlyList<Entry> entries)
    {
        using var transaction = _connection.BeginTransaction();
        using var command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT OR IGNORE INTO run (id) VALUES ($run);
            INSERT INTO fact (run, seq, at, name, body)
            SELECT number, (SELECT COALESCE(MAX(seq), 0) + 1 FROM fact WHERE run = number), $at, $name, $body FROM run WHERE id = $run;
            """;
        command.Parameters.AddWithValue("$run", run.Value);
        var at = command.Parameters.Add("$at", SqliteType.Integer);
        var name = command.Parameters.Add("$name", SqliteType.Text);
        var body = command.Parameters.Add("$body", SqliteType.Text);
        foreach (var entry in entries)
        {
            at.Value = entry.At.ToUnixTimeMilliseconds();
            name.Value = JournalNames.Of(entry.Fact);
            body.Value = EventCodec.Write(entry.Fact);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader?.Dispose();
        _connection.Dispose();
    }

    private static SqliteConnection Open(string path)
    {
        try
        {
            NativeSqlite.Prepare();
            var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, DefaultTimeout = 10 }.ConnectionString);
            connection.Open();
            return connection;
        }
        catch (SqliteException e)
        {
            throw new JournalException($"The journal {path} cannot be opened: {e.Message}", e);
        }
    }

    private long KnownVersion()
    {
        var version = Ask<long>("PRAGMA user_version");
        return version <= Version ? version : throw new JournalException($"The journal has format {version}, this program knows {Version}.");
    }

    private void Do(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private T? Ask<T>(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is T value ? value : default;
    }
}

/// <summary>The journal cannot be used. It is never started empty over an existing one.</summary>
public sealed class JournalException(string message, Exception? inner = null) : Exception(message, inner);
