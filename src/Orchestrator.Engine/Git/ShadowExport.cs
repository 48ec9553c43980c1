using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>Brings commits from the shadow repository into the user's, checked on the way in.</summary>
internal static class ShadowExport
{
    private const int MostTries = 4;

    /// <summary>
    /// Imports <paramref name="commit"/> and all it needs beyond <paramref name="known"/>; <paramref name="hold"/> keeps it
    /// until a ref names it.
    /// </summary>
    public static async Task ImportAsync(Repository repository, string commit, IEnumerable<string> known, PackHold hold, CancellationToken cancellation)
    {
        var list = known.Distinct(StringComparer.Ordinal).ToList();
        for (var tries = 1; await ImportOnceAsync(repository, commit, list, hold, cancellation).ConfigureAwait(false) is { } failed; tries++)
        {
            if (failed.End.Errors.Contains("fsck error", StringComparison.Ordinal))
            {
                throw new UncommittableException(failed.End.Errors);
            }

            if (failed.IsPassing || tries > MostTries)
            {
                throw failed;
            }

            // Somebody deleted refs and prunes, or packs anew: what we made is still in the shadow, so only what is really there counts as known.
            repository.Packs.DeleteOutdated();
            list = await ThereAsync(repository, list, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Those that are there with all that they hold.</summary>
    /// <exception cref="GitFailedException">It cannot be told just now.</exception>
    private static async Task<List<string>> ThereAsync(Repository repository, List<string> commits, CancellationToken cancellation)
    {
        var there = new List<string>();
        foreach (var commit in commits)
        {
            var end = await repository.Git.TryAsync(repository.Places.CommonDir, ["rev-list", "--objects", "--quiet", commit], cancellation).ConfigureAwait(false);
            if (end.Succeeded)
            {
                there.Add(commit);
            }
            else if (new GitFailedException("rev-list", end) is { IsPassing: true } failed)
            {
                throw failed;
            }
        }

        return there;
    }

    /// <summary>What went wrong; null when it is there.</summary>
    private static async Task<GitFailedException?> ImportOnceAsync(Repository repository, string commit, List<string> known, PackHold hold, CancellationToken cancellation)
    {
        if (await FreshAsync(repository, commit, known, cancellation).ConfigureAwait(false) is not { } pack)
        {
            var packed = await PackedAsync(repository, commit, known, cancellation).ConfigureAwait(false);
            if (!packed.Succeeded)
            {
                return new GitFailedException("pack-objects", packed);
            }

            pack = packed.Output;
        }

        var taken = await TakeInAsync(repository, pack, hold, cancellation).ConfigureAwait(false);
        return taken.Succeeded ? null : new GitFailedException("index-pack", taken);
    }

    private static async Task<byte[]?> FreshAsync(Repository repository, string commit, List<string> known, CancellationToken cancellation)
    {
        try
        {
            return await FreshPack.MakeAsync(repository.Objects, commit, known, cancellation).ConfigureAwait(false);
        }
        catch (GitFailedException)
        {
            return null; // what it stands on is not to be read just now: git says why, or finds it
        }
    }

    private static async Task<GitEnd> PackedAsync(Repository repository, string commit, List<string> known, CancellationToken cancellation)
    {
        var revisions = new StringBuilder(commit).Append('\n');
        foreach (var have in known)
        {
            revisions.Append('^').Append(have).Append('\n');
        }

        return await repository.Git.TryAsync(
            repository.Places.Shadow, ["pack-objects", "--revs", "--stdout", "-q", "--thin"], cancellation, Encoding.UTF8.GetBytes(revisions.ToString())).ConfigureAwait(false);
    }

    /// <summary>Checks a pack in a folder of its own and moves it in only then: git itself would keep what it complains of.</summary>
    private static async Task<GitEnd> TakeInAsync(Repository repository, byte[] pack, PackHold hold, CancellationToken cancellation)
    {
        var objects = Path.Combine(repository.Places.CommonDir, "objects");
        var incoming = Path.Combine(repository.Places.State, "incoming", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.Combine(incoming, "pack"));
        try
        {
            var end = await repository.Git.TryAsync(
                repository.Places.CommonDir, ["index-pack", "--strict", "--stdin", "--fix-thin"], cancellation, pack,
                objects: (incoming, objects)).ConfigureAwait(false);
            if (end.Succeeded)
            {
                Directory.CreateDirectory(repository.Places.Packs);
                // The hold before all else: a repack that sees a pack without one will delete it. The index last: with it the pack is there.
                var files = Directory.GetFiles(Path.Combine(incoming, "pack"), "pack-*").OrderBy(file => file.EndsWith(".idx", StringComparison.Ordinal)).ToList();
                foreach (var name in files.Select(file => Path.GetFileNameWithoutExtension(file)).Distinct())
                {
                    hold.Add(Path.Combine(repository.Places.Packs, name));
                }

                foreach (var file in files)
                {
                    File.Move(file, Path.Combine(repository.Places.Packs, Path.GetFileName(file)), overwrite: true);
                }

                repository.Packs.Added();
            }

            return end;
        }
        finally
        {
            Directory.Delete(incoming, recursive: true);
        }
    }
}
