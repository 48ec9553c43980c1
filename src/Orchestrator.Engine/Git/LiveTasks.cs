namespace Orchestrator.Engine.Git;

/// <summary>
/// The live copy of TASKS.md in the user's checkout. It is ahead of what is committed, so before a fast-forward it
/// is set aside, durably, and afterwards laid back. The user's own text in it, committed or not, survives byte for
/// byte.
/// </summary>
public sealed class LiveTasks(RepositoryPlaces places)
{
    private readonly Lock _lock = new();
    private string? _part;

    private string Aside => Path.Combine(places.State, "tasks.aside");

    private string Committed => Path.Combine(places.State, "tasks.committed");

    /// <summary>Writes our part into the live copy; nothing is written when it says that already.</summary>
    public void Show(string part)
    {
        lock (_lock)
        {
            _part = part;
            if (!File.Exists(Aside))
            {
                Write(TasksBytes.Splice(Read(places.Tasks), part));
            }
        }
    }

    /// <summary>Writes our part in the place of a former one; where there is none, the user took it out.</summary>
    public void Correct(string part)
    {
        lock (_lock)
        {
            if (Read(places.Tasks) is { } live && TasksBytes.Part(live) is not null)
            {
                Write(TasksBytes.Splice(live, part));
            }
        }
    }

    /// <summary>Gives the checkout what its index has, so that git sees no change that a fast-forward would overwrite.</summary>
    public async Task SetAsideAsync(Repository repository, CancellationToken cancellation)
    {
        Restore(); // a former life may have left one
        var shown = await ShownAsync(repository, cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            if (Read(places.Tasks) is not { } live || (shown is not null && live.AsSpan().SequenceEqual(shown)))
            {
                return;
            }

            if (shown is not null)
            {
                File.WriteAllBytes(Committed, shown);
            }
            else
            {
                File.Delete(Committed);
            }

            File.WriteAllBytes(Aside + ".new", live);
            File.Move(Aside + ".new", Aside, overwrite: true);
            if (shown is not null)
            {
                Write(shown);
            }
            else
            {
                File.Delete(places.Tasks);
            }
        }
    }

    /// <summary>
    /// At the end of a run whose work is not on the user's branch yet: makes way for the user's own merge, where nothing
    /// but our part would be in it.
    /// </summary>
    public async Task StepAsideAsync(Repository repository, CancellationToken cancellation)
    {
        var committed = await ShownAsync(repository, cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            if (Read(places.Tasks) is not { } live || !TasksBytes.SameOutside(live, committed) || File.Exists(Aside))
            {
                return;
            }

            if (committed is not null)
            {
                Write(committed);
            }
            else
            {
                File.Delete(places.Tasks);
            }
        }
    }

    /// <summary>
    /// Lays it back after a fast-forward, or after a crash between the two. Where the user had changed the text
    /// around our part, that text stays; else the newly committed one does.
    /// </summary>
    public void Restore()
    {
        lock (_lock)
        {
            if (Read(Aside) is not { } aside)
            {
                return;
            }

            var part = _part ?? TasksBytes.Part(aside);
            var current = TasksBytes.SameOutside(aside, Read(Committed)) ? Read(places.Tasks) : aside;
            Write(part is null ? aside : TasksBytes.Splice(current, part));
            File.Delete(Aside);
            File.Delete(Committed);
        }
    }

    /// <summary>The file as the checkout's index has it; null when it has none.</summary>
    private async Task<byte[]?> ShownAsync(Repository repository, CancellationToken cancellation)
    {
        if (repository.Indexes.CommitOf(Path.Combine(places.CommonDir, "index")) is { } commit)
        {
            var objects = repository.Objects;
            var entries = await objects.EntriesAsync(await objects.TreeOfAsync(commit, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            var entry = entries.FirstOrDefault(e => e.Name == RepositoryPlaces.TasksName);
            return entry.IsFile ? await objects.ReadAsync("blob", entry.Id, cancellation).ConfigureAwait(false) : null;
        }

        var shown = await repository.Git.TryAsync(places.CommonDir, ["cat-file", "blob", ":TASKS.md"], cancellation).ConfigureAwait(false);
        return shown.Succeeded ? shown.Output : null;
    }

    private static byte[]? Read(string path) => File.Exists(path) && new FileInfo(path).LinkTarget is null ? File.ReadAllBytes(path) : null;

    private void Write(byte[] content)
    {
        if (Directory.Exists(places.Tasks) || new FileInfo(places.Tasks).LinkTarget is not null)
        {
            return; // a folder or a link of that name is the user's affair
        }

        if (Read(places.Tasks) is not { } now || !now.AsSpan().SequenceEqual(content))
        {
            var draft = Path.Combine(places.State, "tasks.new"); // a half-written list must never be seen
            File.WriteAllBytes(draft, content);
            if (!OperatingSystem.IsWindows() && File.Exists(places.Tasks))
            {
                File.SetUnixFileMode(draft, File.GetUnixFileMode(places.Tasks)); // a changed mode would stand in the way of a fast-forward
            }

            File.Move(draft, places.Tasks, overwrite: true);
        }
    }
}
