global using Xunit;

// On a machine with two cores many of these tests wait: for a reset, a back-off, the end of an agent.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]
[assembly: TestCollectionOrderer(typeof(Orchestrator.Cli.Tests.LongestFirst))]
