namespace Orchestrator.Engine.Git;

/// <summary>
/// Watches the shared parts of the user's repository that agents can reach and need not: config, hooks, info. Nothing in
/// them runs in our calls; but a setting that makes the repository unusable is taken back, and whatever changed is
/// said, because the user's own git does run it.
/// </summary>
public sealed class ConfigGuard
{
    private static readonly string[] Files = ["config", "config.worktree"];
    private static readonly string[] Folders = ["hooks", "info"];

    private SemaphoreSlim Looking { get; } = new(1, 1);

    private readonly Repository _repository;
    private readonly Dictionary<string, string?> _vital;
    private Dictionary<string, (DateTime Time, long Length)> _seen;

    /// <summary>Takes the state as it is now for the user's own. To be made before the first agent starts.</summary>
    public ConfigGuard(Repository repository)
    {
        _repository = repository;
        _vital = repository.Settings.Where(s => s.Scope == "local" && IsVital(s.Key)).GroupBy(s => s.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => (string?)g.Last().Value, StringComparer.OrdinalIgnoreCase);
        _seen = Look();
    }

    private string Config => Path.Combine(_repository.Places.CommonDir, "config");

    /// <summary>Looks again; takes vital settings back. Returns a sentence when something changed, else null.</summary>
    public async Task<string?> CheckAsync(CancellationToken cancellation)
    {
        await Looking.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await CompareAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Looking.Release();
        }
    }

    private async Task<string?> CompareAsync(CancellationToken cancellation)
    {
        var now = Look();
        var changed = now.Where(f => !_seen.TryGetValue(f.Key, out var known) || known != f.Value).Select(f => f.Key).Concat(_seen.Keys.Except(now.Keys)).Order(StringComparer.Ordinal).ToList();
        if (changed.Count == 0)
        {
            return null;
        }

        var back = changed.Contains("config") ? await TakeBackAsync(cancellation).ConfigureAwait(false) : [];
        _seen = Look();
        return $"while agents worked, {string.Join(", ", changed.Take(8).Select(name => ".git/" + name))} changed; nothing of it runs here, but look at it before you use git yourself"
            + (back.Count > 0 ? $". Taken back: {string.Join(", ", back)}" : "");
    }

    /// <summary>Without these git does not open the repository, or takes another folder for its checkout.</summary>
    private static bool IsVital(string key) =>
        key.Equals("core.bare", StringComparison.OrdinalIgnoreCase) || key.Equals("core.worktree", StringComparison.OrdinalIgnoreCase)
        || key.Equals("core.repositoryformatversion", StringComparison.OrdinalIgnoreCase) || key.StartsWith("extensions.", StringComparison.OrdinalIgnoreCase);

    private Dictionary<string, (DateTime Time, long Length)> Look()
    {
        var common = _repository.Places.CommonDir;
        var files = Files.Select(name => Path.Combine(common, name))
            .Concat(Folders.Select(name => Path.Combine(common, name)).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles));
        return files.Select(file => new FileInfo(file)).Where(file => file.Exists && !file.Name.EndsWith(".lock", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetRelativePath(common, file.FullName), file => (file.LastWriteTimeUtc, file.Length), StringComparer.Ordinal);
    }

    private async Task<List<string>> TakeBackAsync(CancellationToken cancellation)
    {
        // The file alone, read through the shadow: git would not open a repository with such settings.
        Task<GitEnd> Edit(params string[] call) => _repository.Git.TryAsync(_repository.Places.Shadow, ["config", "--file", Config, .. call], cancellation);

        var listed = await Edit("--list", "-z").ConfigureAwait(false);
        var now = GitOutput.Fields(listed.Output).Select(entry => entry.Split('\n', 2)).Where(pair => IsVital(pair[0]))
            .GroupBy(pair => pair[0], StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.Last().ElementAtOrDefault(1), StringComparer.OrdinalIgnoreCase);
        var back = new List<string>();
        foreach (var key in now.Keys.Union(_vital.Keys, StringComparer.OrdinalIgnoreCase).ToList())
        {
            var wanted = _vital.GetValueOrDefault(key);
            if (wanted == now.GetValueOrDefault(key))
            {
                continue;
            }

            await (wanted is null ? Edit("--unset-all", key) : Edit("--replace-all", key, wanted)).ConfigureAwait(false);
            back.Add(key);
        }

        return back;
    }
}
