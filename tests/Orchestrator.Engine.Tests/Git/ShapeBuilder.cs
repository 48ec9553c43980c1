using System.Globalization;
using System.Text;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>
/// What some milestones do to the same files, and what comes of it. Each change is a line: <c>path = text</c> writes,
/// <c>path *= text</c> writes an executable, <c>path -> target</c> makes a link, <c>path @ 1</c> a submodule at commit
/// 111…, <c>old => new</c> moves, <c>- path</c> deletes. In texts, <c>|</c> is a line end.
/// </summary>
/// <param name="Base">The changes that make the base.</param>
/// <param name="Sides">What each milestone changes: 1A, 1B, 1C.</param>
/// <param name="Comes">The lines of the merged tree; for a conflict <c>1B ! path path</c> comes first.</param>
internal sealed record Shape(string[] Base, string[][] Sides, string[] Comes)
{
    /// <summary>Two milestones.</summary>
    public Shape(string[] @base, string[] one, string[] two, string[] comes)
        : this(@base, [one, two], comes)
    {
    }

    /// <summary>Makes the commits: the base on main, and one for each milestone.</summary>
    public IReadOnlyList<BatchItem> Make(TempRepository repo)
    {
        var stream = new MemoryStream();
        Commit(stream, "refs/heads/main", "deleteall\n", Base);
        for (var i = 0; i < Sides.Length; i++)
        {
            Commit(stream, $"refs/shape/{i}", "from refs/heads/main\n", Sides[i]);
        }

        var file = repo.Around.In("shape.stream");
        File.WriteAllBytes(file, stream.ToArray());
        Shell.Run("/bin/sh", repo.Root, repo.Around.In("home"), "-c", $"git fast-import --quiet --force < '{file}'");
        return [.. Sides.Select((_, i) => new BatchItem(MilestoneId.Parse($"1{(char)('A' + i)}"), repo.Tip($"refs/shape/{i}")))];
    }

    /// <summary>A commit's files in the words of this table; TASKS.md is another matter.</summary>
    public static IEnumerable<string> Tree(TempRepository repo, string commit)
    {
        foreach (var entry in repo.Git("ls-tree", "-r", "-z", commit).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var (mode, name, path) = (entry[..6], entry.Split('\t')[0].Split(' ')[2], entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..]);
            if (path == "TASKS.md")
            {
                continue;
            }

            var text = mode == "160000" ? "" : Encoding.Latin1.GetString(Shell.Run("/usr/bin/git", repo.Root, repo.Around.In("home"), "cat-file", "blob", name)).Replace('\n', '|');
            yield return mode switch
            {
                "160000" => $"{path} @ {name[0]}",
                "120000" => $"{path} -> {text}",
                "100755" => $"{path} *= {text}",
                _ => $"{path} = {text}",
            };
        }
    }

    private static void Commit(MemoryStream stream, string name, string from, string[] changes)
    {
        void Say(string text) => stream.Write(Encoding.Latin1.GetBytes(text));
        void Write(string mode, string path, string text) => Say(string.Create(CultureInfo.InvariantCulture, $"M {mode} inline {path}\ndata {text.Length}\n{text}\n"));
        Say($"commit {name}\ncommitter Ada Test <ada@example.org> 1700000000 +0000\ndata 0\n{from}");
        foreach (var change in changes)
        {
            if (change.StartsWith("- ", StringComparison.Ordinal))
            {
                Say($"D {change[2..]}\n");
                continue;
            }

            var (path, verb, rest) = Split(change);
            switch (verb)
            {
                case "@":
                    Say($"M 160000 {new string(rest[0], 40)} {path}\n");
                    break;
                case "=>":
                    Say($"R {path} {rest}\n");
                    break;
                case "->":
                    Write("120000", path, rest);
                    break;
                default:
                    Write(verb == "*=" ? "100755" : "100644", path, rest.Replace('|', '\n'));
                    break;
            }
        }
    }

    private static (string Path, string Verb, string What) Split(string change)
    {
        var parts = change.Split(' ', 3);
        return (parts[0], parts[1], parts.ElementAtOrDefault(2) ?? "");
    }
}
