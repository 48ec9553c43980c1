namespace Orchestrator.Rehearsal;

/// <summary>What all visits to a server have in common.</summary>
internal sealed record Theatre(Player Player, Account Account, PromptCache Cache, HeadBook Heads);
