using System.Collections.Concurrent;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// What is known of indexes of git's, so that it need not be asked again: which commit's files one has, as long as nobody
/// wrote it, and whether its worktree holds these files and nothing else, as long as nobody was at work in that.
/// </summary>
internal sealed class IndexNotes
{
    /// <summary>What is known of one.</summary>
    /// <param name="Commit">The commit whose files it has.</param>
    /// <param name="Stamp">How its file looked then.</param>
    /// <param name="Started">How many processes of ours had been started in its worktree when that held just these files; null when it was not seen.</param>
    private sealed record Note(string Commit, (DateTime, long)? Stamp, long? Started);

    private readonly ConcurrentDictionary<string, Note> _notes = new(StringComparer.Ordinal);

    /// <summary>Takes in that an index has the files of a commit, as it was just written.</summary>
    /// <param name="index">The index.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="whole">A worktree that holds these files and nothing else, and in which nobody is at work; null when that is not known.</param>
    public void Take(string index, string commit, string? whole = null) =>
        _notes[index] = new Note(commit, StampOf(index), whole is null ? null : OurProcesses.StartedIn(whole));

    /// <summary>The commit whose files an index is known to have; null when it is not known, or was written since.</summary>
    public string? CommitOf(string index) => Known(index)?.Commit;

    /// <summary>Whether a worktree was seen to hold what its index has and nothing else, and nobody of ours was at work in it since.</summary>
    public bool IsWhole(string index, string worktree) => Known(index)?.Started == OurProcesses.StartedIn(worktree);

    private Note? Known(string index) => _notes.TryGetValue(index, out var note) && note.Stamp is not null && note.Stamp == StampOf(index) ? note : null;

    private static (DateTime, long)? StampOf(string index) => new FileInfo(index) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : null;
}
