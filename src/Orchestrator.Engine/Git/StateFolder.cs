using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>Makes the folders of ours and keeps them out of the user's git, without touching their .gitignore. Idempotent.</summary>
public static class StateFolder
{
    private static readonly string[] Excluded = ["/.orchestrator/", "/.worktree/"];

    /// <summary>Makes sure that state folder, trusted config, shadow repository and exclusions are there.</summary>
    /// <param name="repository">Where.</param>
    /// <param name="logs">The log folder, if it lies in the checkout.</param>
    /// <param name="cancellation">Stops in between; a second call finishes it.</param>
    public static async Task EnsureAsync(Repository repository, string? logs, CancellationToken cancellation)
    {
        var places = repository.Places;
        foreach (var folder in new[] { places.State, Path.Combine(places.State, "home"), Path.Combine(places.State, "runs"), places.Worktrees })
        {
            MakePrivate(folder);
        }

        WriteIfOther(Path.Combine(places.State, "gitconfig"), repository.Git.TrustedConfigText);
        Exclude(places, logs);
        await EnsureShadowAsync(repository, cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes no more than the state folder, kept out of the user's git: for what works beside a run.</summary>
    public static void EnsureHidden(RepositoryPlaces places)
    {
        MakePrivate(places.State);
        Exclude(places, null);
    }

    /// <summary>Makes the shadow again when somebody deleted it in the midst of a run.</summary>
    public static Task HealAsync(Repository repository, CancellationToken cancellation) =>
        !Directory.Exists(repository.Places.State) || File.Exists(Path.Combine(repository.Places.Shadow, "objects", "info", "alternates")) ? Task.CompletedTask : EnsureShadowAsync(repository, cancellation);

    /// <summary>A folder that only its owner can enter.</summary>
    public static void MakePrivate(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">Where.</param>
    /// <param name="text">What.</param>
    /// <param name="durable">False for what can be made again: then it may be gone after a loss of power.</param>
    public static void WriteWhole(string path, string text, bool durable = true)
    {
        var draft = path + ".new";
        using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: durable);
        }

        File.Move(draft, path, overwrite: true);
    }

    private static void WriteIfOther(string path, string text)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            WriteWhole(path, text);
        }
    }

    private static void Exclude(RepositoryPlaces places, string? logs)
    {
        var wanted = Excluded.ToList();
        if (logs is not null && Path.GetRelativePath(places.Root, logs) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(relative))
        {
            var folder = relative.Replace('\\', '/');
            wanted.Add($"/{folder}/orchestrator_*.log");
            wanted.Add($"/{folder}/metrics.json");
            wanted.Add($"/{folder}/metrics.json.new"); // its draft, which a full disk may leave
            wanted.Add($"/{folder}/report.html");
            wanted.Add($"/{folder}/report.html.new");
        }

        var info = Path.Combine(places.CommonDir, "info");
        var file = Path.Combine(info, "exclude");
        var text = File.Exists(file) ? File.ReadAllText(file) : "";
        var missing = wanted.Except(text.Split('\n').Select(line => line.Trim())).ToList();
        if (missing.Count > 0)
        {
            Directory.CreateDirectory(info);
            var gap = text.Length == 0 || text.EndsWith('\n') ? "" : "\n";
            WriteWhole(file, $"{text}{gap}{string.Join('\n', missing)}\n");
        }
    }

    /// <summary>
    /// The shadow sees the user's objects and where their history is cut off, and nothing else of the user's repository.
    /// Made beside its place and moved there whole: what a crash leaves of it, locks of git's included, is thrown away,
    /// for nothing is in it yet.
    /// </summary>
    private static async Task EnsureShadowAsync(Repository repository, CancellationToken cancellation)
    {
        var places = repository.Places;
        var objects = Path.Combine(places.Shadow, "objects", "info", "alternates");
        if (!File.Exists(objects))
        {
            await MakeShadowAsync(repository, cancellation).ConfigureAwait(false);
        }

        WriteIfOther(objects, Path.Combine(places.CommonDir, "objects") + "\n"); // other when the whole repository was moved
        var cut = Path.Combine(places.CommonDir, "shallow"); // the user may have fetched more history since the last start
        if (File.Exists(cut))
        {
            WriteIfOther(Path.Combine(places.Shadow, "shallow"), File.ReadAllText(cut));
        }
        else
        {
            File.Delete(Path.Combine(places.Shadow, "shallow"));
        }
    }

    private static async Task MakeShadowAsync(Repository repository, CancellationToken cancellation)
    {
        var places = repository.Places;
        var (draft, spoilt) = (places.Shadow + ".new", places.Shadow + ".spoilt");
        foreach (var old in new[] { draft, spoilt }.Where(Directory.Exists))
        {
            Directory.Delete(old, recursive: true);
        }

        var format = await repository.Git.RunAsync(places.CommonDir, ["rev-parse", "--show-object-format"], cancellation).ConfigureAwait(false);
        MakePrivate(draft);
        await repository.Git.RunAsync(draft, ["init", "-q", "--bare", $"--object-format={format.Text}", "--template=", draft], cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(Path.Combine(draft, "objects", "info"));
        Directory.CreateDirectory(Path.Combine(draft, "info"));
        WriteWhole(Path.Combine(draft, "info", "exclude"), string.Join('\n', Excluded) + "\n");
        WriteWhole(Path.Combine(draft, "objects", "info", "alternates"), Path.Combine(places.CommonDir, "objects") + "\n");
        if (Directory.Exists(places.Shadow))
        {
            // Out of the way in one step, and only now: a git that works for another milestone may still write into it, or start in it.
            Directory.Move(places.Shadow, spoilt);
        }

        Directory.Move(draft, places.Shadow);
        try
        {
            Directory.Delete(spoilt, recursive: true);
        }
        catch (IOException)
        {
            // There was none; or it was written into while it went: then what is left is taken away the next time.
        }
    }
}
