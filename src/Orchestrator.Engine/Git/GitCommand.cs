using System.Text;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>How a git call ended.</summary>
public sealed record GitEnd(int ExitCode, byte[] Output, string Errors)
{
    /// <summary>True for exit code 0.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>The output as text, white space at its ends cut off.</summary>
    public string Text => Encoding.UTF8.GetString(Output).Trim();
}

/// <summary>git refused where it should not have. Carries what it said.</summary>
public sealed class GitFailedException(string call, GitEnd end)
    : Exception($"git {call} ended with {end.ExitCode}: {end.Errors.Trim()}")
{
    private static readonly string[] OfTheSurroundings =
    [
        "No space left", "Disk quota", "Input/output error", "Too many open files", "Cannot allocate memory", "Out of memory", "out of memory", "Read-only file system",
        ".lock", "Resource temporarily unavailable", "Interrupted system call", "Permission denied", "unable to write", "failed to write", "not a git repository",
    ];

    /// <summary>What git said.</summary>
    public GitEnd End { get; } = end;

    /// <summary>Whether git was not let at a file or folder.</summary>
    public bool IsRefused => End.Errors.Contains("Permission denied", StringComparison.Ordinal);

    /// <summary>Whether the surroundings are to blame, a full disk or a lock, or a kill of ours; else trying the same again comes to the same.</summary>
    public bool IsPassing => End.ExitCode >= 124 && End.ExitCode != 128 && End.ExitCode != 129 || Array.Exists(OfTheSurroundings, word => End.Errors.Contains(word, StringComparison.Ordinal));
}

/// <summary>
/// The one door to git. Every call has the same safe options and an environment made from nothing, so that neither
/// the user's settings nor anything an agent planted runs, hides work or diverts a commit.
/// </summary>
public sealed class GitCommand
{
    /// <summary>The variable that every git of ours bears; its value names the repository.</summary>
    public const string Marker = "ORCHESTRATOR_GIT";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    // Sorted by what they keep out. Given on every call, because a repository's own config overrides any file of ours.
    private static readonly string[] Safe =
    [
        // programs that git would start
        "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.alternateRefsCommand=", "core.sshCommand=false", "core.askPass=",
        "core.pager=cat", "core.editor=false", "sequence.editor=false", "credential.helper=", "diff.external=", "interactive.diffFilter=",
        "commit.gpgsign=false", "tag.gpgsign=false", "gpg.program=false", "log.showSignature=false",
        // files that would change what is seen
        "core.attributesFile=/dev/null",
        // housekeeping that runs beside agents and outlives us
        "gc.auto=0", "gc.autoDetach=false", "maintenance.auto=false",
        // other repositories
        "submodule.recurse=false", "fetch.recurseSubmodules=false", "protocol.allow=never", "safe.bareRepository=explicit",
        // a lock of the user's IDE is waited for
        "core.filesRefLockTimeout=5000", "core.packedRefsTimeout=5000",
        // git 2.39 syncs neither loose objects nor refs by itself
        "core.fsync=all", "core.fsyncMethod=batch",
    ];

    /// <summary>Who commits.</summary>
    public GitIdentity Author { get; }

    private readonly string _program;
    private readonly Dictionary<string, string> _environment;
    private readonly string[] _options;

    /// <summary>A door with the given identity and trusted settings.</summary>
    /// <param name="program">The absolute path of git.</param>
    /// <param name="home">An empty folder of ours.</param>
    /// <param name="trustedConfig">Our copy of the harmless part of the user's settings.</param>
    /// <param name="excludesFile">The user's own global ignore file, or null.</param>
    /// <param name="author">Name and address for commits.</param>
    public GitCommand(string program, string home, string trustedConfig, string? excludesFile, GitIdentity author)
    {
        Author = author;
        _program = program;
        _environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/bin:/bin:/usr/local/bin",
            ["HOME"] = home,
            ["LC_ALL"] = "C.UTF-8",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = trustedConfig,
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_ASKPASS"] = "/bin/false",
            ["SSH_ASKPASS"] = "/bin/false",
            ["GIT_NO_REPLACE_OBJECTS"] = "1",
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_EDITOR"] = "false",
            ["GIT_PAGER"] = "cat",
            ["GIT_AUTHOR_NAME"] = author.Name,
            ["GIT_AUTHOR_EMAIL"] = author.Email,
            ["GIT_COMMITTER_NAME"] = author.Name,
            ["GIT_COMMITTER_EMAIL"] = author.Email,
        };
        _options = [.. Safe.Append($"core.excludesFile={excludesFile ?? "/dev/null"}").SelectMany(option => new[] { "-c", option })];
    }

    /// <summary>A repository whose objects need not be durable, because they are imported, synced, before anything refers to them; or null.</summary>
    public string? Scratch { get; init; }

    /// <summary>The repository's name in the environment of each call, to find those that outlive us; or null.</summary>
    public string? Mark
    {
        get => _environment.GetValueOrDefault(Marker);
        init => _environment[Marker] = value ?? "";
    }

    /// <summary>What the trusted config file has to say; written by whoever makes the state folder.</summary>
    public string TrustedConfigText { get; init; } = "";

    /// <summary>Runs git and returns however it ended.</summary>
    /// <param name="gitDir">The repository, always named, never guessed from the folder.</param>
    /// <param name="arguments">Sub-command and arguments.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <param name="input">What it reads on standard input.</param>
    /// <param name="workTree">The working files, for the calls that read them.</param>
    /// <param name="index">The index file to use instead of the repository's own.</param>
    /// <param name="objects">A folder to write objects into instead of the repository's own, and the one to read from beside it.</param>
    public async Task<GitEnd> TryAsync(
        string gitDir, IEnumerable<string> arguments, CancellationToken cancellation, byte[]? input = null, string? workTree = null, string? index = null,
        (string Folder, string Beside)? objects = null)
    {
        var environment = index is null && objects is null ? null : new Dictionary<string, string>(_environment);
        if (index is not null)
        {
            environment!["GIT_INDEX_FILE"] = index;
        }

        if (objects is var (folder, beside))
        {
            environment!["GIT_OBJECT_DIRECTORY"] = folder;
            environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = beside;
        }

        var spec = Spec(gitDir, arguments, workTree, environment);
        var end = await ShortProcess.RunAsync(spec, input, Timeout, cancellation).ConfigureAwait(false);
        return new GitEnd(end.TimedOut ? 124 : end.ExitCode, end.Output, end.Errors);
    }

    /// <summary>A call of git, with all that is safe.</summary>
    /// <param name="gitDir">The repository.</param>
    /// <param name="arguments">Sub-command and arguments.</param>
    /// <param name="workTree">The working files, for the calls that read them.</param>
    /// <param name="environment">Another environment than that of each call.</param>
    internal ProcessSpec Spec(string gitDir, IEnumerable<string> arguments, string? workTree = null, Dictionary<string, string>? environment = null)
    {
        string[] place = workTree is null ? [$"--git-dir={gitDir}"] : [$"--git-dir={gitDir}", $"--work-tree={workTree}"];
        string[] durability = gitDir == Scratch ? ["-c", "core.fsync=none"] : [];
        return new ProcessSpec(_program, [.. place, .. _options, .. durability, .. arguments], workTree ?? gitDir, environment ?? _environment);
    }

    /// <summary>Runs git, which has to succeed.</summary>
    /// <exception cref="GitFailedException">It did not.</exception>
    public async Task<GitEnd> RunAsync(
        string gitDir, IEnumerable<string> arguments, CancellationToken cancellation, byte[]? input = null, string? workTree = null, string? index = null)
    {
        var list = arguments.ToList();
        var end = await TryAsync(gitDir, list, cancellation, input, workTree, index).ConfigureAwait(false);
        return end.Succeeded ? end : throw new GitFailedException(string.Join(' ', list.Take(3)), end);
    }
}

/// <summary>Who commits.</summary>
public sealed record GitIdentity(string Name, string Email)
{
    /// <summary>As git's importer reads it: without the signs that git itself leaves out of names.</summary>
    internal string ForImport => $"{Plain(Name)} <{Plain(Email)}>";

    private static string Plain(string text) => string.Concat(text.Where(c => c is not ('<' or '>' or '\n' or '\0'))).Trim();
}
