using Orchestrator.Core;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Settings;
using Orchestrator.Rehearsal;

namespace Orchestrator.Cli.Agents;

/// <summary>
/// Gives a run its agents: the user's own CLI and login, or, where the settings name a rehearsal script, the CLI
/// against the scripted model in an environment made from nothing.
/// </summary>
internal sealed class AgentSources(UserEnvironment user, Action<string> say, string? forcedScript = null) : IAsyncDisposable
{
    private RehearsalServer? _server;

    /// <summary>The source, as a run asks for it.</summary>
    public async Task<(string Program, IReadOnlyDictionary<string, string> Environment)?> FindAsync(
        OrchestratorSettings settings, RepositoryPlaces places, List<Problem> problems)
    {
        var script = forcedScript ?? (settings.Rehearsal is { } named ? Path.GetFullPath(named, places.Root) : null);
        var program = ClaudeCli.Find(settings, places.Root, user);
        if (program is null && script is not null && settings.ClaudePath is null)
        {
            (program, var problem) = await ClaudeCli.FetchAsync(user, say, CancellationToken.None).ConfigureAwait(false);
            if (problem is not null)
            {
                problems.Add(problem);
                return null;
            }
        }

        if (program is null)
        {
            problems.Add(new Problem("claude.missing", settings.ClaudePath is { } path ? $"claude.path names {path}, which is not there." : "The Claude Code CLI is not on PATH.", new Place(settings.ClaudePath is null ? "PATH" : SettingsReader.FileName), "Install it with 'npm install -g @anthropic-ai/claude-code', log in once with 'claude', then run again."));
            return null;
        }

        return script is null
            ? (program, ClaudeCommand.UserEnvironment(user, settings.ClaudeEnv))
            : Rehearse(program, script, places, problems);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private (string, IReadOnlyDictionary<string, string>)? Rehearse(string program, string script, RepositoryPlaces places, List<Problem> problems)
    {
        if (!File.Exists(script))
        {
            problems.Add(new Problem("rehearsal.missing", "The rehearsal script is not there.", new Place(script), "Correct claude.rehearsal in the settings, or take it out."));
            return null;
        }

        var (parsed, faults) = RehearsalScript.Read(File.ReadAllText(script), Path.GetFileName(script));
        if (faults.Count > 0)
        {
            problems.AddRange(faults.Select(f => new Problem("rehearsal.script", f.Message, new Place(f.File, f.Line), f.Hint)));
            return null;
        }

        _server = RehearsalServer.Start(parsed);
        var home = Path.Combine(places.State, "rehearsal");
        StateFolder.MakePrivate(places.State);
        StateFolder.MakePrivate(home);
        return (program, new Dictionary<string, string>
        {
            ["PATH"] = user["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = home,
            ["LANG"] = "C.UTF-8",
            ["TERM"] = "dumb",
            ["ANTHROPIC_BASE_URL"] = _server.BaseAddress.ToString(),
            [parsed.NeedsSubscription ? "CLAUDE_CODE_OAUTH_TOKEN" : "ANTHROPIC_API_KEY"] = "rehearsal-no-key",
        });
    }
}
