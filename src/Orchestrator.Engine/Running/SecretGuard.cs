using Orchestrator.Engine.Git.Guarding;
using Orchestrator.Engine.Secrets;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>Brings the scanner to where things are committed and written, with what the settings allow.</summary>
public sealed class SecretGuard
{
    private readonly SecretScanner _scanner;
    private readonly List<(Globs Paths, SecretAllowance Allowance)> _allowed;
    private readonly TimeProvider _time;

    /// <summary>One for a run.</summary>
    /// <param name="setting">What the user allows.</param>
    /// <param name="own">Our own credentials.</param>
    /// <param name="time">The clock, by which an allowance ends.</param>
    public SecretGuard(SecretSetting setting, IEnumerable<string> own, TimeProvider time)
    {
        _scanner = new SecretScanner(own);
        _allowed = [.. setting.Allow.Select(one => (new Globs([one.Path]), one))];
        _time = time;
        Look = setting.Scan ? LookAt : null;
    }

    /// <summary>For what is to be committed; null when the user does not want it looked at.</summary>
    public SecretLook? Look { get; }

    /// <summary>A text with each secret replaced by its rule's name: for everything that we write.</summary>
    public string Redact(string text) => _scanner.Redact(text);

    /// <summary>Our own credentials: of the variables that agents or we get, those whose names say that they are secret.</summary>
    public static IEnumerable<string> OwnOf(IReadOnlyDictionary<string, string> variables) =>
        variables.Where(pair => IsSecretName(pair.Key)).Select(pair => pair.Value);

    private static bool IsSecretName(string name) =>
        Array.Exists(["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"], word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private IReadOnlyList<SecretPlace> LookAt(string path, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> before, int line)
    {
        var hits = _scanner.Scan(content.Span, before.Span);
        if (hits.Count == 0)
        {
            return [];
        }

        var today = DateOnly.FromDateTime(_time.GetLocalNow().Date);
        var allowed = _allowed.FindAll(one => one.Allowance.HoldsOn(today) && one.Paths.Match(path));
        return [.. hits.Where(hit => !allowed.Exists(one => one.Allowance.Covers(hit.Rule))).Select(hit => new SecretPlace(path, hit.Line + line - 1, hit.Title))];
    }
}
