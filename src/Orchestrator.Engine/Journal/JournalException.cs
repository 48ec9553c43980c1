using SQLitePCL;

namespace Orchestrator.Engine.Journal;

/// <summary>Why the journal cannot be used.</summary>
public enum JournalTrouble
{
    /// <summary>Its content is not what was written. It is never started empty over an existing one.</summary>
    Damaged,

    /// <summary>A newer version of the program made it.</summary>
    Newer,

    /// <summary>The disk or the system refuses at the moment: full, read-only, out of files. Trying again may help.</summary>
    Refused,
}

/// <summary>The journal cannot be used.</summary>
public sealed class JournalException(JournalTrouble trouble, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public JournalTrouble Trouble { get; } = trouble;

    /// <summary>What an SQLite result code means for us. What is no trouble of the surroundings is taken for damage.</summary>
    internal static JournalTrouble TroubleOf(int code) => (code & 0xff) switch
    {
        raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_NOMEM or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PERM => JournalTrouble.Refused,
        _ => JournalTrouble.Damaged,
    };
}
