using Orchestrator.Core;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Puts together what a worktree's fence shows: its files, its private part of the repository, a home that lasts as long
/// as the milestone, its temporary folder, and what the settings name.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="fence">What builds fences; null where there are none.</param>
/// <param name="setting">What the user lets be seen.</param>
/// <param name="readable">Files of ours that agents are given by path.</param>
/// <param name="ways">The ways to the model and to feeds; null where agents find theirs by themselves.</param>
public sealed class Fences(Repository repository, Bubblewrap? fence, FenceSetting setting, IReadOnlyList<string> readable, WaysOut? ways = null)
{
    // Without a home that can be hidden there is this one.
    private const string NoHome = "/home/agent";

    // They name folders that are not to be seen: without them tools take the home. Rust's compilers are shown as a tool is.
    private static readonly string[] Elsewhere = ["CLAUDE_CONFIG_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", .. ClaudeCommand.Caches.Where(name => name != "RUSTUP_HOME")];

    private readonly PrivateGit _git = new(repository);
    private readonly Removal _removal = new(repository);

    /// <summary>No fence at all.</summary>
    public static Fences None(Repository repository) => new(repository, null, new FenceSetting(), []);

    /// <summary>What the machine can fence with, as far as a fence is wanted.</summary>
    public static async Task<FenceFound> LookAsync(FenceSetting setting, CancellationToken cancellation) =>
        setting.Isolation == Isolation.Off ? new FenceFound(FenceLevel.None, null, null) : await FenceProbe.LookAsync(cancellation).ConfigureAwait(false);

    /// <summary>What is to be said when the machine cannot fence as the settings want it.</summary>
    public static IEnumerable<Problem> ProblemsOf(FenceFound found, Isolation wanted) => (found.Level, wanted) switch
    {
        (_, Isolation.Off) or (not FenceLevel.None, _) => [],
        (_, Isolation.Required) => [new Problem("isolation.none", $"Agents cannot be fenced in: {found.Why}.", new Place("isolation"), "Install bubblewrap and let it make user namespaces ('orchestrator doctor' says how), or set 'isolation' to \"auto\".")],
        _ => [new Problem("isolation.none", $"Agents are not fenced in: {found.Why}. They run as you, and can reach whatever you can.", new Place("isolation"), "'orchestrator doctor' says how to get a fence; set 'isolation' to \"off\" to hear no more of it.", Severity.Warning)],
    };

    /// <summary>The fence of a worktree that stands.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="anew">Nothing is to be left of whoever worked in it before.</param>
    /// <param name="cancellation">Stops in between.</param>
    public async Task<Func<ProcessSpec, ProcessSpec>> AroundAsync(string name, bool anew, CancellationToken cancellation)
    {
        if (fence is null)
        {
            return spec => spec;
        }

        if (anew)
        {
            await LeaveAsync(name, cancellation).ConfigureAwait(false);
        }

        var places = repository.Places;
        StateFolder.MakePrivate(Path.Combine(places.Fence(name), "home"));
        var git = await _git.MakeAsync(name, cancellation).ConfigureAwait(false);
        return spec => Around(fence, spec, name, git);
    }

    /// <summary>Takes away what a fence had for itself.</summary>
    public async Task LeaveAsync(string name, CancellationToken cancellation)
    {
        if (ways is not null)
        {
            await ways.LeaveAsync(name).ConfigureAwait(false);
        }

        if (fence is not null)
        {
            await _removal.ScratchAsync(repository.Places.Fence(name), cancellation).ConfigureAwait(false);
        }
    }

    private ProcessSpec Around(Bubblewrap fence, ProcessSpec spec, string name, FencedGit git)
    {
        var places = repository.Places;
        var home = HomeOf(spec);
        var worktree = places.Worktree(name);
        List<Shown> inside =
        [
            new(git.CommonDir, git.CommonDir),
            new(Path.Combine(git.CommonDir, "objects"), git.Borrowed),
            new(git.Objects, Path.Combine(git.CommonDir, "objects"), Writable: true),
            .. git.Alternates.Select(folder => new Shown(folder, folder)),
            new(git.Worktrees, Path.GetDirectoryName(git.Admin)!),
            new(git.AdminCopy, git.Admin, Writable: true),
            .. Existing(Path.Combine(git.Admin, "modules")),
            .. git.Configs.Select(config => new Shown(config.Copy, config.At)),
            new(worktree, worktree, Writable: true),
            new(Path.Combine(worktree, ".git"), Path.Combine(worktree, ".git")),
            new(places.Temporary(name), places.Temporary(name), Writable: true),
            .. readable.Concat(setting.Read.Select(path => Full(path, home))).SelectMany(Existing),
            .. setting.Write.Select(path => Full(path, home)).Where(Path.Exists).Select(path => new Shown(path, path, Writable: true)),
        ];
        return Build(fence, spec with { Writes = [.. spec.Writes, places.Temporary(name)] }, name, Path.Combine(places.Fence(name), "home"), inside);
    }

    /// <summary>
    /// The fence of an agent that makes a plan: it sees the checkout, for reading, but for our state in it and what opens
    /// servers in the repository's settings. Its home lasts as long as the folder.
    /// </summary>
    /// <param name="name">A name for it, which no worktree has.</param>
    /// <param name="folder">A private folder of ours; its home lies in it.</param>
    public Func<ProcessSpec, ProcessSpec> AroundPlan(string name, string folder)
    {
        if (fence is null)
        {
            return spec => spec;
        }

        var (places, home) = (repository.Places, Path.Combine(folder, "home"));
        StateFolder.MakePrivate(home);
        return spec => Build(
            fence,
            spec,
            name,
            home,
            [new(places.Root, places.Root), Shown.Nothing(places.State), .. Directory.Exists(Path.Combine(places.Root, ".git")) ? [Shown.Nothing(Path.Combine(places.Root, ".git"))] : Array.Empty<Shown>(), .. readable.SelectMany(Existing)]);
    }

    private ProcessSpec Build(Bubblewrap fence, ProcessSpec spec, string name, string own, List<Shown> inside)
    {
        var home = HomeOf(spec);
        var opened = setting.Read.Concat(setting.Write).Select(path => Full(path, home) + "/").ToList();
        var environment = spec.Environment.Where(v => !Elsewhere.Contains(v.Key) || opened.Exists(path => (v.Value + "/").StartsWith(path, StringComparison.Ordinal))).ToDictionary();
        environment["HOME"] = home;
        var way = ways?.Through(name, spec with { Environment = environment }, own);
        inside.AddRange(way?.Shown ?? []);
        var place = new FencePlace(repository.Places.Root, own, home, inside, setting.Network == FenceNetwork.Shared, setting.TemporaryBytes) { Before = way?.Before ?? [] };
        return fence.Around(spec with { Environment = way?.Environment ?? environment, Writes = [.. spec.Writes, own] }, place);
    }

    /// <summary>Where the user's home is, for another lies over it; a place of its own where there is none that can be hidden.</summary>
    private static string HomeOf(ProcessSpec spec) =>
        spec.Environment.GetValueOrDefault("HOME") is { } home && Path.IsPathRooted(home) && Path.TrimEndingDirectorySeparator(Path.GetFullPath(home)) is { Length: > 1 } full ? full : NoHome;

    private static string Full(string path, string home) => path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, path[2..]) : path;

    private static IEnumerable<Shown> Existing(string path) => Path.Exists(path) ? [new Shown(path, path)] : [];
}
