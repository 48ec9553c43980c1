namespace Orchestrator.Cli.Checks;

/// <summary>What earlier runs left in the repository.</summary>
internal static class StateChecks
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Journal and transcripts are for their owner alone.</summary>
    /// <param name="folder">The state folder, as it is shown.</param>
    /// <param name="mode">Its mode.</param>
    public static Check Private(string folder, UnixFileMode mode) => new(
        "state folder", (mode & Others) == 0, $"{folder}, mode {Convert.ToString((int)mode, 8)}", "mode 700", $"Run 'doctor --fix', or 'chmod 700 {folder}': transcripts hold what agents saw.", Need.Wanted, Mendable: true);

    /// <summary>Worktrees, branches and locks that nobody works with.</summary>
    /// <param name="leftovers">How many <c>clean</c> would remove, but for worktrees that wait for the next run.</param>
    /// <param name="working">Whether a process works on the repository: then they are in use.</param>
    /// <param name="unfinished">Whether a run has not ended, which goes on with them.</param>
    public static Check Leftovers(int leftovers, bool working, bool unfinished) => new(
        "leftovers", leftovers == 0 || working || unfinished,
        working ? "a process is at work" : leftovers == 0 ? "none" : unfinished ? $"{leftovers}, of a run that can go on" : $"{leftovers} worktrees or branches of earlier runs",
        "none", "Run 'orchestrator clean --dry-run' to see them, 'orchestrator clean' to remove them; work that is not merged is kept.", Need.Wanted);
}
