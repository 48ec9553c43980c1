using System.Text.Json;

namespace Orchestrator.Cli.Tests.World;

/// <summary>
/// A machine that is made small: few megabytes of disk, memory as the test says (a file of its own over the kernel's), and
/// somebody who takes all of the processor. In a mount namespace of the test's own.
/// </summary>
public sealed class TightMachineTests
{
    private const long Mebi = 1 << 20;

    /// <summary>It has to be better for half a minute before anything goes on.</summary>
    private const int Patience = 100;

    [Fact]
    public void Twelve_hungry_milestones_complete_on_a_small_machine_without_one_being_killed()
    {
        const string Settings = "\"max_parallel_tasks\": 6, \"machine\": { \"disk_floor_mb\": 16 }, \"claude\": { \"path\": \"AGENT\", \"head_start_s\": 0 }, \"review\": { \"level\": \"none\" }";
        using var repository = new SampleRepository("", [.. "ABCDEFGHIJKL".Select(task => ($"1{task}", "fake: hold:implement"))]);
        repository.Write("orchestrator.config.json", $"{{ \"isolation\": \"off\", {Settings.Replace("AGENT", Tool.FakeClaude, StringComparison.Ordinal)} }}\n");
        repository.Git("commit", "-qam", "settings");
        using var hog = new RunningTool("/bin/sh", repository.Home, repository.Home, "-c", "while :; do :; done");
        using var disk = new SmallDisk(repository, megabytes: 64);
        var memory = Path.Combine(repository.Home, "meminfo");
        SetAvailable(memory, 3500);
        disk.Lay(memory, "/proc/meminfo");
        using var run = disk.Start("run");
        Until(() => Agents(repository).Length >= 6);

        SetAvailable(memory, 200);
        Until(() => Frozen(disk) == 5);
        Until(() => Agents(repository).Count(IsStopped) == 5);
        Assert.Contains("memory are free", disk.Ask("status"), StringComparison.Ordinal);
        Assert.Equal(6, Agents(repository).Length);

        SetAvailable(memory, 3500);
        Until(() => Frozen(disk) == 0);
        repository.LetGo();
        Assert.True(run.WaitForExit(Patience) == 0, run.Out + run.Error);
        disk.BringBack();
        repository.EndedWell("1A 1B 1C 1D 1E 1F 1G 1H 1I 1J 1K 1L");
        Assert.All(Directory.GetFiles(Path.Combine(repository.Home, ".fake-claude")), conversation => Assert.Single(File.ReadAllLines(conversation)));
        Assert.DoesNotContain("the turn failed", File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(repository.Folder, "logs"), "*.log"))), StringComparison.Ordinal);
        using var metrics = JsonDocument.Parse(repository.Read("logs/metrics.json"));
        Assert.True(metrics.RootElement.GetProperty("machine").GetArrayLength() > 1);
        Assert.All(metrics.RootElement.GetProperty("milestones").EnumerateArray(), milestone => Assert.Equal(1, milestone.GetProperty("attempts").GetInt32()));
    }

    [Fact]
    public void A_gate_that_fails_for_want_of_room_is_run_again_when_there_is_some()
    {
        const string Gate = "{ \"name\": \"builds\", \"run\": \"head -c 60000000 /dev/zero > big; code=$?; rm -f big; exit $code\" }";
        using var repository = new SampleRepository($"\"retry_attempts\": 1, \"review\": {{ \"level\": \"none\", \"rounds\": 0 }}, \"gates\": [ {Gate} ]", ("1A", "fake: ok"));
        using var disk = new SmallDisk(repository, megabytes: 110);
        disk.FillUpTo(32 * Mebi);
        using var run = disk.Start("run");
        Until(() => disk.Ask("status", "--json").Contains("MiB left on the disk", StringComparison.Ordinal));
        Assert.False(run.HasExited, run.Out + run.Error);
        disk.Empty();
        Assert.True(run.WaitForExit(Patience) == 0, run.Out + run.Error);
        disk.BringBack();
        repository.EndedWell("1A");
        Assert.Equal("1A attempt 1 round 0\n", repository.Read("out/1A.txt"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void On_a_disk_that_fills_up_all_are_frozen_and_go_on_when_there_is_room(bool stopped)
    {
        using var repository = new SampleRepository("", ("1A", "fake: hold:implement"), ("2A", "fake: ok"));
        using var disk = new SmallDisk(repository);
        using (var run = disk.Start("run"))
        {
            repository.AwaitHeld(run);
            disk.FillUpTo(4 * Mebi);
            Until(() => Frozen(disk) == 1);
            Until(() => Agents(repository).All(IsStopped));
            Assert.Contains("less than 8 MiB are free on the disk", disk.Ask("status"), StringComparison.Ordinal);
            repository.LetGo();
            Assert.False(run.HasExited);
            if (stopped)
            {
                run.Signal("INT");
                Assert.Equal(4, run.WaitForExit(30));
                Assert.Empty(repository.LeftOver());
            }

            disk.Empty();
            if (!stopped)
            {
                Assert.True(run.WaitForExit(Patience) == 0, run.Out + run.Error);
            }
        }

        if (stopped)
        {
            using var again = disk.Start("run");
            Assert.True(again.WaitForExit(Patience) == 0, again.Out + again.Error);
        }

        disk.BringBack();
        repository.EndedWell("1A 2A");
        Assert.Equal("1A attempt 1 round 0\n", repository.Read("out/1A.txt"));
    }

    private static void SetAvailable(string file, int mebibytes) => SmallMemory.Tell(file, 4096, mebibytes);

    private static int Frozen(SmallDisk disk)
    {
        using var status = JsonDocument.Parse(disk.Ask("status", "--json"));
        var frozen = status.RootElement.GetProperty("machine").GetProperty("frozen").GetInt32();
        Assert.Equal(frozen, status.RootElement.GetProperty("milestones").EnumerateArray().Count(m => m.GetProperty("frozen_since").ValueKind == JsonValueKind.String));
        return frozen;
    }

    private static int[] Agents(SampleRepository repository) => [.. repository.LeftOver().Where(pid => Look($"/proc/{pid}/cmdline").Contains("stream-json", StringComparison.Ordinal) && Look($"/proc/{pid}/comm").StartsWith("fake", StringComparison.Ordinal))];

    private static bool IsStopped(int pid) => Look($"/proc/{pid}/stat").Contains(") T ", StringComparison.Ordinal);

    private static string Look(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }

    private static void Until(Func<bool> isSo) => HeldRun.Until(isSo, Patience, () => "it never came so");
}
