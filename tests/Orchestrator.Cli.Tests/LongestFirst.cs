using Xunit.Sdk;
using Xunit.v3;

namespace Orchestrator.Cli.Tests;

/// <summary>Classes that take a minute and more begin first, so that none of them is left over for the end, alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        ".CrashPointTests", ".SoakTests", ".SharedHostileActTests", ".JournalCrashPointTests", ".FileHostileActTests", ".WorktreeHostileActTests",
        ".MeddledWorktreeTests", ".DemoTests", ".SmallMachineTests", ".TerminalTests", ".RefusedCrashPointTests",
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is >= 0 and var place ? place : Long.Length)
            .ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];
}
