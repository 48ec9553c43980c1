namespace Orchestrator.Cli.Tests.World;

/// <summary>The state folder, or the journal in it, is lost or damaged between two runs. The refs are the witness.</summary>
public sealed class LostStateTests
{
    private static readonly string[] Harms = ["state deleted", "journal deleted", "journal halved", "journal emptied", "journal overwritten"];

    public static TheoryData<string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (var harm in Harms)
            {
                cells.Add(harm, "TERM");
                cells.Add(harm, "KILL");
            }

            return cells;
        }
    }

    public static TheoryData<string> AllHarms => [.. Harms];

    [Theory]
    [MemberData(nameof(Cells))]
    public void Only_what_is_missing_is_done_and_every_ref_of_the_old_run_stays(string harm, string signal)
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        repository.StopHeld(signal);
        var before = repository.OurRefs();
        Harm(repository, harm);

        var said = repository.Completes("1A 2A");

        repository.KeepsAll(before);
        Assert.DoesNotContain("1A   working", said, StringComparison.Ordinal);
        Assert.Equal("1A attempt 1 round 0\n", repository.Read("out/1A.txt"));
        Assert.Equal("", repository.Git("status", "--porcelain"));
        if (harm != "state deleted" && !said.Contains("goes on on main", StringComparison.Ordinal)) // a log that the kill left can hold all of it
        {
            Assert.Contains("The journal was damaged", said, StringComparison.Ordinal);
            Assert.Single(Directory.GetDirectories(Path.Combine(repository.Folder, ".orchestrator"), "journal.damaged-*"));
        }
    }

    [Theory]
    [MemberData(nameof(AllHarms))]
    public void Integrated_work_that_had_not_landed_is_named_until_the_user_has_merged_it(string harm)
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        repository.Write("out/1A.txt", "mine, in the way\n");
        repository.StopHeld("TERM");
        var before = repository.OurRefs();
        var branch = Assert.Single(before.Keys, name => name.EndsWith("/integration", StringComparison.Ordinal))["refs/heads/".Length..];
        Assert.Equal("", repository.Merged());
        Harm(repository, harm);
        for (var tries = 0; tries < 2; tries++)
        {
            var (exit, output, error) = repository.Run("run");
            Assert.True(exit == 2, output + error);
            Assert.Contains($"git merge {branch}", error, StringComparison.Ordinal);
            Assert.Equal("mine, in the way\n", repository.Read("out/1A.txt"));
        }

        // As the hint says.
        repository.Git("stash", "-q", "--include-untracked", "--", "out/1A.txt");
        repository.Git("merge", "-q", branch);
        repository.Completes("1A 2A");
        repository.KeepsAll(before);
    }

    private static void Harm(SampleRepository repository, string harm)
    {
        var state = Path.Combine(repository.Folder, ".orchestrator");
        var journal = Path.Combine(state, "journal.db");
        switch (harm)
        {
            case "state deleted":
                Directory.Delete(state, recursive: true);
                break;
            case "journal deleted":
                File.Delete(journal);
                break;
            case "journal halved":
                using (var file = File.OpenWrite(journal))
                {
                    file.SetLength(file.Length / 2);
                }

                break;
            case "journal emptied":
                File.WriteAllText(journal, "");
                break;
            default:
                var noise = new byte[16_384];
                new Random(7).NextBytes(noise);
                File.WriteAllBytes(journal, noise);
                break;
        }
    }
}
