using System.Text.RegularExpressions;

namespace Orchestrator.Core.Plans;

/// <summary>
/// One entry of a milestone's section Entry Requirements, judged by its form alone. Only what cannot be meant otherwise is
/// checked before the milestone starts; all else is a question to the agent. A closed list.
/// </summary>
public abstract partial record EntryRequirement
{
    private EntryRequirement(string text) => Text = text;

    /// <summary>The entry as its author wrote it.</summary>
    public string Text { get; }

    /// <summary>A program has to be on PATH. It is only looked for, never started: what a text names is not run.</summary>
    public sealed record Tool : EntryRequirement
    {
        internal Tool(string text, string program, string? version)
            : base(text) => (Program, Version) = (program, version);

        /// <summary>Its name.</summary>
        public string Program { get; }

        /// <summary>The least version asked for, for the agent to verify; null when none is.</summary>
        public string? Version { get; }

        /// <summary>The names it goes by: one of them has to be there.</summary>
        public Items<string> Names => Program switch
        {
            "python" or "python3" => ["python3", "python"],
            "pip" or "pip3" => ["pip3", "pip"],
            "node" or "nodejs" => ["node", "nodejs"],
            _ => [Program],
        };
    }

    /// <summary>Files or folders have to be in the repository.</summary>
    public sealed record Files : EntryRequirement
    {
        internal Files(string text, Items<string> paths)
            : base(text) => Paths = paths;

        /// <summary>Their paths from its root.</summary>
        public Items<string> Paths { get; }
    }

    /// <summary>Whether it holds is for the agent to find out.</summary>
    public sealed record Question : EntryRequirement
    {
        internal Question(string text)
            : base(text)
        {
        }
    }

    /// <summary>What the agent has to verify: questions, and versions, which nobody looked at.</summary>
    public bool IsForTheAgent => this is Question or Tool { Version: not null };

    /// <summary>Judges an entry.</summary>
    public static EntryRequirement Of(string text)
    {
        if (ToolOnPath().Match(text) is { Success: true } quoted)
        {
            return new Tool(text, quoted.Groups["name"].Value, VersionOf(quoted));
        }

        if (KnownTool().Match(text) is { Success: true } known)
        {
            return new Tool(text, known.Groups["name"].Value.ToLowerInvariant(), VersionOf(known));
        }

        if (PresentFiles().Match(text) is { Success: true } files)
        {
            var paths = Quoted().Matches(files.Groups["paths"].Value).Select(m => m.Groups[1].Value).ToItems();
            return paths.All(IsPath) ? new Files(text, paths) : new Question(text);
        }

        return new Question(text);
    }

    private static string? VersionOf(Match match) => match.Groups["version"] is { Success: true } version ? version.Value : null;

    /// <summary>A path inside the repository: with a slash, or with an ending that only files have, since <c>Parser.Parse</c> may exist as well.</summary>
    private static bool IsPath(string text) =>
        Path().IsMatch(text) && !text.Split('/').Any(part => part is ".." or ".git") && (text.Contains('/', StringComparison.Ordinal) || FileName().IsMatch(text));

    // Names that nobody uses for anything else: "the compiler on PATH" and "coverage ≥ 80" name no program.
    private const string Known = "bash|bun|bundle|cargo|clang|cmake|composer|conda|curl|deno|docker|dotnet|elixir|ffmpeg|gcc|gh|git|go|gradle|helm|java|javac|jq|kubectl|make|mvn|mysql|ninja|node|npm|npx|perl|php|pip3?|pnpm|podman|poetry|psql|pwsh|python3?|ruby|rustc|rustup|sqlite3|swift|terraform|uv|wget|yarn";

    private const string Is = @"(?:(?:is|must be|has to be|should be)\s+)?";

    private const string OnPath = @"(?:on|in)\s+(?:the\s+)?PATH";

    private const string LeastVersion = @"(?:\s*[(,]?\s*(?:(?:≥|>=)\s*v?(?<version>[0-9]+(?:\.[0-9]+){0,3})|v?(?<version>[0-9]+(?:\.[0-9]+){0,3})(?:\+|\s+or\s+(?:newer|later|higher)))\s*\)?)";

    // `frob` is on PATH · `frob` (>= 2) is installed. What is only "available" may be a class or a table.
    [GeneratedRegex(@"\A`(?<name>[A-Za-z0-9][A-Za-z0-9_+-]{0,39})`" + LeastVersion + @"?\s+" + Is + OnPath + @"[.;,]?\z|\A`(?<name>[a-z0-9][a-z0-9_+-]{0,39})`" + LeastVersion + @"?\s+" + Is + @"installed(?:\s+(?:and\s+)?" + OnPath + @")?[.;,]?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ToolOnPath();

    // docker on PATH · `node` is available · Node ≥ 20 · python 3.11 or newer
    [GeneratedRegex(@"\A`?(?<name>(?i:" + Known + @"))`?(?:" + LeastVersion + @"?\s+" + Is + @"(?:available|installed|" + OnPath + @")|" + LeastVersion + @")[.;,]?\z", RegexOptions.CultureInvariant)]
    private static partial Regex KnownTool();

    // `src/api.ts` exists · the files `a/b` and `c.json` are present
    [GeneratedRegex(@"\A(?:(?:[Tt]he\s+)?(?:[Ff]iles?|[Ff]olders?|[Dd]irector(?:y|ies))\s+)?(?<paths>`[^`\s]{1,200}`(?:(?:,|,?\s+and)\s+`[^`\s]{1,200}`){0,9})\s+(?:(?:must|has to|have to|should)\s+)?(?:exists?|(?:is|are|be)\s+(?:present|there|in place))[.;,]?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PresentFiles();

    [GeneratedRegex("`([^`]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\A[\p{L}\p{N}_.][\p{L}\p{N}_.@+/-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Path();

    // Node.js and Vue.js are no files.
    [GeneratedRegex(@"\A(?:(?![A-Z][A-Za-z]*\.js\z)[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.(?:c|cc|cfg|conf|cpp|cs|csproj|css|csv|env|fs|go|gradle|h|hpp|html|ini|java|js|json|jsx|kt|lock|lua|md|mod|php|props|proto|py|rb|rs|scss|sh|sln|slnx|sql|sum|svg|swift|toml|ts|tsx|txt|vue|xml|yaml|yml)|\.(?:dockerignore|editorconfig|env|gitattributes|gitignore|gitmodules|npmrc|nvmrc|tool-versions))\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
