namespace Orchestrator.Core.Runs;

/// <summary>What keeps agents and gates from hurting anything but their own worktree. A higher number protects more.</summary>
public enum FenceLevel
{
    /// <summary>Nothing does: they run as the user. What is found and mended afterwards protects against accidents only.</summary>
    None = 1,

    /// <summary>They see their own worktree and tools, the repository for reading, and nothing else of the user's; the network is shared.</summary>
    SharedNetwork = 2,

    /// <summary>The same without a network: the model is reached through a gateway that holds the key.</summary>
    Gateway = 3,
}
