namespace Orchestrator.Engine.Processes;

/// <summary>A process to start, as a value: no shell, no inherited environment.</summary>
/// <param name="File">The absolute path of the program.</param>
/// <param name="Arguments">Its arguments, each handed over as it is.</param>
/// <param name="Directory">The working directory.</param>
/// <param name="Environment">The whole environment; nothing of ours is inherited.</param>
public sealed record ProcessSpec(
    string File, IReadOnlyList<string> Arguments, string Directory, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>
    /// True for a short process that the terminal's Ctrl-C shall end along with us. Others do not hear it:
    /// a git that publishes must not be interrupted half-way by a key that only asks us to end.
    /// </summary>
    public bool InTerminal { get; init; }

    /// <summary>
    /// True when <see cref="File"/> builds a fence around the program and waits for it: what asks the program to end has
    /// to go to the one inside, for the fence itself knows no grace.
    /// </summary>
    public bool Fenced { get; init; }

    /// <summary>The folders that it may fill, absolute.</summary>
    public IReadOnlyList<string> Writes { get; init; } = [Directory];

    /// <summary>What it may use of the model; null for what has nothing to ask there.</summary>
    public ModelShare? Model { get; init; }
}

/// <summary>How much of the model a process may use.</summary>
/// <param name="Tokens">Tokens read and written, those of caches included; null for no bound.</param>
/// <param name="Heard">Told the status of each answer and its headers about limits, on any thread; null for nobody.</param>
/// <param name="Over">Cancelled when it has ended: then nobody is answered any more who asks in its name.</param>
public sealed record ModelShare(long? Tokens = null, Action<int, IReadOnlyDictionary<string, string>>? Heard = null, CancellationToken Over = default);

/// <summary>How a short process ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + n when signal n ended it.</param>
/// <param name="Output">What it wrote to standard output, as bytes.</param>
/// <param name="Errors">What it wrote to standard error.</param>
/// <param name="TimedOut">True when we ended it because its time was up.</param>
public sealed record ProcessEnd(int ExitCode, byte[] Output, string Errors, bool TimedOut);
