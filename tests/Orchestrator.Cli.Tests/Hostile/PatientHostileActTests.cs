using System.Collections.Concurrent;

namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>
/// Damage that lasts until somebody mends it: the run waits and says what for, can be stopped, and goes on when it is
/// mended. These tests wait more than they work, so several go at once.
/// </summary>
public sealed class PatientHostileActTests
{
    [Fact]
    public void Damage_that_lasts_is_named_and_the_run_goes_on_when_it_is_mended()
    {
        var broken = new ConcurrentBag<string>();
        var acts = WorktreeHostileActTests.Acts.Concat(SharedHostileActTests.Acts).Concat(FileHostileActTests.Acts).Where(act => act.Waits);
        Parallel.ForEach(acts, new ParallelOptions { MaxDegreeOfParallelism = 4 }, act =>
        {
            try
            {
                using var stage = new HostileStage(act);
                stage.HoldsTheLaw();
            }
            catch (Exception e)
            {
                broken.Add($"{act.Name}: {e.Message}");
            }
        });
        Assert.True(broken.IsEmpty, string.Join("\n\n", broken.Order(StringComparer.Ordinal)));
    }
}
