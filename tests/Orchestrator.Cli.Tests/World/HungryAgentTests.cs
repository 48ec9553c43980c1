using System.Text.Json;

namespace Orchestrator.Cli.Tests.World;

/// <summary>Agents that really take memory, on a machine that is told to have little of it.</summary>
public sealed class HungryAgentTests
{
    /// <summary>They take turns, and what was frozen goes on when it has been better for half a minute.</summary>
    private const int Patience = 160;

    /// <summary>Each takes half a gibibyte by and by, and four at once would take more than there is.</summary>
    [Fact]
    public void Agents_that_really_take_memory_are_frozen_in_time_and_learnt_from_and_none_is_killed()
    {
        const string Hungry = "fake: do { for i in 1 2 3 4 5 6 7 8 9 10; do head -c 60000000 /dev/zero; sleep 0.4; done; sleep 3; } | tail -c 590000000 | wc -c > held-$(basename $PWD).txt";
        using var repository = new SampleRepository("\"max_parallel_tasks\": 4, \"machine\": { \"disk_floor_mb\": 4 }, \"review\": { \"level\": \"none\" }", [.. "ABCDEFGHIJKL".Select(task => ($"1{task}", Hungry))]);
        using var disk = new SmallDisk(repository, megabytes: 64);
        using var memory = new SmallMemory(repository, mebibytes: 2500);
        disk.Lay(memory.Information, "/proc/meminfo");
        using var run = disk.Start("run");
        Assert.True(run.WaitForExit(Patience) == 0, run.Out + run.Error);
        disk.BringBack();
        repository.EndedWell("1A 1B 1C 1D 1E 1F 1G 1H 1I 1J 1K 1L");
        var log = File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(repository.Folder, "logs"), "*.log")));
        TestContext.Current.TestOutputHelper?.WriteLine($"at the least {memory.Least} MiB were free\n{string.Join('\n', log.Split('\n').Where(line => line.Contains("the machine", StringComparison.Ordinal)))}");
        Assert.InRange(memory.Least, 1, 600); // it was tight, and nobody had to be killed
        Assert.Contains("frozen", log, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(Path.Combine(repository.Home, ".fake-claude")), conversation => Assert.Single(File.ReadAllLines(conversation)));
        using var metrics = JsonDocument.Parse(repository.Read("logs/metrics.json"));
        Assert.All(metrics.RootElement.GetProperty("milestones").EnumerateArray(), milestone => Assert.Equal(1, milestone.GetProperty("attempts").GetInt32()));
    }
}
