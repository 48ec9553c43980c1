using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Notices;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>How the agents of a run reach the model, as their environment says it: for the gateway, which does it in their place.</summary>
/// <param name="Provider">Where.</param>
/// <param name="Credential">With what.</param>
/// <param name="Variable">The variable in which an agent gets its dummy key; null for a login, which is a file.</param>
/// <param name="Proxy">What the way leads over, if anything.</param>
/// <param name="Roots">Whom to believe beside those that the machine believes.</param>
public sealed record ModelAccess(Uri Provider, ModelCredential Credential, string? Variable, IWebProxy? Proxy, X509Certificate2Collection Roots)
{
    /// <summary>The variable that names the provider's address.</summary>
    public const string BaseUrl = "ANTHROPIC_BASE_URL";

    private const string LoginFolder = "CLAUDE_CONFIG_DIR";

    private static readonly Uri Usual = new("https://api.anthropic.com");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // What opens the provider, in the order in which the CLI looks for it, and whether it is a token.
    private static readonly (string Variable, bool Token)[] Credentials = [("ANTHROPIC_AUTH_TOKEN", true), ("ANTHROPIC_API_KEY", false), ("CLAUDE_CODE_OAUTH_TOKEN", true)];

    // Ways that the gateway does not know: to another company's cloud, or with a certificate of one's own.
    private static readonly string[] Others = ["CLAUDE_CODE_USE_", "CLAUDE_CODE_CLIENT_CERT", "ANTHROPIC_UNIX_SOCKET"];

    /// <summary>The names of all variables that open the provider: none of them is for those in a fence.</summary>
    public static IEnumerable<string> Secrets => Credentials.Select(c => c.Variable);

    /// <summary>Finds it out; null, and why, where the gateway cannot do it.</summary>
    /// <param name="program">The CLI, which renews its login.</param>
    /// <param name="environment">The agents' environment.</param>
    /// <param name="time">The clock.</param>
    /// <param name="say">Told what happens to the login.</param>
    public static (ModelAccess? Access, string? Why) Find(string program, IReadOnlyDictionary<string, string> environment, TimeProvider time, Action<string> say)
    {
        var agents = new UserEnvironment(environment);
        if (environment.Keys.FirstOrDefault(name => Array.Exists(Others, name.StartsWith)) is { } other)
        {
            return (null, $"{other} leads elsewhere");
        }

        if (!Uri.TryCreate(agents[BaseUrl] ?? Usual.AbsoluteUri, UriKind.Absolute, out var provider) || provider.Scheme is not ("http" or "https") || provider.Query.Length + provider.Fragment.Length + provider.UserInfo.Length > 0)
        {
            return (null, $"{BaseUrl} is no address of http or https without a user, a query and a fragment");
        }

        var proxy = UsersProxy.For(provider, agents);
        var (variable, token) = Array.Find(Credentials, c => agents[c.Variable] is not null);
        if (variable is not null)
        {
            var value = agents[variable]!.Trim();
            return ModelCredential.Fits(value)
                ? (new ModelAccess(provider, token ? ModelCredential.Token(value) : ModelCredential.Key(value), variable, proxy, RootsOf(agents)), null)
                : (null, $"{variable} has characters that no key has");
        }

        var login = new ModelLogin(Path.Combine(agents[LoginFolder] ?? Path.Combine(agents.Home, ".claude"), ModelLogin.FileName), stop => RenewAsync(program, environment, say, stop), time);
        return login.Exists ? (new ModelAccess(provider, login, null, proxy, RootsOf(agents)), null) : (null, "there is neither a key nor a login");
    }

    /// <summary>
    /// Has the CLI renew its own login in the user's home, as it does before it asks anything: so its locks hold, also
    /// against the user's other sessions. It costs one small request in some hours.
    /// </summary>
    private static async Task RenewAsync(string program, IReadOnlyDictionary<string, string> environment, Action<string> say, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("orchestrator-login-");
        try
        {
            var end = await ShortProcess.RunAsync(ClaudeCommand.SmallQuestion(program, environment, folder.FullName), null, Patience, cancellation).ConfigureAwait(false);
            say(end.ExitCode == 0 ? "the login was close to its end; the CLI has looked after it" : $"the login is close to its end, and the CLI could not renew it (exit code {end.ExitCode})");
        }
        finally
        {
            if (!folder.EnumerateFileSystemInfos().Any())
            {
                folder.Delete();
            }
        }
    }

    private static X509Certificate2Collection RootsOf(UserEnvironment agents)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            if (agents["NODE_EXTRA_CA_CERTS"] is { } file)
            {
                roots.ImportFromPemFile(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // The CLI, too, goes on without.
        }

        return roots;
    }
}
