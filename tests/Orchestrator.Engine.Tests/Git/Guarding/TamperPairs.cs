using System.Runtime.CompilerServices;
using Orchestrator.Core;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git.Guarding;

namespace Orchestrator.Engine.Tests.Git.Guarding;

/// <summary>A change as it stands in <c>Pairs/</c>, and the marks it has to get.</summary>
/// <param name="Name">A sentence.</param>
/// <param name="Expected">The kinds of marks; none for an honest change.</param>
/// <param name="Files">What changed.</param>
/// <param name="Context">What it is held against.</param>
internal sealed record TamperPair(string Name, IReadOnlyList<MarkKind> Expected, IReadOnlyList<ChangedFile> Files, GuardContext Context)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<TamperPair> All { get; } = [.. Directory.GetFiles(Folder(), "*.txt").Order(StringComparer.Ordinal).SelectMany(file => File.ReadAllText(file).Split("## ", StringSplitOptions.RemoveEmptyEntries).Select(Read))];

    private static TamperPair Read(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var before = new Dictionary<string, string>();
        var after = new Dictionary<string, string>();
        var words = new Dictionary<string, string>();
        Dictionary<string, string>? side = null;
        var path = "";
        foreach (var line in lines.Skip(1))
        {
            if (line.StartsWith("<<< ", StringComparison.Ordinal) || line.StartsWith(">>> ", StringComparison.Ordinal))
            {
                side = line[0] == '<' ? before : after;
                path = line[4..];
                side[path] = "";
            }
            else if (side is not null)
            {
                side[path] += line + "\n";
            }
            else
            {
                words[line.Split(": ")[0]] = line.Split(": ", 2)[1];
            }
        }

        var kinds = words["expect"] == "nothing" ? [] : words["expect"].Split(' ').Select(Enum.Parse<MarkKind>).Order().ToList();
        var files = before.Keys.Union(after.Keys).Where(p => before.GetValueOrDefault(p) != after.GetValueOrDefault(p)).Order(StringComparer.Ordinal)
            .Select(p => new ChangedFile(p, SideOf(before, p), SideOf(after, p))).ToList();
        return new TamperPair(lines[0], kinds, files, new GuardContext(ListOf(words, "scope"), words.GetValueOrDefault("text", ""), ListOf(words, "gates")));
    }

    private static FileSide SideOf(Dictionary<string, string> side, string path) => side.TryGetValue(path, out var text) ? FileSide.Of(text) : FileSide.Absent;

    private static Items<string> ListOf(Dictionary<string, string> words, string key) => words.TryGetValue(key, out var text) ? text.Split(" | ").ToItems() : default;

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Pairs");
}
