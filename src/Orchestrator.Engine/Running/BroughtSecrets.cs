using System.Text;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Secrets;

namespace Orchestrator.Engine.Running;

/// <summary>The user's secrets in the <c>.env</c> files that came along into a worktree: agents see them, so they count as our own credentials.</summary>
internal static class BroughtSecrets
{
    private const int MostBytes = 256 * 1024;

    /// <summary>Those of one worktree, as the user's checkout has the files: an agent may have changed its own.</summary>
    public static IEnumerable<string> Of(RepositoryPlaces places, string run, string name)
    {
        foreach (var path in Furnishing.CameAlong(places.Milestone(run, name)).Where(EnvText.IsOne))
        {
            foreach (var value in EnvText.ValuesOf(Read(places.Root, path)))
            {
                yield return value;
            }
        }
    }

    private static string Read(string root, string path)
    {
        try
        {
            using var file = PlainFile.Open(root, path);
            var bytes = new byte[file is null ? 0 : Math.Min(MostBytes, file.Length)];
            return Encoding.UTF8.GetString(bytes, 0, file?.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) ?? 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // what cannot be read did not come along
        }
    }
}
