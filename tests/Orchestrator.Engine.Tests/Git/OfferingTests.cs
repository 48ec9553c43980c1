using Orchestrator.Core;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>Pull requests: a real git, a bare repository as the remote, and a gh that remembers what it was asked.</summary>
public sealed class OfferingTests : InRepository
{
    private const string Ours = $"orchestrator/{Run}/integration";

    private const string Gh = """
        log=HERE
        printf '%s\n' "$*" >> "$log/gh.log"
        [ -e "$log/gh.broken" ] && { echo "To get started with GitHub CLI, please run: gh auth login" >&2; exit 4; }
        case "$2" in
            list) [ -e "$log/gh.list" ] && cat "$log/gh.list" || echo '[]' ;;
            create) cat "${12}" > "$log/gh.body"; echo '[{"url":"https://example.org/pull/7","state":"OPEN"}]' > "$log/gh.list"; echo "Creating"; echo https://example.org/pull/7 ;;
        esac
        """;

    private string Remote => Repo.Around.In("remote.git");

    private string Log(string name) => Repo.Around.In("log", name);

    public override async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Repo.Around.In("log"));
        Directory.CreateDirectory(Repo.Around.In("tools"));
        File.CreateSymbolicLink(Repo.Around.In("tools", "git"), "/usr/bin/git");
        Repo.Around.Script("tools/gh", Gh.Replace("HERE", Repo.Around.In("log"), StringComparison.Ordinal).Replace("cat ", "/bin/cat ", StringComparison.Ordinal));
        Repo.Git("init", "-q", "--bare", Remote);
        Repo.Git("remote", "add", "origin", Remote);
        await base.InitializeAsync();
    }

    [Fact]
    public async Task The_branch_is_pushed_and_a_pull_request_opened_once_though_it_is_published_twice()
    {
        var first = await IntegratedAsync("1A");
        var offered = await OfferAsync(first);

        Assert.Equal(new Offer(true, "https://example.org/pull/7"), offered.Offer);
        Assert.EndsWith($"the work is on {Ours} at origin and waits in https://example.org/pull/7", offered.Text, StringComparison.Ordinal);
        Assert.Equal(first, AtRemote());
        Assert.Equal($"pr create --repo {Remote} --base main --head {Ours} --title Milestones 1A, 1B --body-file {Opened.Places.Run(Run)}/pull-request.md", Assert.Single(Asked("create")));
        Assert.Contains("- 1A: One\n- 1B: Two\n", File.ReadAllText(Log("gh.body")), StringComparison.Ordinal);

        var second = await IntegratedAsync("1B");
        Assert.Equal(new Offer(true, "https://example.org/pull/7"), (await OfferAsync(second)).Offer);
        Assert.Equal(second, AtRemote());
        Assert.Single(Asked("create"));
    }

    [Fact]
    public async Task Without_gh_it_is_pushed_and_the_command_is_said()
    {
        File.Delete(Repo.Around.In("tools", "gh"));
        var tip = await IntegratedAsync("1A");

        var offered = await OfferAsync(tip);

        Assert.Equal(new Offer(true, null), offered.Offer);
        Assert.Contains($"'gh pr create --repo {Remote} --base main --head {Ours} --fill'", offered.Text, StringComparison.Ordinal);
        Assert.Equal(tip, AtRemote());
    }

    [Fact]
    public async Task A_push_that_a_hook_refuses_leaves_the_work_here_and_is_tried_again()
    {
        var hook = Repo.Around.Script("remote.git/hooks/pre-receive", "printf 'frozen \\033[2Jtoday\\n'; exit 1");
        var tip = await IntegratedAsync("1A");

        var offered = await OfferAsync(tip);

        Assert.Equal(new Offer(false, null), offered.Offer);
        Assert.Contains($"the work is on {Ours} here; it could not be pushed to origin (", offered.Text, StringComparison.Ordinal);
        Assert.Contains("frozen \\u001b[2Jtoday", offered.Text, StringComparison.Ordinal);
        Assert.EndsWith($"'git push origin {Ours}'", offered.Text, StringComparison.Ordinal);
        Assert.Empty(Asked(""));
        Assert.Equal(tip, Repo.Tip(RefNames.Integration(Run)));

        File.Delete(hook);
        Assert.True((await OfferAsync(tip)).Offer.Made);
        Assert.Equal(tip, AtRemote());
    }

    [Fact]
    public async Task A_branch_that_somebody_went_on_with_is_left_to_them()
    {
        await OfferAsync(await IntegratedAsync("1A"));
        Repo.Git("clone", "-q", "-b", Ours, Remote, Repo.Around.In("clone"));
        Files.Write(Repo.Around.In("clone"), "theirs.txt", "theirs\n");
        Repo.GitIn(Repo.Around.In("clone"), "add", "-A");
        Repo.GitIn(Repo.Around.In("clone"), "-c", "user.name=R", "-c", "user.email=r@example.org", "commit", "-q", "-m", "theirs");
        Repo.GitIn(Repo.Around.In("clone"), "push", "-q");
        var theirs = AtRemote();

        var offered = await OfferAsync(await IntegratedAsync("1B"));

        Assert.Equal(new Offer(false, null), offered.Offer);
        Assert.Contains("[rejected]", offered.Text, StringComparison.Ordinal);
        Assert.Equal(theirs, AtRemote());
    }

    [Fact]
    public async Task A_kill_between_push_and_pull_request_or_after_it_makes_neither_twice()
    {
        var tip = await IntegratedAsync("1A");
        Repo.Git("push", "-q", "origin", $"{tip}:refs/heads/{Ours}");
        Assert.True((await OfferAsync(tip)).Offer.Made);
        Assert.True((await OfferAsync(tip)).Offer.Made);
        Assert.Single(Asked("create"));
    }

    [Fact]
    public async Task When_gh_fails_the_command_is_said_and_the_next_try_opens_it()
    {
        File.WriteAllText(Log("gh.broken"), "");
        var tip = await IntegratedAsync("1A");

        var offered = await OfferAsync(tip);

        Assert.Equal(new Offer(false, null), offered.Offer);
        Assert.Contains("gh auth login", offered.Text, StringComparison.Ordinal);
        Assert.Contains("'gh pr create --repo", offered.Text, StringComparison.Ordinal);
        Assert.Equal(tip, AtRemote());
        File.Delete(Log("gh.broken"));
        Assert.Equal("https://example.org/pull/7", (await OfferAsync(tip)).Offer.PullRequest);
    }

    [Theory]
    [InlineData("""[{"url":"https://example.org/pull/3","state":"MERGED"}]""", "https://example.org/pull/7", 1)]
    [InlineData("""[{"url":"https://example.org/pull/3","state":"CLOSED"},{"url":"https://example.org/pull/2","state":"MERGED"}]""", "https://example.org/pull/3", 0)]
    [InlineData("""[{"url":"https://example.org/pull/3","state":"CLOSED"},{"url":"https://example.org/pull/4","state":"OPEN"}]""", "https://example.org/pull/4", 0)]
    public async Task What_came_after_a_merge_gets_a_new_one_and_what_was_closed_stays_closed(string list, string expected, int created)
    {
        File.WriteAllText(Log("gh.list"), list);
        Assert.Equal(new Offer(true, expected), (await OfferAsync(await IntegratedAsync("1A"))).Offer);
        Assert.Equal(created, Asked("create").Count);
    }

    [Theory]
    [InlineData("no list at all")]
    [InlineData("{}")]
    [InlineData("[{\"url\":7}]")]
    public async Task A_list_that_cannot_be_read_opens_nothing(string list)
    {
        File.WriteAllText(Log("gh.list"), list);
        Assert.Equal(new Offer(false, null), (await OfferAsync(await IntegratedAsync("1A"))).Offer);
        Assert.Empty(Asked("create"));
    }

    [Fact]
    public async Task Nothing_planted_in_the_repository_runs_or_diverts_the_push()
    {
        var tip = await IntegratedAsync("1A");
        Repo.Git("init", "-q", "--bare", Repo.Around.In("elsewhere.git"));
        var canary = Repo.Around.Script("canary", $"/usr/bin/touch {Repo.Around.In("sang")}; exec /usr/bin/git-receive-pack \"$@\"");
        var offering = await OpenAsync();
        foreach (var (key, value) in new[] { ("remote.origin.receivepack", canary), ("remote.origin.pushurl", Repo.Around.In("elsewhere.git")), ("core.sshCommand", canary), ("credential.helper", canary), ("core.fsmonitor", canary), ("core.hooksPath", Repo.Around.In("hooks")) })
        {
            Repo.Git("config", key, value);
        }

        File.Copy(canary, Directory.CreateDirectory(Repo.Around.In("hooks")) + "/pre-push");
        File.Copy(canary, Path.Combine(Repo.Root, ".git", "hooks", "pre-push"));

        Assert.True((await offering.OfferAsync(Place(), tip, Stop)).Offer.Made);

        Assert.Equal(tip, AtRemote());
        Assert.Equal("", Repo.GitIn(Repo.Around.In("elsewhere.git"), "for-each-ref"));
        Assert.False(File.Exists(Repo.Around.In("sang")));
    }

    [Fact]
    public async Task A_password_in_the_address_is_never_said()
    {
        Repo.Git("remote", "set-url", "origin", "http://me:verysecret@127.0.0.1:1/a/b.git");
        var offered = await OfferAsync(await IntegratedAsync("1A"));
        Assert.False(offered.Offer.Made);
        Assert.DoesNotContain("verysecret", offered.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_in_the_way_is_said_before_a_run_begins()
    {
        async Task<IEnumerable<string>> Check(string remote) => Offering.Check((await OpenedAsync()).Repository!, remote).Select(p => $"{p.Code} {p.Severity} {p.Where}: {p.Message} {p.Hint}");
        Assert.Empty(await Check("origin"));
        Assert.Contains("Name one of yours as publish_remote: origin.", Assert.Single(await Check("upstream")), StringComparison.Ordinal);
        Repo.Git("config", "credential.helper", "store");
        File.Delete(Repo.Around.In("tools", "gh"));
        Assert.Equal(["publish.gh Warning publish", "publish.local Warning .git/config"], (await Check("origin")).Select(p => p.Split(": ")[0]));
        Repo.Git("remote", "remove", "origin");
        Assert.Contains("publish.remote Error publish_remote: publish is set to pull-request, and there is no remote 'origin'. Add it", (await Check("origin")).First(), StringComparison.Ordinal);
    }

    private static OfferPlace Place() => new(Run, "origin", Main, ["1A: One", "1B: Two"]);

    /// <summary>One more milestone on the run's branch.</summary>
    private async Task<string> IntegratedAsync(string id)
    {
        var tip = Repo.Knows(RefNames.Integration(Run)) ? Repo.Tip(RefNames.Integration(Run)) : Repo.Tip();
        var built = await BuildAsync(tip, await WorkAsync(id, ($"{id}.txt", "x\n")));
        await PublishAsync(built, mode: PublishMode.PullRequest);
        return built.Commit!;
    }

    private async Task<Offered> OfferAsync(string commit) => await (await OpenAsync()).OfferAsync(Place(), commit, Stop);

    private async Task<Offering> OpenAsync() => new((await OpenedAsync()).Repository!);

    private async Task<(Repository? Repository, IReadOnlyList<Problem>)> OpenedAsync() => await Repository.OpenAsync(Repo.Root, Repo.Around.User(("PATH", Repo.Around.In("tools"))), Stop);

    private string AtRemote() => Repo.GitIn(Remote, "rev-parse", $"refs/heads/{Ours}");

    private List<string> Asked(string verb) => File.Exists(Log("gh.log")) ? [.. File.ReadAllLines(Log("gh.log")).Where(line => line.StartsWith($"pr {verb}", StringComparison.Ordinal))] : [];
}
