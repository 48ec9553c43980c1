using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Checks;

/// <summary>The programs that a run needs.</summary>
internal static partial class ToolChecks
{
    /// <summary>The versions of the CLI whose behaviour was recorded, the oldest first.</summary>
    public static readonly IReadOnlyList<Version> KnownClaude = [new(2, 1, 197), new(2, 1, 330)];

    private static readonly Version NeededGit = new(2, 38);

    /// <summary>git, by what <c>git version</c> says; null when there is none.</summary>
    public static Check Git(string? said)
    {
        var version = VersionIn(said);
        return new Check("git", version >= NeededGit, said ?? "not found", "2.38 or newer", version is null ? "Install git." : "Install a newer git: merging without a checkout came with 2.38.");
    }

    /// <summary>This very program.</summary>
    /// <param name="native">Whether it is compiled to native code.</param>
    /// <param name="runtime">What it runs on.</param>
    /// <param name="sdk">The .NET SDK's program; null when there is none.</param>
    public static Check Program(bool native, string runtime, string? sdk) => new(
        ".NET or the built program", true, $"{(native ? "built program" : "program")} on {runtime}{(sdk is null ? "" : $", {sdk}")}", "either", "Install the .NET 10 SDK to build it anew.");

    /// <summary>The Claude Code CLI.</summary>
    /// <param name="path">Where it is; null when nowhere.</param>
    /// <param name="said">What it says of its version; null when it does not start.</param>
    public static Check Claude(string? path, string? said)
    {
        var (oldest, newest) = (KnownClaude[0], KnownClaude[^1]);
        var wants = $"{oldest} or newer; tried with {string.Join(" and ", KnownClaude)}";
        if (path is null)
        {
            return new Check("Claude Code CLI", false, "not found", wants, "Run 'npm install -g @anthropic-ai/claude-code', or 'doctor --fix' for a copy of our own.", Mendable: true);
        }

        return VersionIn(said) is not { } version
            ? new Check("Claude Code CLI", false, $"{path}, which does not say its version", wants, "Run it by hand with --version and see what is wrong, or install it anew.")
            : version < oldest
                ? new Check("Claude Code CLI", false, said!, wants, "Update it: how so old a version behaves is not known.", Need.Wanted)
                : new Check("Claude Code CLI", true, version > newest ? $"{said}, newer than what was tried" : said!, wants, "");
    }

    /// <summary>A login or a key, of which nothing is known but that it is there.</summary>
    /// <param name="file">Where the CLI keeps its login.</param>
    /// <param name="there">Whether that file is there.</param>
    /// <param name="named">The variables of <c>claude.env</c> that are set and can hold a key.</param>
    /// <param name="rehearsed">Whether the settings name a rehearsal, which needs none.</param>
    /// <param name="keychain">Whether the system has a place for logins that is not looked at.</param>
    public static Check Login(string file, bool there, IReadOnlyList<string> named, bool rehearsed, bool keychain)
    {
        var found = there ? $"{file} is there (not read)"
            : named.Count > 0 ? $"{string.Join(", ", named)} is set (not read)"
            : rehearsed ? "not needed: the settings name a rehearsal"
            : keychain ? "not seen; the keychain is not looked at" : "not seen";
        return new Check("Claude login", there || named.Count > 0 || rehearsed, found, "a login, or a key named in claude.env", "Run 'claude' once and log in, or name the variable of your key in claude.env.", keychain ? Need.Wanted : Need.Needed);
    }

    /// <summary>What keeps agents from outliving us.</summary>
    public static Check Sessions(IReadOnlyList<string> missing) => new(
        "setsid, setpriv", missing.Count == 0, missing.Count == 0 ? "util-linux" : $"no {string.Join(", no ", missing)} in /usr/bin", "both, on Linux", "Install util-linux; without it agents outlive a crash until the next start.", OperatingSystem.IsLinux() ? Need.Needed : Need.Wanted);

    /// <summary>What fetches the CLI for the demo.</summary>
    public static Check Npm(string? path) => new("npm", path is not null, path ?? "not found", "for the demo, and for doctor --fix", "Install Node.js with npm.", Need.Wanted);

    /// <summary>What keeps the machine from going to sleep.</summary>
    /// <param name="program">Its name; null where none is needed.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="heard">Whether somebody is there who listens to it.</param>
    public static Check Awake(string? program, string? path, bool heard) => new(
        "kept awake", program is null || (path is not null && heard), program is null ? "nothing needed" : path is null ? "not found" : heard ? path : $"{path}, without systemd-logind", program ?? "nothing", $"Nothing keeps the machine from going to sleep during a run; switch that off yourself, or set machine.keep_awake to false.", Need.Wanted);

    /// <summary>The first version number in a text.</summary>
    public static Version? VersionIn(string? said) =>
        said is not null && Number().Match(said) is { Success: true } match
            ? new Version(Part(match, 1), Part(match, 2), match.Groups[3].Success ? Part(match, 3) : 0)
            : null;

    private static int Part(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<![0-9.])([0-9]{1,6})\.([0-9]{1,6})(?:\.([0-9]{1,6}))?", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
