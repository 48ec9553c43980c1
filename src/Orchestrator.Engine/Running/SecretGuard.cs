using Orchestrator.Engine.Git.Guarding;
using Orchestrator.Engine.Secrets;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>Brings the scanner to where things are committed and written, with what the settings allow.</summary>
public sealed class SecretGuard
{
    private static readonly string[] Usual =
        ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];

    private readonly List<(Globs Paths, SecretAllowance Allowance)> _allowed;
    private readonly TimeProvider _time;

    /// <summary>One for a run.</summary>
    /// <param name="setting">What the user allows.</param>
    /// <param name="own">Our own credentials.</param>
    /// <param name="time">The clock, by which an allowance ends.</param>
    public SecretGuard(SecretSetting setting, IEnumerable<string> own, TimeProvider time)
    {
        Scanner = new SecretScanner(own);
        _allowed = [.. setting.Allow.Select(one => (new Globs([one.Path]), one))];
        _time = time;
        Look = setting.Scan ? LookAt : null;
    }

    /// <summary>For what is to be committed; null when the user does not want it looked at.</summary>
    public SecretLook? Look { get; }

    /// <summary>Knows our own credentials too.</summary>
    public SecretScanner Scanner { get; }

    /// <summary>Our own credentials: of the variables that agents or we get, those whose names say that they are secret.</summary>
    public static IEnumerable<string> OwnOf(IReadOnlyDictionary<string, string> variables) =>
        variables.Where(pair => EnvText.IsSecretName(pair.Key)).Select(pair => pair.Value);

    /// <summary>The same of the environment the program was started in: of what the user names for agents, and of the usual keys.</summary>
    public static IEnumerable<string> OwnOf(UserEnvironment user, IEnumerable<string> named) => OwnOf(user.Only([.. named, .. Usual]));

    private IReadOnlyList<SecretPlace> LookAt(string path, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> before, int line)
    {
        var hits = Scanner.Scan(content.Span, before.Span);
        if (hits.Count == 0)
        {
            return [];
        }

        var today = DateOnly.FromDateTime(_time.GetLocalNow().Date);
        var allowed = _allowed.FindAll(one => one.Allowance.HoldsOn(today) && one.Paths.Match(path));
        return [.. hits.Where(hit => !allowed.Exists(one => one.Allowance.Covers(hit.Rule))).Select(hit => new SecretPlace(path, hit.Line + line - 1, hit.Title))];
    }
}
