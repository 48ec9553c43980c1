using System.Collections.Concurrent;
using System.Globalization;
using Orchestrator.Core;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>A command that was to make a worktree ready to work in failed.</summary>
public sealed class SetupFailedException(string message) : Exception(message);

/// <summary>
/// Makes worktrees ready to work in, and clears up before they go: ports and a temporary folder of their own, the ignored
/// files that the project wants along, submodules, and the commands of the settings. A note beside the worktree's index
/// says what was done, so that one that is made anew, for whatever reason, is made ready anew.
/// </summary>
public sealed class Workplaces(RunContext context, Repository repository, GateRunner gates) : IDisposable
{
    private const string NoteFile = "orchestrator-ready";
    private const string Ready = "ready";
    private const int MostShown = 400;

    private readonly ConcurrentDictionary<string, bool> _said = new(StringComparer.Ordinal);
    private readonly Fences _fences = context.Fences ?? Fences.None(repository);
    private readonly Furnishing _furnishing = new(repository);
    private readonly PortBlocks _ports = new();
    private readonly Removal _removal = new(repository);
    private readonly Submodules _submodules = new(repository);

    private RepositoryPlaces Places => repository.Places;

    private WorktreeSetting Settings => context.Worktree;

    /// <summary>Whether more files may stand in a worktree that is ready than in the commit and in the user's checkout.</summary>
    public bool MakesFiles => Settings.Setup.Count > 0 || File.Exists(Path.Combine(Places.Root, ".gitmodules"));

    /// <inheritdoc/>
    public void Dispose() => _ports.Dispose();

    /// <summary>Makes a worktree ready that stands and in which nobody is at work. Does nothing when it is, unless <paramref name="anew"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="from">The commit whose <c>.worktreeinclude</c> counts.</param>
    /// <param name="anew">What is there from before does not count: it stands at another commit now.</param>
    /// <param name="cancellation">Stops in between; then it is not ready.</param>
    /// <returns>What its processes get beside their own environment, and their fence.</returns>
    /// <exception cref="SetupFailedException">A command of the settings failed.</exception>
    public async Task<Workplace> ReadyAsync(string name, string from, bool anew, CancellationToken cancellation)
    {
        var note = Note(name);
        var (state, before) = Read(note, name);
        var first = Settings.Ports == 0 ? null : _ports.Take(name, Settings.Ports, before);
        SayOnce(first is null && Settings.Ports > 0, "ports", "no block of free ports was found; agents and gates have none of their own");
        if (anew || state is null)
        {
            await FillAsync(name, from, cancellation).ConfigureAwait(false);
        }
        else if (!Removal.IsFolder(Places.Temporary(name)))
        {
            await EmptyAsync(Places.Temporary(name), cancellation).ConfigureAwait(false);
        }

        context.LearnSecrets(BroughtSecrets.Of(Places, context.Run.Value, name));
        var workplace = new Workplace(VariablesOf(name, first), await _fences.AroundAsync(name, anew, cancellation).ConfigureAwait(false));

        // An agent may have worked in it: then its files are as it left them, and only what hangs on the ports is done again.
        if (anew || state != Ready || first != before)
        {
            await SetUpAsync(name, workplace, Note(name), first, cancellation).ConfigureAwait(false);
        }

        return workplace;
    }

    /// <summary>Says what a commit is without: what was changed in submodules, and files that came along and are ignored no more.</summary>
    public async Task SayLeftOutAsync(WorkPlace place, Items<string> cameAlong, CancellationToken cancellation)
    {
        foreach (var path in cameAlong)
        {
            SayOnce(true, $"{place.Name}/{path}", $"{place.Name} made git no longer ignore {path}, which came along by {Furnishing.PatternFile}; it is in no commit");
        }

        if (await _submodules.ChangedAsync(place, cancellation).ConfigureAwait(false) is { Count: > 0 } changed)
        {
            context.Warn($"{place.Name} changed files inside submodules, which are in no commit: {string.Join(", ", changed)}; they are kept in {Path.GetRelativePath(Places.Root, Path.Combine(Places.Milestone(place.Run, place.Name), "kept"))} when the worktree goes");
        }
    }

    /// <summary>Runs the teardown of a worktree that is about to go or to be made anew, if it was set up. That it fails stops nothing.</summary>
    public async Task TearDownAsync(string name, CancellationToken cancellation)
    {
        var note = Note(name);
        if (note is null || !File.Exists(note))
        {
            return;
        }

        var (_, first) = Read(note, name);
        Directory.CreateDirectory(Places.Temporary(name));
        var workplace = new Workplace(VariablesOf(name, first), await _fences.AroundAsync(name, anew: false, cancellation).ConfigureAwait(false));
        for (var i = 0; i < Settings.Teardown.Count; i++)
        {
            if (await RunAsync("teardown", name, i, Settings.Teardown[i], workplace, cancellation).ConfigureAwait(false) is { } failed)
            {
                context.Warn($"{name}: {failed}");
            }
        }

        File.Delete(note);
    }

    /// <summary>Clears up after a worktree that is about to go for good: teardown, temporary folder, ports.</summary>
    public async Task LeaveAsync(string name, CancellationToken cancellation)
    {
        await TearDownAsync(name, cancellation).ConfigureAwait(false);
        await _removal.ScratchAsync(Places.Temporary(name), cancellation).ConfigureAwait(false);
        await _fences.LeaveAsync(name, cancellation).ConfigureAwait(false);
        _ports.GiveBack(name);
    }

    private async Task FillAsync(string name, string from, CancellationToken cancellation)
    {
        await EmptyAsync(Places.Temporary(name), cancellation).ConfigureAwait(false);
        foreach (var odd in await _furnishing.BringAsync(context.Run.Value, name, from, cancellation).ConfigureAwait(false))
        {
            SayOnce(true, odd, odd);
        }

        var empty = await _submodules.FillAsync(context.Run.Value, name, cancellation).ConfigureAwait(false);
        SayOnce(empty.Count > 0, "submodules", $"submodules are empty for agents, because their commits are not here: {string.Join(", ", empty)}; 'git submodule update --init --recursive' in your checkout brings them");
    }

    private async Task SetUpAsync(string name, Workplace workplace, string? note, int? first, CancellationToken cancellation)
    {
        if (note is null)
        {
            throw new IOException($"The worktree {name} has lost its .git.");
        }

        Write(note, name, "begun", first);
        for (var i = 0; i < Settings.Setup.Count; i++)
        {
            if (await RunAsync("setup", name, i, Settings.Setup[i], workplace, cancellation).ConfigureAwait(false) is { } failed)
            {
                throw new SetupFailedException(failed);
            }
        }

        Write(note, name, Ready, first);
    }

    /// <summary>Runs one command. Returns what is to be said when it failed.</summary>
    private async Task<string?> RunAsync(string what, string name, int number, string command, Workplace workplace, CancellationToken cancellation)
    {
        var log = Path.Combine(Places.Milestone(context.Run.Value, name), what, Invariant($"{number + 1}.log"));
        var gate = new GateSetting(what, command, Settings.SetupTimeout);
        string? fault;
        try
        {
            (_, fault) = await gates.In(workplace).RunAloneAsync(gate, Places.Worktree(name), log, Invariant($"{context.Run}/{name}/{what}/{number + 1}"), cancellation).ConfigureAwait(false);
        }
        finally
        {
            await context.Clean.FilesAsync(log).ConfigureAwait(false);
        }

        return fault is null ? null : $"the {what} command '{command}' failed ({Path.GetRelativePath(Places.Root, log)}), {Shown(fault)}";
    }

    private Dictionary<string, string> VariablesOf(string name, int? first) => WorkplaceVariables.Of(Places, name, first, Settings.Ports, gates.Variable("TMPDIR") ?? "/tmp");

    private async Task EmptyAsync(string temporary, CancellationToken cancellation)
    {
        if (!Removal.IsFolder(Places.TemporaryFolders))
        {
            await _removal.ScratchAsync(Places.TemporaryFolders, cancellation).ConfigureAwait(false);
            StateFolder.MakePrivate(Places.TemporaryFolders);
        }

        await _removal.ScratchAsync(temporary, cancellation).ConfigureAwait(false);
        StateFolder.MakePrivate(temporary);
    }

    /// <summary>In the part of the repository that belongs to the worktree: it goes when the worktree is made anew.</summary>
    private string? Note(string name) => Places.AdminFolder(Places.Worktree(name)) is { } admin ? Path.Combine(admin, NoteFile) : null;

    /// <summary>How far a worktree is with being made ready for this milestone of this run, null when nothing is known of it, and which ports it had.</summary>
    private (string? State, int? FirstPort) Read(string? note, string name)
    {
        if (note is null || !File.Exists(note) || File.ReadAllText(note).TrimEnd().Split(' ') is not [var state, var run, var whose, var port] || run != context.Run.Value || whose != name)
        {
            return default;
        }

        return (state, int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && first > 0 ? first : null);
    }

    private void Write(string note, string name, string state, int? first) => File.WriteAllText(note, Invariant($"{state} {context.Run} {name} {first ?? 0}\n"));

    private void SayOnce(bool say, string key, string text)
    {
        if (say && _said.TryAdd(key, true))
        {
            context.Warn(text);
        }
    }

    /// <summary>The end of what it said tells more than its beginning.</summary>
    private static string Shown(string fault)
    {
        var lines = fault.Split('\n');
        var rest = string.Join(' ', lines[1..]);
        return $"{lines[0]}: {(rest.Length > MostShown ? "…" + rest[^MostShown..] : rest)}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
