namespace Orchestrator.Core.Tests.Simulation;

/// <summary>A law was broken.</summary>
internal sealed class LawBroken(string law) : Exception(law);
