namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>One thing that an agent does to git or to files, beside its work.</summary>
/// <param name="Name">What it does, as a test's name.</param>
/// <param name="Script">Lines for <c>/bin/sh</c>, run in the agent's worktree.</param>
/// <remarks>
/// The script knows <c>$ROOT</c> (the user's checkout), <c>$GIT</c> (its repository), <c>$SIBLING</c> (1B's worktree),
/// <c>$RUN</c> (the run's name), <c>$KEEP</c> (a folder outside), and the words of <see cref="HostileStage.Words"/>.
/// </remarks>
public sealed record Act(string Name, string Script)
{
    /// <summary>How the run ends.</summary>
    public int Exit { get; init; }

    /// <summary>What the run says when it ends otherwise than well, or waits.</summary>
    public string Says { get; init; } = "";

    /// <summary>The damage lasts, so the run waits and tries again; it is stopped once it said so.</summary>
    public bool Waits { get; init; }

    /// <summary>What the user does to mend the damage before going on; the configuration is always put back.</summary>
    public string Repair { get; init; } = "";

    /// <summary>1B ends its turn without waiting for the act, so that its commit is there to be attacked.</summary>
    public bool SiblingGoesAhead { get; init; }

    /// <summary>By its nature the act changes files of the user's, which nothing but a fence could keep from it.</summary>
    public bool HarmsTheUser { get; init; }

    /// <summary>What the agent does when it is told that its work cannot be committed, in its second attempt.</summary>
    public string Amends { get; init; } = "";

    /// <summary>A process of the agent's took our marker off, so that nothing but a fence would find it.</summary>
    public bool Escapes { get; init; }

    /// <summary>What is committed is rightly not byte for byte what lay there: other line ends, or files of somebody else's.</summary>
    public bool ContentIsOther { get; init; }

    /// <summary>What must hold besides the law.</summary>
    public Action<HostileStage>? Also { get; init; }
}
