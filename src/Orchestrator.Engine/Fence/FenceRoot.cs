namespace Orchestrator.Engine.Fence;

/// <summary>What of the machine is seen in every fence: programs and libraries, for reading, and the few files of <c>/etc</c> that programs need.</summary>
internal static class FenceRoot
{
    private static readonly string[] Programs = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/snap"];

    // No shadow, no ssh, no keys of services: only what says how programs are found, linked, and trusted.
    private static readonly string[] Etc =
    [
        "alternatives", "bash.bashrc", "ca-certificates", "ca-certificates.conf", "crypto-policies", "debian_version", "dotnet", "fonts", "group", "host.conf", "hosts",
        "java-11-openjdk", "java-17-openjdk", "java-21-openjdk", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "localtime", "lsb-release", "magic", "maven",
        "mime.types", "nsswitch.conf", "opt", "os-release", "passwd", "pki", "profile", "protocols", "python3", "services", "shells", "ssl/certs", "ssl/openssl.cnf", "timezone",
    ];

    /// <summary>The namespaces that a fence has for itself, whatever its level; it dies with us, and no capability is left in it.</summary>
    public static readonly string[] Namespaces =
        ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--cap-drop", "ALL"];

    /// <summary>No namespaces inside of it, where bubblewrap knows how to forbid them (since 0.8): they are a way to more of the kernel, not out by themselves.</summary>
    public const string NoMore = "--disable-userns";

    /// <summary>The arguments that show programs, libraries and the files that they need.</summary>
    public static IEnumerable<string> System()
    {
        foreach (var path in Programs)
        {
            if (new DirectoryInfo(path) is not { Exists: true } folder)
            {
                continue;
            }

            // '/bin' is a link to 'usr/bin' nowadays.
            string[] shown = folder.LinkTarget is { } target ? ["--symlink", target, path] : ["--ro-bind", path, path];
            foreach (var argument in shown)
            {
                yield return argument;
            }
        }

        foreach (var name in Etc.Where(name => Path.Exists("/etc/" + name)))
        {
            yield return "--ro-bind";
            yield return Real("/etc/" + name);
            yield return "/etc/" + name;
        }
    }

    /// <summary>Names of servers, where the network is shared. The file is often a link into <c>/run</c>, which is not shown.</summary>
    public static IEnumerable<string> Names() => Path.Exists("/etc/resolv.conf") ? ["--ro-bind", Real("/etc/resolv.conf"), "/etc/resolv.conf"] : [];

    /// <summary>Where a path leads to.</summary>
    public static string Real(string path) => new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
}
