using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Core;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git;

/// <summary>Where work is offered, and as what.</summary>
/// <param name="Run">The run.</param>
/// <param name="Remote">The remote's name.</param>
/// <param name="Target">The branch it is to go into, as a full ref.</param>
/// <param name="Milestones">What the run is to do, for title and text.</param>
public sealed record OfferPlace(string Run, string Remote, string Target, IReadOnlyList<string> Milestones);

/// <summary>What came of it, and in words where the work is now.</summary>
public sealed record Offered(Offer Offer, string Text);

/// <summary>
/// Pushes the run's integration branch and opens a pull request, once for each run. Idempotent: what is there is found
/// and not made twice. Never forces: a branch that somebody went on with is left to them.
/// </summary>
public sealed partial class Offering(Repository repository)
{
    private readonly UsersGit _user = new(repository);

    /// <summary>What stands in the way of a pull request before a run has begun.</summary>
    public static IReadOnlyList<Problem> Check(Repository repository, string remote)
    {
        var problems = new List<Problem>();
        if (new UsersGit(repository).AddressOf(remote) is null)
        {
            var known = repository.Settings.Select(s => RemoteUrl().Match(s.Key)).Where(m => m.Success).Select(m => m.Groups[1].Value).Distinct().ToList();
            problems.Add(new Problem("publish.remote", $"publish is set to pull-request, and there is no remote '{remote}'.", new Place("publish_remote"),
                known.Count > 0 ? $"Name one of yours as publish_remote: {string.Join(", ", known)}." : $"Add it with 'git remote add {remote} URL', or set publish to branch."));
        }
        else if (repository.User.Find("gh") is null)
        {
            problems.Add(new Problem("publish.gh", "gh is not on PATH: the work is pushed, and the pull request is left for you to open.", new Place("publish"), "Install the GitHub CLI and log in, or leave it so.", Severity.Warning));
        }

        var local = repository.Settings.Where(s => s.IsOfTheRepository && LoginKey().IsMatch(s.Key)).Select(s => s.Key).Distinct().ToList();
        if (local.Count > 0)
        {
            problems.Add(new Problem("publish.local", $"{string.Join(", ", local)}: set in this repository's own configuration, which agents can change. The push goes without.", new Place(".git/config"),
                "Set it with 'git config --global' if the push needs it.", Severity.Warning));
        }

        return problems;
    }

    /// <summary>Pushes the commit and sees to its pull request.</summary>
    public async Task<Offered> OfferAsync(OfferPlace place, string commit, CancellationToken cancellation)
    {
        var full = RefNames.Integration(place.Run);
        var branch = Short(full);
        if (_user.AddressOf(place.Remote) is not { } address)
        {
            return NotPushed(branch, $"it cannot be pushed: there is no remote '{place.Remote}'", $"git push REMOTE {branch}");
        }

        var home = WithoutLogin(address);
        string Reason(GitEnd end) => UsersGit.ReasonOf(end).Replace(address, home, StringComparison.Ordinal);

        var push = await _user.PushAsync(place.Remote, address, commit, full, cancellation).ConfigureAwait(false);
        if (!push.Succeeded)
        {
            return NotPushed(branch, $"it could not be pushed to {place.Remote} ({Reason(push)})", $"git push {place.Remote} {branch}");
        }

        var pushed = $"publish is set to pull-request: the work is on {branch} at {place.Remote}";
        var byHand = $"'gh pr create --repo {home} --base {Short(place.Target)} --head {branch} --fill'";
        if (await _user.HostAsync(["pr", "list", "--repo", home, "--head", branch, "--state", "all", "--json", "url,state"], cancellation).ConfigureAwait(false) is not { } list)
        {
            return new Offered(new Offer(true, null), $"{pushed}; gh is not on PATH, so open the pull request yourself, e.g. with {byHand}");
        }

        if (!list.Succeeded || Known(list.Output) is not { } known)
        {
            return new Offered(new Offer(false, null), $"{pushed}; gh cannot tell whether there is a pull request ({Reason(list)}); look, or open it with {byHand}");
        }

        if (known.FirstOrDefault(p => p.State == "OPEN").Url is { } open)
        {
            return new Offered(new Offer(true, open), $"{pushed} and waits in {open}");
        }

        if (known.FirstOrDefault(p => p.State == "CLOSED").Url is { } closed)
        {
            return new Offered(new Offer(true, closed), $"{pushed}; its pull request {closed} was closed, and no other is opened");
        }

        // Those that are left are merged: what came after is new, and needs one of its own.
        var create = await _user.HostAsync(
            ["pr", "create", "--repo", home, "--base", Short(place.Target), "--head", branch, "--title", Title(place), "--body-file", BodyFile(place)], cancellation).ConfigureAwait(false);
        return create is { Succeeded: true } && Url().Match(create.Text) is { Success: true } url
            ? new Offered(new Offer(true, url.Value), $"{pushed} and waits in {url.Value}")
            : new Offered(new Offer(false, null), $"{pushed}; the pull request could not be opened ({(create is null ? "gh is gone" : Reason(create))}); open it with {byHand}");
    }

    private static Offered NotPushed(string branch, string why, string command) =>
        new(new Offer(false, null), $"publish is set to pull-request: the work is on {branch} here; {why}; it is tried again, or run '{command}'");

    /// <summary>What gh lists; null when that cannot be read.</summary>
    private static List<(string? Url, string? State)>? Known(byte[] output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            return [.. document.RootElement.EnumerateArray().Select(e => (Plain.Line(e.GetProperty("url").GetString() ?? ""), e.GetProperty("state").GetString()))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static string Title(OfferPlace place) => place.Milestones.Count == 1
        ? Plain.Cut(Plain.Line(place.Milestones[0]), 200)
        : Plain.Cut($"Milestones {string.Join(", ", place.Milestones.Select(m => m.Split(':')[0]))}", 200);

    private string BodyFile(OfferPlace place)
    {
        var folder = repository.Places.Run(place.Run);
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "pull-request.md");
        var list = string.Concat(place.Milestones.Select(m => $"- {Plain.Markdown(Plain.Cut(m, 600))}\n"));
        StateFolder.WriteWhole(file, $"""
            This branch is made by Claude Code Orchestrator, run `{place.Run}`. Each merge on it was reviewed and tested as the settings say, and tested once more as a whole. It grows as stages are finished; the run is to do:

            {list}
            Merge it with a merge commit, not by squash or rebase: the trailers on its merge commits say which milestones are done.

            """);
        return file;
    }

    private static string WithoutLogin(string address) => Login().Replace(address, "$1");

    private static string Short(string name) => name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : name;

    [GeneratedRegex(@"^(https?://)[^/@]*@")]
    private static partial Regex Login();

    [GeneratedRegex(@"https?://[!-~]+")]
    private static partial Regex Url();

    [GeneratedRegex(@"^(?:core\.sshcommand$|credential\.|http\.|url\.)", RegexOptions.IgnoreCase)]
    private static partial Regex LoginKey();

    [GeneratedRegex(@"^remote\.(.+)\.(?:push)?url$", RegexOptions.IgnoreCase)]
    private static partial Regex RemoteUrl();
}
