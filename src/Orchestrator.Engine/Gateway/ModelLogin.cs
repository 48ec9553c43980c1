using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Engine.Gateway;

/// <summary>
/// The login that the CLI keeps in a file: a token of some hours, and what renews it. It is read anew for each request,
/// for the user's own CLI may renew it at any time. Close to its end somebody is asked to renew it, once at a time for
/// all agents: of agents that each renewed it by themselves, all but one would come with what was spent already.
/// </summary>
/// <param name="file">The CLI's file.</param>
/// <param name="renew">Has it renewed where it lies. Whether that worked is seen in the file.</param>
/// <param name="time">The clock.</param>
public sealed class ModelLogin(string file, Func<CancellationToken, Task> renew, TimeProvider time) : ModelCredential
{
    /// <summary>Its name in the CLI's folder.</summary>
    public const string FileName = ".credentials.json";

    private const string Part = "claudeAiOauth";

    // The CLI takes one for spent five minutes before it is: asked earlier, it would renew nothing.
    private static readonly TimeSpan Close = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private volatile string? _given;
    private volatile string? _refused;
    private DateTimeOffset _tried = DateTimeOffset.MinValue;
    private Task _renewing = Task.CompletedTask;

    /// <summary>Whether there is a login in the file.</summary>
    public bool Exists => Read() is not null;

    /// <inheritdoc/>
    public override string ToString() => "a login";

    /// <summary>
    /// The file for an agent: like the user's, so that the CLI knows the account's kind, but with a key that is worth
    /// something at the gateway alone, and nothing that could renew it.
    /// </summary>
    public string CopyWith(string key)
    {
        var copy = new JsonObject { ["accessToken"] = key, ["expiresAt"] = time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds() };
        var users = Tree()?[Part] as JsonObject;
        foreach (var name in new[] { "scopes", "subscriptionType", "rateLimitTier" })
        {
            if (users?[name] is { } value)
            {
                copy[name] = value.DeepClone();
            }
        }

        return new JsonObject { [Part] = copy }.ToJsonString();
    }

    internal override async ValueTask<KeyValuePair<string, string>> HeaderAsync(CancellationToken cancellation)
    {
        var login = Read();
        if (IsSpent(login))
        {
            await Renewing().WaitAsync(cancellation).ConfigureAwait(false);
            login = Read();
        }

        // What could not be renewed is sent all the same: the provider says best what is wrong with it.
        _given = login?.Token ?? _given;
        return Bearer(_given ?? "none");
    }

    internal override void Refused(string sent) => _refused = sent;

    internal override bool IsIn(string text) => _given is { } given && text.Contains(given, StringComparison.Ordinal);

    /// <summary>The renewal under way, or a new one. That whoever began it leaves does not end it: others wait for it, too.</summary>
    private Task Renewing()
    {
        lock (_lock)
        {
            if (_renewing.IsCompleted && time.GetUtcNow() - _tried >= Pause)
            {
                (_tried, _renewing) = (time.GetUtcNow(), Task.Run(RenewAsync));
            }

            return _renewing;
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            await renew(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It shows in the file whether it worked; the provider's answer tells the agent.
        }
        finally
        {
            _refused = null; // a token that is still the same was refused for another reason, or will be refused again
        }
    }

    private bool IsSpent((string Token, DateTimeOffset Until)? login) => login is not { } known || known.Until - time.GetUtcNow() < Close || Bearer(known.Token).Value == _refused;

    private (string Token, DateTimeOffset Until)? Read()
    {
        try
        {
            return Tree()?[Part] is JsonObject part && (string?)part["accessToken"] is { } token && Fits(token)
                ? (token, part["expiresAt"] is JsonValue until && until.TryGetValue<long>(out var at) ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(at, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())) : DateTimeOffset.MaxValue)
                : null;
        }
        catch (InvalidOperationException)
        {
            return null; // the token is no text
        }
    }

    private JsonObject? Tree()
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file)) as JsonObject;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
