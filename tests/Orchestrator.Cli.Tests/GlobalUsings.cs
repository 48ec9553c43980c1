global using Xunit;

[assembly: TestCollectionOrderer(typeof(Orchestrator.Cli.Tests.LongestFirst))]
