using System.Globalization;

namespace Orchestrator.Cli.Tests.Soak;

/// <summary>Long runs whose agents crash, hang up, are refused, leave children and talk much: nothing grows with the milestones, and nothing stays.</summary>
public sealed class SoakTests
{
    private const int InStage = 25;
    private const int Slots = 4;

    /// <summary>Those in work, those that wait for a limit beside them, and one made ready ahead.</summary>
    private const int MostWorktrees = (2 * Slots) + 1;

    /// <summary>Four turns under way have as many; one that stayed open for each milestone would make a hundred.</summary>
    private const int MostDescriptors = 16;

    /// <summary>A plan has its bound; more are done in several runs in one repository.</summary>
    private const int MostInRun = 1000;

    /// <summary>The first third is warming up; the least of a while is what is held, the rest is what is to be collected.</summary>
    private const long MostKibibytes = 6 * 1024;

    /// <summary>State and story of a milestone.</summary>
    private const long KibibytesEach = 12;

    [Fact]
    public void Nothing_grows_with_the_milestones_and_nothing_stays()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("ORCHESTRATOR_SOAK") ?? "300", CultureInfo.InvariantCulture);
        using var repository = new SampleRepository($"\"max_parallel_tasks\": {Slots}, \"review\": {{ \"level\": \"none\" }}");
        for (int done = 0, stage = 1; done < count;)
        {
            var now = Math.Min(MostInRun, count - done);
            stage = Plan(repository, stage, done, now);
            done += now;
            OneRun(repository, now);
        }

        Assert.Equal(count, repository.Merged().Split(' ').Length);
        Assert.Empty(repository.LeftOver());
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(repository.Folder, ".git"), "*.lock", SearchOption.AllDirectories), file => !Path.GetFileName(file).StartsWith("orchestrator", StringComparison.Ordinal)); // the lease stays and is not held
        Assert.Empty(Directory.GetFiles(Path.Combine(repository.Folder, ".orchestrator"), "*.new", SearchOption.AllDirectories));
        Assert.InRange(Worktrees(repository).Length, 1, MostWorktrees);
        Assert.All(Worktrees(repository), folder => Assert.StartsWith("pool-", Path.GetFileName(folder), StringComparison.Ordinal)); // for the next run
        Assert.Equal("", repository.Git("status", "--porcelain", "--untracked-files=no"));
    }

    private static void OneRun(SampleRepository repository, int count)
    {
        var temporary = Path.Combine(repository.Home, "tmp");
        Directory.CreateDirectory(temporary);
        using var run = repository.Start(new Dictionary<string, string> { ["TMPDIR"] = temporary }, "run");
        var samples = new List<SoakSample>();
        while (!run.HasExited)
        {
            if (SoakSample.Of(run.Id, repository.Folder) is { } sample)
            {
                samples.Add(sample);
            }

            run.WaitForAtMost(100);
        }

        Assert.True(run.WaitForExit(10) == 0, $"{run.Out}\n{run.Error}");
        var middle = samples[(samples.Count / 3)..(samples.Count * 2 / 3)];
        var last = samples[(samples.Count * 2 / 3)..];
        var told = $"in the middle {Told(middle)}; at the end {Told(last)}";
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        Assert.True(last.Min(s => s.Kibibytes) - middle.Min(s => s.Kibibytes) <= MostKibibytes + (count * KibibytesEach / 3), $"memory grows: {told}");
        Assert.True(last.Min(s => s.Descriptors) - middle.Min(s => s.Descriptors) <= MostDescriptors, $"descriptors grow: {told}");
        Assert.True(Median(last, s => s.Threads) - Median(middle, s => s.Threads) <= 3, $"threads grow: {told}");
        Assert.True(Median(last, s => s.Zombies) <= 2, $"zombies stay: {told}");
        Assert.True(last.Max(s => s.Worktrees) <= MostWorktrees, $"worktrees stay: {told}");
        Assert.DoesNotContain(Directory.GetFileSystemEntries(temporary), file => !Path.GetFileName(file).Contains("-debug-", StringComparison.Ordinal) && !Path.GetFileName(file).Contains("-diagnostic-", StringComparison.Ordinal)); // a killed fake agent leaves those
    }

    /// <summary>A new plan in place of the one that is done. Stages of 25; two of three milestones in each go well, the others have each a trouble of their own.</summary>
    private static int Plan(SampleRepository repository, int stage, int done, int count)
    {
        var folder = Directory.CreateDirectory(Path.Combine(repository.Folder, "milestones")).FullName;
        foreach (var former in Directory.GetFiles(folder))
        {
            File.Delete(former);
        }

        for (var i = 0; i < count; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{stage + (i / InStage)}{(char)('A' + (i % InStage))}");
            repository.Write($"milestones/{id}.md", $"# {id}: Soak\n\n{Trouble(done + i, id)}\n");
        }

        repository.Git("add", "-A");
        repository.Git("commit", "-q", "-m", "more");
        return stage + ((count + InStage - 1) / InStage);
    }

    private static string Trouble(int number, string id) => (number % 15) switch
    {
        0 => $"fake: do test -e \"$HOME/once-{id}\" || {{ touch \"$HOME/once-{id}\"; kill -KILL $PPID; }}", // crashes
        3 => $"fake: do test -e \"$HOME/once-{id}\" || {{ touch \"$HOME/once-{id}\"; kill -HUP $PPID; }}", // hangs up early
        6 => "fake: do setsid sleep 600 & sleep 600 &", // leaves children
        9 => "fake: talk 3000",
        12 => number % 75 == 12 ? "fake: limit:1" : "fake: do head -c 2000000 /dev/zero | tr '\\0' x",
        _ => "fake: well",
    };

    private static string[] Worktrees(SampleRepository repository) =>
        Directory.Exists(Path.Combine(repository.Folder, ".worktree")) ? Directory.GetDirectories(Path.Combine(repository.Folder, ".worktree")) : [];

    private static int Median(List<SoakSample> samples, Func<SoakSample, int> of) => samples.Select(of).Order().ElementAt(samples.Count / 2);

    private static string Told(List<SoakSample> samples) => string.Create(
        CultureInfo.InvariantCulture,
        $"{samples.Min(s => s.Kibibytes)} KiB, {samples.Min(s => s.Descriptors)} descriptors, {Median(samples, s => s.Threads)} threads, {Median(samples, s => s.Zombies)} zombies, {samples.Max(s => s.Worktrees)} worktrees in {samples.Count} looks");
}
