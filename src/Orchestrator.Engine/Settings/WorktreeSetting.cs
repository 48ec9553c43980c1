namespace Orchestrator.Engine.Settings;

/// <summary>What the user wants of each worktree beyond the files of the commit.</summary>
public sealed record WorktreeSetting
{
    /// <summary>Commands that make it ready to work in, each given to a shell in it, one after the other.</summary>
    public IReadOnlyList<string> Setup { get; init; } = [];

    /// <summary>After this a command of <see cref="Setup"/> or <see cref="Teardown"/> counts as failed.</summary>
    public TimeSpan SetupTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Commands that are run in it before it goes.</summary>
    public IReadOnlyList<string> Teardown { get; init; } = [];

    /// <summary>How many ports it has for itself; 0 for none.</summary>
    public int Ports { get; init; } = 10;

    /// <summary>How many are made ready before there is a slot for them.</summary>
    public int Ahead { get; init; } = 1;
}
