using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Fence;

/// <summary>
/// A user's repository with two worktrees, a home full of things that are nobody's business, and somebody who commits a
/// hostile act in the first worktree. What lies outside is looked at before and after: all of it, byte by byte.
/// </summary>
internal sealed class FencedScene : IAsyncDisposable
{
    /// <summary>What stands in every file that must not be read.</summary>
    public const string Canary = "canary-7f3a91";

    private const string Header = "[http]\n\textraheader = Authorization: " + Canary + "\n";

    /// <summary>Whoever tests.</summary>
    public const string Me = "me";

    /// <summary>A user without rights; only root can become it.</summary>
    public const string Nobody = "nobody";

    private readonly TempRepository _repository;
    private readonly Repository _opened;
    private int _acts;

    private FencedScene(Repository opened, TempRepository repository, ClosedNetwork? closed) => (_opened, _repository, Closed) = (opened, repository, closed);

    /// <summary>What lies around a fence without a network; null where it is shared.</summary>
    public ClosedNetwork? Closed { get; }

    /// <summary>The worktree that the act is committed in.</summary>
    public string Worktree => _opened.Places.Worktree("1A");

    /// <summary>The user's home.</summary>
    public string Home => _repository.Around.In("home");

    /// <summary>The user's checkout.</summary>
    public string Root => _repository.Root;

    /// <summary>Makes it. Where this machine has no fence, the test is skipped.</summary>
    /// <param name="network">Whether the fence shares the machine's network.</param>
    /// <param name="gateway">Whether there is a gateway also where it does.</param>
    /// <param name="login">What the CLI's login is, in place of a key.</param>
    public static async Task<FencedScene> MakeAsync(bool network = true, bool gateway = false, string? login = null)
    {
        var found = await FenceProbe.LookAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(found.Fence is null, $"no fence: {found.Why}");
        var repository = new TempRepository();
        var (opened, _) = await Repository.OpenAsync(repository.Root, repository.User, TestContext.Current.CancellationToken);
        var file = login is null ? null : Files.Write(repository.Around.In("home"), ".claude/.credentials.json", login);
        var scene = new FencedScene(opened!, repository, network && !gateway ? null : new ClosedNetwork(repository.Around, shared: network, file));
        repository.Git("remote", "add", "origin", $"https://ada:{Canary}@example.org/x.git");
        repository.Git("remote", "add", "second", $"https://ada:p@{Canary}@example.org/x.git");
        repository.Git("config", "http.extraheader", $"Authorization: {Canary}");
        repository.Git("config", "sendemail.smtpPass", Canary);
        File.AppendAllText(Path.Combine(repository.Root, ".git", "config"), $"[http \"https://one.example\"] extraHeader = {Canary}\n[http \"https://two.example\"]\n\textraHeader = Authorization: \\\n  {Canary}\n");
        await StateFolder.EnsureAsync(opened!, repository.Around.In("repo", "logs"), TestContext.Current.CancellationToken);
        foreach (var (path, text) in new[]
        {
            (".ssh/id_ed25519", Canary), (".aws/credentials", Canary), (".config/gh/hosts.yml", Canary), (".netrc", Canary), (".gitconfig", "[user]\n\tname = Ada\n"),
            (".bashrc", "true\n"), (".claude/settings.json", "{}"), (".local/bin/git", "#!/bin/sh\nexit 0\n"), (".docker/config.json", Canary),
        })
        {
            Files.Write(scene.Home, path, text);
        }

        foreach (var (path, text) in new[] { ("config.worktree", Header), ("modules/lib/deep/HEAD", "ref: refs/heads/main\n"), ("modules/lib/deep/config", Header), ("modules/lib/deep/modules/in/HEAD", ""), ("modules/lib/deep/modules/in/config", Header) })
        {
            Files.Write(Path.Combine(scene.Root, ".git"), path, text);
        }

        Files.Write(opened!.Places.State, "runs/x/secret.txt", Canary);
        Files.Write(scene.Root, "not-committed.txt", Canary);
        foreach (var id in new[] { "1A", "1B" })
        {
            await new Worktrees(opened).EnsureAsync(new WorkPlace("r1", MilestoneId.TryParse(id, out var parsed) ? parsed : default), repository.Tip(), renew: true, TestContext.Current.CancellationToken);
            Directory.CreateDirectory(opened.Places.Temporary(id));
            Files.Write(Path.Combine(scene.Root, ".git", "worktrees", id), "config.worktree", Header);
            Files.Write(Path.Combine(scene.Root, ".git", "worktrees", id), "modules/lib/HEAD", "");
            Files.Write(Path.Combine(scene.Root, ".git", "worktrees", id), "modules/lib/config", Header);
        }

        StateFolder.MakePrivate(opened.Places.Fence(""));

        return scene;
    }

    /// <summary>Commits an act: a shell script, in the worktree. Returns how it ended and what it said.</summary>
    /// <param name="script">The act; <c>$ROOT</c>, <c>$SIBLING</c>, <c>$STATE</c> and <c>$USERHOME</c> name what it is after.</param>
    /// <param name="setting">What the fence lets through beside.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="user">Who commits it: root, if that is who tests, or nobody.</param>
    /// <param name="gate">Whether a gate runs it, which has no key of the model.</param>
    public async Task<(int? Exit, string Said)> ActAsync(string script, FenceSetting? setting = null, int limit = 30, string user = Me, bool gate = false)
    {
        using var process = await StartAsync(script, setting, user, gate);
        var exit = await process.WaitAsync(TimeSpan.FromSeconds(limit), TestContext.Current.CancellationToken);
        await process.StopAsync();
        if (user == Nobody)
        {
            Shell.Run("/bin/chown", Root, Home, "-R", "0:0", _repository.Around.Path);
            Closed?.Give("0:0");
        }

        return (exit, await File.ReadAllTextAsync(Said(_acts)));
    }

    /// <summary>The same, and does not wait.</summary>
    public async Task<LongProcess> StartAsync(string script, FenceSetting? setting = null, string user = Me, bool gate = false)
    {
        var found = await FenceProbe.LookAsync(TestContext.Current.CancellationToken);
        var network = Closed is { Ways.Shared: false } ? FenceNetwork.Model : FenceNetwork.Shared;
        var fences = new Fences(_opened, found.Fence!, setting ?? new FenceSetting { TemporaryBytes = 64 << 20, Network = network }, [], Closed?.Ways);
        var around = await fences.AroundAsync("1A", anew: false, TestContext.Current.CancellationToken);
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/bin:/bin", ["HOME"] = Home, ["USERHOME"] = Home, ["ROOT"] = Root, ["SIBLING"] = _opened.Places.Worktree("1B"), ["STATE"] = _opened.Places.State,
            ["TMPDIR"] = _opened.Places.Temporary("1A"), [LongProcess.RepositoryMarker] = Root,
            ["GIT_AUTHOR_NAME"] = "A", ["GIT_AUTHOR_EMAIL"] = "a@example.org", ["GIT_COMMITTER_NAME"] = "A", ["GIT_COMMITTER_EMAIL"] = "a@example.org",
        };
        if (Closed is not null && !gate)
        {
            await Closed.AddAsync(environment, async one => (await fences.AroundAsync(one, anew: false, TestContext.Current.CancellationToken))(new ProcessSpec("/bin/true", [], "/", environment) { Model = new ModelShare() }));
        }

        var spec = around(new ProcessSpec("/bin/sh", ["-c", $"exec 2>&1\n{script}"], Worktree, environment) { Model = gate ? null : new ModelShare() });
        if (user == Nobody)
        {
            Closed?.Give("65534:65534");
            Shell.Run("/bin/chown", Root, Home, "-R", "65534:65534", _repository.Around.Path);
            spec = spec with { File = "/usr/bin/setpriv", Arguments = ["--reuid=65534", "--regid=65534", "--clear-groups", spec.File, .. spec.Arguments] };
        }

        return await LongProcess.StartAsync(spec, $"fenced-{Guid.NewGuid():N}", null, Said(++_acts), Said(_acts) + ".err");
    }

    /// <summary>Everything that an act must not change, and what it left running: paths with type, mode, time and content.</summary>
    public string Outside()
    {
        var told = new StringBuilder();
        var own = new[] { Worktree, _opened.Places.Temporary("1A"), _opened.Places.Fence("1A"), _repository.Around.In("said") };
        foreach (var entry in new DirectoryInfo(_repository.Around.Path).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, ReturnSpecialDirectories = false }).OrderBy(e => e.FullName, StringComparer.Ordinal))
        {
            if (own.Any(folder => (entry.FullName + "/").StartsWith(folder + "/", StringComparison.Ordinal)))
            {
                continue;
            }

            var content = entry is FileInfo { LinkTarget: null, Length: > 0 } file ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName)))[..12] : "";
            told.AppendLine($"{Path.GetRelativePath(_repository.Around.Path, entry.FullName)} {entry.Attributes} {entry.UnixFileMode} {entry.LinkTarget} {content}");
        }

        return told.ToString();
    }

    /// <summary>Commits an act without a fence: what it would have done.</summary>
    public string Unfenced(string script)
    {
        var environment = new Dictionary<string, string> { ["USERHOME"] = Home, ["ROOT"] = Root, ["SIBLING"] = _opened.Places.Worktree("1B"), ["STATE"] = _opened.Places.State, ["TMPDIR"] = _opened.Places.Temporary("1A") };
        var (_, output, _) = Shell.Try("/usr/bin/env", Worktree, Home, [.. environment.Select(v => $"{v.Key}={v.Value}"), "/bin/sh", "-c", $"exec 2>&1\n{script}"]);
        return Encoding.UTF8.GetString(output);
    }

    /// <summary>Whether the objects that the repository had are whole.</summary>
    public string Check() => _repository.Git("fsck", "--no-dangling", "--no-progress");

    /// <summary>The processes that still bear our mark.</summary>
    public IReadOnlyList<int> Left() => ProcessSweep.Find(LongProcess.RepositoryMarker, Root);

    /// <summary>Whether somebody stays. Who was killed just now is still seen for a moment on a machine that has much to do.</summary>
    public bool SomebodyStays()
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(5); Thread.Yield())
        {
            if (Left().Count == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Closed is not null)
        {
            await Closed.DisposeAsync();
        }

        _repository.Dispose();
    }

    private string Said(int act) => _repository.Around.In("said", $"{act}.txt") is var file && Directory.CreateDirectory(Path.GetDirectoryName(file)!).Exists ? file : "";
}
