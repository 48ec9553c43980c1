using Orchestrator.Engine.Git;

namespace Orchestrator.Engine.Running;

/// <summary>The project's own guidance as of a commit, so that no agent can change what a later one is told.</summary>
public static class Guidance
{
    private static readonly string[] Names = ["CLAUDE.md", ".claude/CLAUDE.md", "AGENTS.md"];

    /// <summary>Writes it, unless it is there already.</summary>
    /// <param name="repository">Where.</param>
    /// <param name="commit">The commit that has it.</param>
    /// <param name="file">Where to.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The file; null when the commit has none.</returns>
    public static async Task<string?> WriteAsync(Repository repository, string commit, string file, CancellationToken cancellation)
    {
        if (File.Exists(file))
        {
            return file;
        }

        foreach (var name in Names)
        {
            var blob = await repository.Git.TryAsync(repository.Places.CommonDir, ["cat-file", "blob", $"{commit}:{name}"], cancellation).ConfigureAwait(false);
            if (blob.Succeeded && blob.Output.Length > 0)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllBytesAsync(file, blob.Output, cancellation).ConfigureAwait(false);
                return file;
            }
        }

        return null;
    }
}
