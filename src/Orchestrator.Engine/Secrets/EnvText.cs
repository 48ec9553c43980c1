namespace Orchestrator.Engine.Secrets;

/// <summary>The secrets of a <c>.env</c> file: what is given to a name that says it is one, and the passwords of addresses.</summary>
public static class EnvText
{
    // Shorter ones are words as they stand in any text: "postgres", "development".
    private const int Shortest = 12;

    /// <summary>Whether a file is one, by its name: <c>.env</c>, <c>.env.local</c>, <c>test.env</c>.</summary>
    public static bool IsOne(string path) => Path.GetFileName(path) is var name && (name is ".env" || name.StartsWith(".env.", StringComparison.Ordinal) || name.EndsWith(".env", StringComparison.Ordinal));

    /// <summary>Whether a name says that its value is a secret.</summary>
    public static bool IsSecretName(string name) =>
        Array.Exists(["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"], word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The values that look like secrets.</summary>
    public static IEnumerable<string> ValuesOf(string text)
    {
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || line.TrimStart().StartsWith('#'))
            {
                continue;
            }

            var name = line[..equals].Trim();
            var value = Unquoted(line[(equals + 1)..].Trim());
            var secret = IsSecretName(name) ? value
                : Uri.TryCreate(value, UriKind.Absolute, out var address) && address.UserInfo.Split(':') is [_, var password] ? Uri.UnescapeDataString(password)
                : "";
            if (secret.Length >= Shortest && Plausible.IsDrawn(secret, 3.0))
            {
                yield return secret;
            }
        }
    }

    private static string Unquoted(string value) => value switch
    {
        ['"' or '\'', ..] when value.IndexOf(value[0], 1) is > 0 and var end => value[1..end],
        _ when value.IndexOf(" #", StringComparison.Ordinal) is >= 0 and var comment => value[..comment].TrimEnd(),
        _ => value,
    };
}
