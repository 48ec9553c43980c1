using System.Text;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Git.Guarding;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Secrets;

public sealed class SecretCommitTests : InRepository
{
    [Fact]
    public async Task Work_with_a_key_in_it_is_not_committed_and_file_and_line_are_named()
    {
        var key = Key(1);
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "src/app.txt", "changed\n");
        Files.Write(folder, "src/deep/config.py", $"import os\n\nKEY = '{key}'\n");

        var refused = await Assert.ThrowsAsync<SecretFoundException>(() => WorkAsync(Guard()));

        Assert.StartsWith("src/deep/config.py:3 holds what looks like a GitHub token.", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key[^12..], refused.ToString(), StringComparison.Ordinal);
        Assert.Equal(Repo.Tip(), Repo.Tip(Branch("1A")));
        Assert.DoesNotContain("1.0", Repo.Git("for-each-ref"), StringComparison.Ordinal);

        Files.Write(folder, "src/deep/config.py", "import os\n\nKEY = os.environ['KEY']\n");
        Assert.Equal(2, (await WorkAsync(Guard())).Files);
    }

    [Fact]
    public async Task What_stood_in_the_file_before_may_stay_and_what_comes_beside_it_may_not()
    {
        var (old, fresh) = (Key(1), Key(2));
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "keys.txt", $"{old}\n");
        var tip = (await CommitAsync("1A")).Commit!;
        Files.Write(folder, "keys.txt", $"moved\n{old}\n");
        Assert.NotNull((await WorkAsync(Guard(), tip, "1.1")).Commit);

        Files.Write(folder, "keys.txt", $"moved\n{old}\n{fresh}\n");
        var refused = await Assert.ThrowsAsync<SecretFoundException>(() => WorkAsync(Guard(), tip, "1.2"));
        Assert.StartsWith("keys.txt:3 ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("keys.txt:2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_file_a_link_and_an_odd_name_are_no_trouble()
    {
        var folder = await PrepareAsync("1A");
        File.Delete(Path.Combine(folder, "README.md"));
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "/nowhere");
        Files.Write(folder, "a\nb \"c\".txt", "fine\n");
        Assert.Equal(3, (await WorkAsync(Guard())).Files);

        Files.Write(folder, "a\nb \"c\".txt", Key(1));
        var refused = await Assert.ThrowsAsync<SecretFoundException>(() => WorkAsync(Guard(), pin: "1.1"));
        Assert.Contains(":1 holds what looks like a GitHub token", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_most_five_are_named_and_the_rest_is_counted()
    {
        var folder = await PrepareAsync("1A");
        for (var i = 1; i <= 7; i++)
        {
            Files.Write(folder, $"{i}.txt", $"{Key(i)}\n");
        }

        var refused = await Assert.ThrowsAsync<SecretFoundException>(() => WorkAsync(Guard()));
        Assert.Contains("5.txt:1", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("6.txt", refused.Message, StringComparison.Ordinal);
        Assert.Contains("and 2 more.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_file_too_long_for_memory_a_key_is_found_wherever_it_stands()
    {
        var folder = await PrepareAsync("1A");
        var filler = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('.', 63) + "\n", 1 << 16))); // 4 MiB, the length of a part
        using (var file = File.Create(Path.Combine(folder, "long.txt")))
        {
            for (var i = 0; i < 5; i++)
            {
                file.Write(i == 1 ? filler.AsSpan(20) : filler);
                file.Write(Encoding.ASCII.GetBytes(i == 0 ? " " + Key(1) + "\n" : ""));
            }

            file.Write(Encoding.ASCII.GetBytes($"end\n{Key(2)}"));
        }

        var refused = await Assert.ThrowsAsync<SecretFoundException>(() => WorkAsync(Guard()));
        var lines = File.ReadAllLines(Path.Combine(folder, "long.txt"));
        Assert.Contains($"long.txt:{Array.FindIndex(lines, line => line.Contains(Key(1), StringComparison.Ordinal)) + 1} ", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"long.txt:{lines.Length} ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("more", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_settings_allow_passes_for_that_file_that_rule_and_until_that_day()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "tests/data/key.txt", $"{Key(1)}\n");
        var today = DateOnly.FromDateTime(DateTime.Now);
        SecretAllowance Allowed(string path, string rule, int days) => new(path, rule, today.AddDays(days), "made for the tests");

        foreach (var useless in new[] { Allowed("src/**", "*", 9), Allowed("tests/**", "private-key", 9), Allowed("tests/**", "*", -1) })
        {
            await Assert.ThrowsAsync<SecretFoundException>(() => WorkAsync(Guard(useless)));
        }

        Assert.NotNull((await WorkAsync(Guard(Allowed("tests/**", "github-token", 0)))).Commit);
    }

    [Fact]
    public async Task Our_own_credential_is_not_committed_whatever_it_looks_like()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "notes.txt", "nothing\nits value is plain words\n");
        var own = SecretGuard.OwnOf(new Dictionary<string, string> { ["SERVICE_TOKEN"] = "plain words", ["LANG"] = "nothing" });
        var refused = await Assert.ThrowsAsync<SecretFoundException>(() => WorkAsync(new SecretGuard(new SecretSetting(), own, TimeProvider.System)));
        Assert.StartsWith("notes.txt:2 holds what looks like one of your own credentials", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("plain", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_scanning_switched_off_everything_is_committed()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "key.txt", Key(1));
        Assert.NotNull((await WorkAsync(new SecretGuard(new SecretSetting { Scan = false }, [], TimeProvider.System))).Commit);
    }

    private static SecretGuard Guard(params SecretAllowance[] allowed) => new(new SecretSetting { Allow = allowed }, [], TimeProvider.System);

    private static string Key(int seed) => "gh" + "p_" + PlantedSecrets.Draw(new Random(seed), PlantedSecrets.Letters, 36);

    private Task<CommittedWork> WorkAsync(SecretGuard guard, string? tip = null, string pin = "1.0") =>
        new WorkCommits(Opened, null, guard.Look).CommitAsync(Place("1A"), tip ?? Repo.Tip(), "1A: work", pin, Stop);
}
