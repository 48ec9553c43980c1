namespace Orchestrator.Engine.Settings;

/// <summary>Whether agents and gates must be fenced in.</summary>
public enum Isolation
{
    /// <summary>As well as the machine can; a run says when that is not at all.</summary>
    Auto,

    /// <summary>There has to be a fence, or nothing begins.</summary>
    Required,

    /// <summary>Never: agents and gates run as the user.</summary>
    Off,
}

/// <summary>Which network a fence has.</summary>
public enum FenceNetwork
{
    /// <summary>The machine's.</summary>
    Shared,

    /// <summary>None: the model through a gateway, and the feeds that are named.</summary>
    Model,
}

/// <summary>What a fence lets through.</summary>
public sealed record FenceSetting
{
    /// <summary>Whether there has to be one.</summary>
    public Isolation Isolation { get; init; } = Isolation.Auto;

    /// <summary>Folders and files that are seen as well, absolute.</summary>
    public IReadOnlyList<string> Read { get; init; } = [];

    /// <summary>Folders that may be written as well, absolute.</summary>
    public IReadOnlyList<string> Write { get; init; } = [];

    /// <summary>Which network it has.</summary>
    public FenceNetwork Network { get; init; }

    /// <summary>Where packages may be fetched when it has none: hosts with their ports.</summary>
    public IReadOnlyList<string> Feeds { get; init; } = [];

    /// <summary>How much fits into the temporary folder in memory, in bytes.</summary>
    public long TemporaryBytes { get; init; } = 1L << 30;
}
