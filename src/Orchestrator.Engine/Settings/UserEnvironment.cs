using System.Collections;

namespace Orchestrator.Engine.Settings;

/// <summary>The environment the program was started in, read once. Nothing else reads it, and no child inherits it.</summary>
public sealed class UserEnvironment(IReadOnlyDictionary<string, string> variables)
{
    /// <summary>A snapshot of the process's own environment.</summary>
    public static UserEnvironment Read()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        return new UserEnvironment(variables);
    }

    /// <summary>A variable; null when it is not set or empty.</summary>
    public string? this[string name] => variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The user's home folder.</summary>
    public string Home => this["HOME"] ?? this["USERPROFILE"] ?? "/";

    /// <summary>The folder for what can be fetched again.</summary>
    public string CacheFolder => Path.Combine(this["XDG_CACHE_HOME"] ?? Path.Combine(Home, ".cache"), "claude-code-orchestrator");

    /// <summary>The folder for what all our runs of this user share, and only while they run.</summary>
    public string SharedFolder => Path.Combine(this["XDG_STATE_HOME"] ?? Path.Combine(Home, ".local", "state"), "claude-code-orchestrator");

    /// <summary>Those of the named variables that are set.</summary>
    public Dictionary<string, string> Only(params IEnumerable<string> names)
    {
        var chosen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (this[name] is { } value)
            {
                chosen[name] = value;
            }
        }

        return chosen;
    }

    /// <summary>The absolute path of a program on PATH, or null. Relative entries of PATH are passed over: a folder an agent can write to must not name our tools.</summary>
    public string? Find(string program)
    {
        foreach (var folder in (this["PATH"] ?? "/usr/bin:/bin").Split(Path.PathSeparator))
        {
            foreach (var name in OperatingSystem.IsWindows() ? new[] { program + ".exe", program + ".cmd" } : [program])
            {
                if (Path.IsPathRooted(folder) && Path.Combine(folder, name) is var path && File.Exists(path))
                {
                    return path;
                }
            }
        }

        return null;
    }
}
