namespace Orchestrator.Cli.Tests;

/// <summary>For tests that measure time against a bar: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>The collection's name.</summary>
    public const string Name = "alone";
}
