using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Orchestrator.Cli.Agents;
using Orchestrator.Core;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Checks;

/// <summary>Looks at the real machine, for the checks to judge. Reads no login and no key, only whether one is there.</summary>
/// <param name="user">The environment we were started in.</param>
/// <param name="settings">The settings, or the defaults.</param>
/// <param name="repository">The repository; null when it cannot be opened.</param>
/// <param name="folder">The folder to act in.</param>
/// <param name="time">The clock.</param>
internal sealed class MachineFacts(UserEnvironment user, OrchestratorSettings settings, Repository? repository, string folder, TimeProvider time)
{
    private static readonly string[] SessionTools = ["setsid", "setpriv"];
    private static readonly string[] WordsOfKeys = ["KEY", "TOKEN", "CLAUDE_CODE_USE_"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private string Root => repository?.Places.Root ?? folder;

    /// <summary>All checks, in the order in which they are shown.</summary>
    /// <param name="problems">Takes what is wrong with the journal.</param>
    /// <param name="stop">Ends the look.</param>
    public async Task<IReadOnlyList<Check>> CheckAsync(List<Problem> problems, CancellationToken stop)
    {
        var claude = ClaudeCli.Find(settings, Root, user);
        List<Check?> checks =
        [
            ToolChecks.Git(user.Find("git") is { } git ? await SaidAsync(git, "version", stop).ConfigureAwait(false) : null),
            ToolChecks.Program(!RuntimeFeature.IsDynamicCodeSupported, RuntimeInformation.FrameworkDescription, user.Find("dotnet")),
            ToolChecks.Claude(claude, claude is null ? null : await SaidAsync(claude, "--version", stop).ConfigureAwait(false)),
            Login(),
            ToolChecks.Sessions(OperatingSystem.IsWindows() ? [] : [.. SessionTools.Where(tool => !File.Exists($"/usr/bin/{tool}"))]),
            MachineChecks.Memory(MachineProbe.Read()),
            .. Disks().Select(MachineChecks.Disk),
            File.Exists("/proc/self/limits") ? MachineChecks.Descriptors(await File.ReadAllTextAsync("/proc/self/limits", stop).ConfigureAwait(false), settings.MaxParallelTasks) : null,
            MachineChecks.Clock(time.GetUtcNow(), Built(), await CommittedAsync(stop).ConfigureAwait(false), Written()),
            ToolChecks.Awake(settings.KeepAwake ? WakeLock.Program : null, settings.KeepAwake && WakeLock.Program is { } program ? user.Find(program) : null, !OperatingSystem.IsLinux() || Path.Exists("/run/systemd/inhibit") || Path.Exists("/run/dbus/system_bus_socket")),
            OperatingSystem.IsLinux() ? FenceCheck.Bubblewrap(await FenceAsync(stop).ConfigureAwait(false)) : null,
            ToolChecks.Npm(user.Find("npm")),
            repository is not null && !OperatingSystem.IsWindows() && Directory.Exists(repository.Places.State) ? StateChecks.Private(repository.Places.State, File.GetUnixFileMode(repository.Places.State)) : null,
            await LeftoversAsync(problems, stop).ConfigureAwait(false),
        ];
        return [.. checks.OfType<Check>()];
    }

    /// <summary>What a program says of its version; null when it does not start or ends badly.</summary>
    private static async Task<string?> SaidAsync(string program, string argument, CancellationToken stop)
    {
        var end = await TryAsync(program, [argument], stop).ConfigureAwait(false);
        return end is { ExitCode: 0, TimedOut: false } ? Plain.Line(Encoding.UTF8.GetString(end.Output).Trim().Split('\n')[0]) : null;
    }

    /// <summary>Starts a program in a folder and an environment made from nothing: a version question needs nobody's home.</summary>
    private static async Task<ProcessEnd?> TryAsync(string program, string[] arguments, CancellationToken stop)
    {
        var home = Directory.CreateTempSubdirectory("orchestrator-doctor-").FullName;
        try
        {
            var environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin", ["HOME"] = home, ["DISABLE_AUTOUPDATER"] = "1" };
            return await ShortProcess.RunAsync(new ProcessSpec(program, arguments, home, environment), null, Patience, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return null;
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private Check Login()
    {
        var file = Path.Combine(user["CLAUDE_CONFIG_DIR"] ?? Path.Combine(user.Home, ".claude"), ".credentials.json");
        var named = settings.ClaudeEnv.Where(name => Array.Exists(WordsOfKeys, key => name.Contains(key, StringComparison.Ordinal)) && user[name] is not null).ToList();
        return ToolChecks.Login(file, File.Exists(file), named, settings.Rehearsal is not null, OperatingSystem.IsMacOS());
    }

    private IReadOnlyList<UsedDisk> Disks()
    {
        var places = new List<(string, string)> { ("worktrees", Root), ("temporary files", Path.GetTempPath()), ("cache", user.CacheFolder), ("home", user.Home), ("logs", Path.GetFullPath(settings.LogDir, Root)) };
        if (repository is not null)
        {
            places.Add(("git", repository.Places.CommonDir));
            places.Add(("journal", repository.Places.State));
        }

        return MachineChecks.DisksOf(places.Select(p => (p.Item1, Path.GetFullPath(p.Item2))), [.. DriveInfo.GetDrives().Select(drive => drive.RootDirectory.FullName)], Free);
    }

    private static long? Free(string mount)
    {
        try
        {
            return new DriveInfo(mount).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static DateTimeOffset Built() => Environment.ProcessPath is { } program ? new DateTimeOffset(File.GetLastWriteTimeUtc(program)) : DateTimeOffset.UnixEpoch;

    private async Task<DateTimeOffset?> CommittedAsync(CancellationToken stop)
    {
        if (repository is null)
        {
            return null;
        }

        var end = await repository.Git.TryAsync(repository.Places.CommonDir, ["log", "-1", "--format=%ct", "HEAD"], stop).ConfigureAwait(false);
        return end.Succeeded && long.TryParse(end.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    /// <summary>The time of a file written just now on the disk of the repository.</summary>
    private DateTimeOffset? Written()
    {
        if (repository is null || !Directory.Exists(repository.Places.State))
        {
            return null;
        }

        var file = Path.Combine(repository.Places.State, $"clock.{Environment.ProcessId}");
        try
        {
            File.WriteAllText(file, "");
            return new DateTimeOffset(File.GetLastWriteTimeUtc(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Whether bubblewrap works is only known when it is tried.</summary>
    private static async Task<FenceFacts> FenceAsync(CancellationToken stop)
    {
        var (path, end, _) = await FenceProbe.TryAsync(stop).ConfigureAwait(false);
        return new FenceFacts(
            path, end?.ExitCode, end?.Errors ?? "",
            Reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1",
            Reads("/proc/sys/kernel/unprivileged_userns_clone") == "0" || Reads("/proc/sys/user/max_user_namespaces") == "0",
            File.Exists("/.dockerenv") || File.Exists("/run/.containerenv"));
    }

    private static string Reads(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file).Trim() : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private async Task<Check?> LeftoversAsync(List<Problem> problems, CancellationToken stop)
    {
        if (repository is null || !Directory.Exists(repository.Places.State))
        {
            return null;
        }

        var unfinished = false;
        try
        {
            using var journal = JournalReader.Open(repository.Places.Journal);
            unfinished = journal?.LatestRun() is { } run && journal.StateOf(run)?.Final is null or Final.Stopped or Final.LimitReached;
        }
        catch (JournalException e)
        {
            problems.Add(new Problem("journal.damaged", e.Message, new Place(repository.Places.Journal), "'orchestrator run' takes over what is intact in it.", Severity.Warning));
        }

        var working = Lease.IsHeld(repository.Places.Lease);
        return StateChecks.Leftovers(working ? 0 : (await new Housekeeping(repository).ListAsync(stop).ConfigureAwait(false)).Count(left => left.Disposable is null), working, unfinished);
    }
}
