using System.Globalization;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gateway;

/// <summary>The CLI's login, held by the gateway: agents ask with a dummy, and one renewal serves all.</summary>
public sealed class ModelLoginTests : IDisposable
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

    private readonly TempFolder _folder = new();
    private int _renewed;

    private string LoginFile => _folder.In("login.json");

    [Fact]
    public async Task Each_request_goes_out_with_the_token_of_the_moment()
    {
        Write("first", TimeSpan.FromHours(8));
        await using var scene = Scene(Answer, "unused");
        await scene.MessageAsync();
        Write("second", TimeSpan.FromHours(8));
        await scene.MessageAsync();

        Assert.Equal(["first", "second"], Tokens(scene));
        Assert.Equal(0, _renewed);
    }

    [Fact]
    public async Task Close_to_its_end_it_is_renewed_once_for_all_that_ask()
    {
        Write("old", TimeSpan.FromMinutes(3));
        await using var scene = Scene(Answer, "new");

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => scene.MessageAsync()));

        Assert.Equal(Enumerable.Repeat("new", 10), Tokens(scene));
        Assert.Equal(1, _renewed);
    }

    [Fact]
    public async Task What_the_provider_refused_is_renewed_before_the_next_request()
    {
        Write("revoked", TimeSpan.FromHours(8));
        await using var scene = Scene("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}", "new");
        await scene.MessageAsync();
        await scene.MessageAsync();

        Assert.Equal(["revoked", "new"], Tokens(scene));
    }

    /// <summary>The user's own CLI may have renewed it while a request was under way.</summary>
    [Fact]
    public async Task That_an_older_one_was_refused_says_nothing_of_the_new_one()
    {
        Write("older", TimeSpan.FromHours(8));
        await using var scene = new GatewayScene(
            new Provider(async socket =>
            {
                Write("newer", TimeSpan.FromHours(8));
                await Provider.SayAsync(socket, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}");
            }),
            null,
            new ModelLogin(LoginFile, CountAsync, TimeProvider.System));
        await scene.MessageAsync();
        await scene.MessageAsync();

        Assert.Equal(["older", "newer"], Tokens(scene));
        Assert.Equal(0, _renewed);
    }

    [Fact]
    public async Task A_renewal_that_fails_is_not_tried_again_at_once_and_the_provider_says_what_is_wrong()
    {
        Write("old", TimeSpan.FromMinutes(-1));
        await using var scene = Scene("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}", null);

        Assert.StartsWith("HTTP/1.1 401", await scene.MessageAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401", await scene.MessageAsync(), StringComparison.Ordinal);

        Assert.Equal(["old", "old"], Tokens(scene));
        Assert.Equal(1, _renewed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"claudeAiOauth":7}""")]
    [InlineData("""{"claudeAiOauth":{"accessToken":7}}""")]
    [InlineData("""{"claudeAiOauth":{"accessToken":"a b"}}""")]
    public void What_is_no_login_is_none(string text)
    {
        File.WriteAllText(LoginFile, text);
        var login = new ModelLogin(LoginFile, _ => Task.CompletedTask, TimeProvider.System);

        Assert.False(login.Exists);
        Assert.Contains("dummy", login.CopyWith("dummy"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_agents_copy_says_what_kind_of_account_it_is_and_opens_nothing()
    {
        Write("real-access", TimeSpan.FromHours(1));

        var copy = new ModelLogin(LoginFile, _ => Task.CompletedTask, TimeProvider.System).CopyWith("dummy");

        Assert.Contains("\"subscriptionType\":\"max\"", copy, StringComparison.Ordinal);
        Assert.DoesNotContain("real", copy, StringComparison.Ordinal);
        Assert.DoesNotContain("refreshToken", copy, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string token, TimeSpan left) => File.WriteAllText(
        LoginFile,
        $$"""{"claudeAiOauth":{"accessToken":"{{token}}","refreshToken":"real-refresh","expiresAt":{{(DateTimeOffset.UtcNow + left).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}},"scopes":["user:inference"],"subscriptionType":"max"} }""");

    private GatewayScene Scene(string answer, string? renewed)
    {
        return new GatewayScene(new Provider(answer), null, new ModelLogin(LoginFile, RenewAsync, TimeProvider.System));

        async Task RenewAsync(CancellationToken cancellation)
        {
            Interlocked.Increment(ref _renewed);
            await Task.Yield();
            if (renewed is not null)
            {
                Write(renewed, TimeSpan.FromHours(8));
            }
        }
    }

    private Task CountAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _renewed);
        return Task.CompletedTask;
    }

    private static IEnumerable<string> Tokens(GatewayScene scene) =>
        scene.Provider.Heads.Select(head => head.Split("\r\n").Single(line => line.StartsWith("Authorization: Bearer ", StringComparison.Ordinal))["Authorization: Bearer ".Length..]);
}
