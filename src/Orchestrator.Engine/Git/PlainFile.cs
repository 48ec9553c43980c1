using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>Regular files below a folder, reached without following a link: what leads elsewhere is not there.</summary>
internal static class PlainFile
{
    /// <summary>Opens one to read; null when there is none.</summary>
    public static FileStream? Open(string root, string path)
    {
        var file = Path.Combine(root, path);
        if (!IsStraight(root, path) || new FileInfo(file) is not { Exists: true, LinkTarget: null })
        {
            return null;
        }

        var stream = Posix.OpenWithoutWaiting(file);
        if (stream is { CanSeek: true })
        {
            return stream;
        }

        stream?.Dispose();
        return null;
    }

    /// <summary>Whether nothing on the way to a path is a link, as far as there is anything.</summary>
    public static bool MayStand(string root, string path)
    {
        var at = root;
        foreach (var part in path.Split('/')[..^1])
        {
            at = Path.Combine(at, part);
            if (File.Exists(at) || new FileInfo(at).LinkTarget is not null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes one with content and mode of another, in the place of a file or link that is there.</summary>
    public static void Write(string root, string path, FileStream source)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var copy = new FileStream(file, options);
        source.CopyTo(copy);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(copy.SafeFileHandle, File.GetUnixFileMode(source.SafeFileHandle));
        }
    }

    /// <summary>Whether two folders have the same file of a name.</summary>
    public static bool AreSame(string one, string other, string path)
    {
        try
        {
            using var first = Open(one, path);
            using var second = Open(other, path);
            return first is not null && second is not null && first.Length == second.Length && AreSame(first, second);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool AreSame(FileStream first, FileStream second)
    {
        var (a, b) = (new byte[1 << 16], new byte[1 << 16]);
        while (true)
        {
            var count = first.ReadAtLeast(a, a.Length, throwOnEndOfStream: false);
            if (second.ReadAtLeast(b, b.Length, throwOnEndOfStream: false) != count || !a.AsSpan(0, count).SequenceEqual(b.AsSpan(0, count)))
            {
                return false;
            }

            if (count == 0)
            {
                return true;
            }
        }
    }

    private static bool IsStraight(string root, string path) => MayStand(root, path) && !path.Split('/').Contains("..") && !Path.IsPathRooted(path);
}
