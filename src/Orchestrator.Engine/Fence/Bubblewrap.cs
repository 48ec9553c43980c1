using System.Globalization;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Fence;

/// <summary>
/// Builds a fence around a process with bubblewrap: a file system of what is named and nothing else, processes that see
/// nobody outside and die together, and no way to more rights. What the arguments mean: its manual page; why these:
/// ADR 0023.
/// </summary>
/// <param name="program">bubblewrap.</param>
/// <param name="strict">Whether it can forbid namespaces inside.</param>
public sealed class Bubblewrap(string program, bool strict = true)
{
    // Folders in which the machine keeps sockets, other users' files and the like: empty ones stand in their place.
    private static readonly string[] Emptied = ["/run", "/var/tmp"];

    // What programs in a 'bin' read that lies beside it.
    private static readonly string[] Beside = ["lib", "lib64", "libexec", "share", "include", "toolchains"];

    // What all see anyway.
    private static readonly string[] Everybodys = ["/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/"];

    // Variables that name a whole tool.
    private static readonly string[] Homes = ["DOTNET_ROOT", "JAVA_HOME", "RUSTUP_HOME", "GOROOT"];

    // No core files, no file of more than 16 GiB, 4096 processes (which holds for a plain user only: root is exempt). Shells
    // spell the last differently; one that is stricter already stays as it is.
    private const string Bounds = "{ ulimit -c 0; ulimit -f 33554432; ulimit -p 4096 || ulimit -u 4096; } 2>/dev/null; exec \"$@\"";

    /// <summary>The process in its fence.</summary>
    public ProcessSpec Around(ProcessSpec spec, FencePlace place)
    {
        List<string> arguments = strict ? [.. FenceRoot.Namespaces, FenceRoot.NoMore] : [.. FenceRoot.Namespaces];
        if (!place.Network)
        {
            arguments.Add("--unshare-net");
        }

        arguments.AddRange(FenceRoot.System());
        if (place.Network)
        {
            arguments.AddRange(FenceRoot.Names());
        }

        arguments.AddRange(["--proc", "/proc", "--dev", "/dev"]);
        Tmpfs(arguments, "/tmp", place.TemporaryBytes);
        foreach (var folder in Emptied)
        {
            Tmpfs(arguments, folder, 16 << 20);
        }

        Tmpfs(arguments, "/dev/shm", place.TemporaryBytes);
        arguments.AddRange(["--bind", place.Home, place.HomeAt]);
        foreach (var path in Tools(spec, place))
        {
            arguments.AddRange(["--ro-bind", path, path]);
        }

        // The checkout may lie in something that is shown.
        Tmpfs(arguments, place.Root, 1 << 20);
        foreach (var shown in place.Inside)
        {
            if (shown.Path.Length == 0)
            {
                Tmpfs(arguments, shown.At, 1 << 20);
                continue;
            }

            arguments.AddRange([shown.Writable ? "--bind" : "--ro-bind", shown.Path, shown.At]);
        }

        arguments.AddRange(["--remount-ro", place.Root, "--remount-ro", "/", "--chdir", spec.Directory, "--", "/bin/sh", "-c", Bounds, "sh", .. place.Before, spec.File]);
        arguments.AddRange(spec.Arguments);
        return spec with { File = program, Arguments = arguments, Directory = "/", Fenced = true };
    }

    private static void Tmpfs(List<string> arguments, string at, long bytes) =>
        arguments.AddRange(["--size", bytes.ToString(CultureInfo.InvariantCulture), "--tmpfs", at]);

    /// <summary>The program itself and what PATH names outside of the folders that all see, e.g. a version manager's in the user's home.</summary>
    private static IEnumerable<string> Tools(ProcessSpec spec, FencePlace place)
    {
        var found = new List<string>();
        foreach (var file in new[] { spec.File, FenceRoot.Real(spec.File) })
        {
            var modules = file.LastIndexOf("/node_modules/", StringComparison.Ordinal);
            found.Add(modules >= 0 ? file[..(modules + "/node_modules".Length)] : Path.GetDirectoryName(file)!);
        }

        foreach (var folder in (spec.Environment.GetValueOrDefault("PATH") ?? "").Split(':').Where(Path.IsPathRooted).Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))))
        {
            found.Add(folder);
            if (Path.GetFileName(folder) == "bin")
            {
                found.AddRange(Beside.Select(name => Path.Combine(Path.GetDirectoryName(folder)!, name)));
            }
        }

        found.AddRange(Homes.Select(spec.Environment.GetValueOrDefault).OfType<string>().Where(Path.IsPathRooted));
        return found.Distinct(StringComparer.Ordinal).Where(path => Directory.Exists(path) && !IsSystem(path) && !Opens(path, place));
    }

    private static bool IsSystem(string path) => Everybodys.Any(root => (path + "/").StartsWith(root, StringComparison.Ordinal));

    /// <summary>Whether showing a folder would show the user's home, the checkout, or what lies over them.</summary>
    private static bool Opens(string path, FencePlace place) =>
        new[] { place.HomeAt, place.Root }.Any(hidden => (hidden + "/").StartsWith(path + "/", StringComparison.Ordinal))
        || (path + "/").StartsWith(place.Root + "/", StringComparison.Ordinal)
        || path is "/tmp" or "/run" or "/dev" or "/proc" or "/";
}
