namespace Orchestrator.Core.Tests.Simulation;

/// <summary>What one milestone was given and dealt.</summary>
internal sealed class Ledger
{
    public int AttemptFailures;
    public int Rounds;
    public int Redeliveries;
    public int Turns;
    public string? Reviewed;
    public string? Tip;
    public bool Returned;
    public bool Begun;
    public bool Marked;
    public bool Lost;
    public bool Unchecked;
    public Verdicts Verdicts { get; } = new();
}
