using Orchestrator.Core.Runs;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Fence;

/// <summary>What this machine can fence with.</summary>
/// <param name="Level">The highest level that works.</param>
/// <param name="Fence">What builds it; null when there is none that works.</param>
/// <param name="Why">Why no higher level; null when the highest works.</param>
public sealed record FenceFound(FenceLevel Level, Bubblewrap? Fence, string? Why);

/// <summary>Finds out by trying what the machine allows: a program that is installed may still be forbidden to make namespaces.</summary>
public static class FenceProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Not from the user's PATH: what fences agents in must not be a program that an agent can put there.
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/local/bin", "/run/current-system/sw/bin"];

    /// <summary>Tries.</summary>
    public static async Task<FenceFound> LookAsync(CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new FenceFound(FenceLevel.None, null, "there is a fence for Linux only");
        }

        return await TryAsync(cancellation).ConfigureAwait(false) switch
        {
            (null, _, _) => new FenceFound(FenceLevel.None, null, "bubblewrap is not installed"),
            ({ } program, { ExitCode: 0 }, var strict) => new FenceFound(FenceLevel.SharedNetwork, new Bubblewrap(program, strict), null),
            var (_, end, _) => new FenceFound(FenceLevel.None, null, $"bubblewrap does not work here ({(end is { TimedOut: false } ? end.Errors.Trim().Split('\n')[0] : "no end after 10 s")}); 'orchestrator doctor' says what to do"),
        };
    }

    /// <summary>Tries bubblewrap, first as strict as it can be.</summary>
    /// <returns>Where it is, null when it is not installed; how the last try ended; whether that was the strict one.</returns>
    public static async Task<(string? Program, ProcessEnd? End, bool Strict)> TryAsync(CancellationToken cancellation)
    {
        if (Folders.Select(folder => Path.Combine(folder, "bwrap")).FirstOrDefault(File.Exists) is not { } program)
        {
            return (null, null, false);
        }

        var end = await TryAsync(program, [FenceRoot.NoMore], cancellation).ConfigureAwait(false);
        return end.ExitCode == 0 ? (program, end, true) : (program, await TryAsync(program, [], cancellation).ConfigureAwait(false), false);
    }

    /// <summary>Exactly what a fence asks for, around nothing.</summary>
    private static Task<ProcessEnd> TryAsync(string program, string[] more, CancellationToken cancellation)
    {
        List<string> arguments = [.. FenceRoot.Namespaces, .. more, .. FenceRoot.System(), "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--", "/usr/bin/true"];
        return ShortProcess.RunAsync(new ProcessSpec(program, arguments, "/", new Dictionary<string, string>()), null, Patience, cancellation);
    }
}
