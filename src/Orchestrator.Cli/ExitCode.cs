namespace Orchestrator.Cli;

/// <summary>The exit codes. <c>docs/reference/exit-codes.md</c> says the same; a test keeps the two equal.</summary>
internal static class ExitCode
{
    /// <summary>All is done.</summary>
    public const int Done = 0;

    /// <summary>A bug of ours.</summary>
    public const int Bug = 1;

    /// <summary>Something to mend first: the command line, settings, plan or repository.</summary>
    public const int Problems = 2;

    /// <summary>The run ended; some milestones failed or were blocked.</summary>
    public const int SomeFailed = 3;

    /// <summary>The run was stopped; it can go on.</summary>
    public const int Stopped = 4;

    /// <summary>A limit is reached and the run does not wait.</summary>
    public const int LimitReached = 5;

    /// <summary>Another process works on this repository.</summary>
    public const int Busy = 6;

    /// <summary>All is integrated, but your branch could not be moved, or the pull request not made.</summary>
    public const int Unlanded = 7;
}
