using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Ports;

/// <summary>Carries orders out. Whatever goes wrong comes back as a fact, never as an exception.</summary>
public interface IHands
{
    /// <summary>Carries one order out to its end and returns the fact that answers it; null when it was cancelled.</summary>
    Task<Event?> CarryOutAsync(Order order, CancellationToken cancellation);

    /// <summary>Exactly these turns are frozen from now on, all others go on. Returns at once.</summary>
    void Hold(IReadOnlyCollection<Ticket> turns);
}

/// <summary>
/// Sees every fact and the state it led to. Whoever watches cannot break what is watched: what an observer throws
/// is logged and goes no further. Called for one fact after the other, in order; nobody waits for it before the end.
/// </summary>
public interface IObserver
{
    /// <summary>A fact was journalled and decided upon.</summary>
    void Saw(Event fact, RunState state, DateTimeOffset at);
}
