using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.BadInput;

/// <summary>Milestone files and folders made to be misread.</summary>
[Collection(Alone.Name)]
public sealed class MilestoneCases
{
    private static readonly byte[][] Good =
    [
        """
        ---
        depends_on: [1A, 1B]
        verify:
          - make test
          - "make lint"
        scope: [src/**]
        model: opus
        budget_usd: 2.50
        timeout: 90m
        review: strict
        ---
        # Milestone 1C: Log in with a passkey

        ## Description

        Some *text* with `code`, [a link](http://x) and <b>html</b>.

        ```
        # not a heading
        ```

        ## Dependencies

        - 1A: the parser
        - 1B

        ### Blocks

        - 2A
        """u8.ToArray(),
        "---\ndepends_on: 1A\nmodel: >-\n  a\n  b\n---\nTitle\n=====\n\n> quote\n> - list\n\n1. one\n2. two\n"u8.ToArray(),
        "---\nverify: |\n  a\n  b\n'review': \"none\"\ntimeout: 30s\n...\n# T\n\n## Dependencies:\n\nAfter 1A, blocking 3B.\n"u8.ToArray(),
        "# Only a title\n"u8.ToArray(),
    ];

    [Fact]
    public void No_milestone_text_breaks_a_law() => Laws.Hold("milestone", Laws.Share(5000), (rng, number, _) =>
    {
        var bytes = number < Nasty.Length ? Nasty[number] : Mutator.Spoil(rng, rng.Of(Good));
        return () =>
        {
            var problems = new List<Problem>();
            var file = MilestoneText.Read(MilestoneId.Parse("1C"), bytes, "milestones/1C.md", problems);
            Assert.True(file is not null || problems.Count > 0, "Neither a milestone nor a problem.");
            return new Seen($"{(file is null ? "" : Spell(file))}\n{string.Join('\n', problems)}", problems);
        };
    });

    [Fact]
    public void No_folder_breaks_a_law() => Laws.Hold("folder", Laws.Share(1000), (rng, number, folder) =>
    {
        var home = folder.In("milestones");
        if (number < Folders.Length)
        {
            Folders[number](folder, home);
        }
        else
        {
            Directory.CreateDirectory(home);
            for (var n = rng.Below(5); n >= 0; n--)
            {
                Entry(rng, folder, home);
            }
        }

        return () => See(MilestoneFolder.Read(folder.Path));
    });

    private static void Entry(CaseRng rng, TempFolder folder, string home)
    {
        var name = rng.Percent(60) ? $"{1 + rng.Below(3)}{(char)('A' + rng.Below(4))}.md" : rng.Of(Names);
        var path = Path.Combine(home, name);
        if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
        {
            return;
        }

        switch (rng.Below(12))
        {
            case 0:
                Directory.CreateDirectory(path);
                break;
            case 1:
                File.CreateSymbolicLink(path, rng.Of(["../../secret.txt", "../../outside/1Z.md", name, "gone.md", "/etc/passwd", "/dev/zero", "..", ".", "1A.md", "1B.md", "/proc/self/environ"]));
                break;
            case 2:
                Shell.Run("/usr/bin/mkfifo", folder.Path, folder.Path, path);
                break;
            default:
                File.WriteAllBytes(path, rng.Percent(50) ? rng.Of(Good) : Mutator.Spoil(rng, rng.Of(Good)));
                break;
        }
    }

    private static readonly string[] Names =
    [
        "1a.md", "١A.md", "1A\n.md", "1A.md\n", "\u001b[2J.md", "CON.md", "NUL.md", "AUX.md", "01A.md", "0A.md", "1000A.md", "1AAA.md", " 1A.md", "1A .md", "1A.md.md", "1A.MD", "-1A.md", "--help.md", "$(id).md",
        "1Ａ.md", "\u202e1A.md", "..md", "...md", ".md", "a;b.md", "1A\t.md", "1A.md~", "1A.txt", "README.md", "readme.md", "milestone_1A.md", "1Ä.md", new string('1', 200) + "A.md", "1A\u0301.md",
    ];

    private static readonly Action<TempFolder, string>[] Folders =
    [
        (folder, home) => File.CreateSymbolicLink(home, "milestones"),
        (folder, home) => File.CreateSymbolicLink(home, "/etc"),
        (folder, home) => File.CreateSymbolicLink(home, "../outside"),
        (folder, home) => folder.Write("milestones", "a file"),
        (folder, home) => Shell.Run("/usr/bin/mkfifo", folder.Path, folder.Path, home),
        (folder, home) =>
        {
            // The file that the link names lies inside; the folder on the way to it does not.
            Directory.CreateDirectory(home);
            Directory.CreateSymbolicLink(Path.Combine(home, "sub"), "../../outside");
            File.CreateSymbolicLink(Path.Combine(home, "1A.md"), "sub/1Z.md");
        },
        (folder, home) =>
        {
            folder.Write("milestones/secret.txt", "# harmless\n");
            Directory.CreateSymbolicLink(Path.Combine(home, "sub"), "../../outside");
            File.CreateSymbolicLink(Path.Combine(home, "1A.md"), "sub/../secret.txt");
        },
        (folder, home) =>
        {
            folder.Write("milestones/1A.md", "# A\n");
            Directory.CreateDirectory(Path.Combine(home, "1B.md"));
            File.CreateSymbolicLink(Path.Combine(home, "1C.md"), "1D.md");
            File.CreateSymbolicLink(Path.Combine(home, "1D.md"), "1C.md");
            Shell.Run("/usr/bin/mkfifo", folder.Path, folder.Path, Path.Combine(home, "1E.md"));
            folder.Write("milestones/1F.md", "# F\n" + new string('x', 2 << 20));
            using var sparse = File.Create(Path.Combine(home, "1G.md"));
            sparse.SetLength(1L << 40);
        },
        (folder, home) => Many(home, 10_000, i => $"{i}.md", ""),
        (folder, home) => Many(home, 10_000, i => $"{1 + i / 700}{Letters(i % 700)}.md"),
        (folder, home) => Many(home, 900, i => $"{1 + i / 450}{Letters(i % 450)}.md"),
        (folder, home) => Many(home, 999, i => $"{1 + i}A.md"),
        (folder, home) => Many(home, 900, i => $"1{Letters(i)[..1]}{Letters(i)[^1]}{(i % 3 == 0 ? "" : "x")}.md"),
        (folder, home) => Circle(home, 500, i => [(i + 1) % 500]),
        (folder, home) => Circle(home, 500, i => [(i + 1) % 500, (i + 2) % 500, (i + 77) % 500]),
        (folder, home) => Circle(home, 500, i => [i ^ 1]),
        (folder, home) => Circle(home, 200, i => [.. Enumerable.Range(0, 200)]),
        (folder, home) => Circle(home, 500, i => i == 499 ? [] : [i + 1]),
    ];

    private static void Many(string home, int count, Func<int, string> name, string text = "# T\n")
    {
        Directory.CreateDirectory(home);
        for (var i = 0; i < count; i++)
        {
            File.WriteAllText(Path.Combine(home, name(i)), text);
        }
    }

    private static void Circle(string home, int count, Func<int, int[]> needs)
    {
        Directory.CreateDirectory(home);
        for (var i = 0; i < count; i++)
        {
            File.WriteAllText(Path.Combine(home, $"1{Letters(i)}.md"), $"---\ndepends_on: [{string.Join(", ", needs(i).Select(n => "1" + Letters(n)))}]\n---\n# T\n");
        }
    }

    private static string Letters(int i) => i < 26 ? $"{(char)('A' + i)}" : $"{(char)('A' + (i - 26) / 26)}{(char)('A' + (i - 26) % 26)}";

    private static byte[][] Nasty { get; } =
    [
        [],
        "---"u8.ToArray(),
        "---\n---"u8.ToArray(),
        "---\n\n---\n"u8.ToArray(),
        "---\na: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nverify: [*c,*c]\n---\n# T\n"u8.ToArray(),
        "---\n*a : 1\n---\n# T\n"u8.ToArray(),
        "---\n<<: {model: opus}\n---\n# T\n"u8.ToArray(),
        "---\nmodel: !!binary aGk=\nverify: !<tag:evil> x\n!!str review: none\n---\n# T\n"u8.ToArray(),
        "---\n? [a, b]\n: c\n---\n# T\n"u8.ToArray(),
        "---\n? {a: b}\n: c\n---\n# T\n"u8.ToArray(),
        "---\n%YAML 99999999999999999.1\n--- a\n---\n# T\n"u8.ToArray(),
        "---\nmodel: \"\\U00110000\"\n---\n# T\n"u8.ToArray(),
        "---\nmodel: \"\\uD83D\"\n---\n# T\n"u8.ToArray(),
        "---\nmodel: \"\\e[31m\\0\"\nverify: [\"true\\0 && false\"]\n---\n# T\n"u8.ToArray(),
        "---\n\"\\e[2J\\nerror: forged\": 1\n---\n# T\n"u8.ToArray(),
        "---\ndepends_on: \"\\e[2J\"\n---\n# T\n"u8.ToArray(),
        "---\nbudget_usd: 1e999\ntimeout: 99999999999999999999h\n---\n# T\n"u8.ToArray(),
        "---\nbudget_usd: 79228162514264337593543950335\ntimeout: Infinity\n---\n# T\n"u8.ToArray(),
        "---\nmodel: |99\n  x\n---\n# T\n"u8.ToArray(),
        "# \u001b[2J\u001b]0;owned\u0007 \u202e title\n"u8.ToArray(),
        "# <!-- orchestrator:end -->\n"u8.ToArray(),
        "# a\0b\n"u8.ToArray(),
        .. "[({<*_`~!&>-+#|:\\\t\"'0".Select(c => Encoding.UTF8.GetBytes("# T\n\n" + new string(c, 500_000))),
        .. new[] { "[a](", "![", "<!--", "<a ", "*a ", "**a*", "_a_ ", "`a", "&amp;", "> ", "- ", "1. ", "a\n\n", "[x]: y\n", "[x]:\n", "#\n", "# a\n", "***\n", "\\[", "a**b", "~~~\n", "```\n", "<a@b.c>", "|-|\n", "    x\n", "\u00a0", "a_", "]: ", "><" }
            .Select(word => Encoding.UTF8.GetBytes("# T\n\n" + string.Concat(Enumerable.Repeat(word, 900_000 / word.Length)))),
        .. new[] { "[", "{", "- ", "? ", ": ", "a: ", "&a ", "*a ", "!x ", "\"", "'", "|\n", "#", "a: b\n", "a,", "x ", "\n", "- a\n", "{a: ", "[a, ", "\t", "---x\n", "%A\n", "1A, " }
            .SelectMany(word => new[] { "x: ", "" }.Select(key => Encoding.UTF8.GetBytes($"---\n{key}{string.Concat(Enumerable.Repeat(word, 900_000 / word.Length))}\n---\n# T\n"))),
        Encoding.UTF8.GetBytes("# T\n\n## Dependencies\n\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{1 + i % 999}{Letters(i % 700)} "))),
        Encoding.UTF8.GetBytes("---\ndepends_on: [" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{1 + i % 999}{Letters(i % 700)}, ")) + "]\n---\n# T\n"),
        Encoding.UTF8.GetBytes("# " + new string('t', 900_000) + "\n"),
        Encoding.UTF8.GetBytes("# Milestone 1C" + new string(' ', 900_000) + "\n"),
    ];

    private static Seen See(PlanReading reading)
    {
        Assert.True(reading.Plan is not null || reading.Problems.Count > 0, "Neither a plan nor a problem.");
        return new Seen($"{string.Join('\n', reading.Files.Select(Spell))}\n{string.Join('\n', reading.Plan?.Milestones.Select(m => $"{m.Id} {m.Needs.Count}") ?? [])}\n{string.Join('\n', reading.Problems)}", reading.Problems);
    }

    private static string Spell(MilestoneFile f) =>
        $"{f.Id} {f.File} {f.Title} {f.Hash} {f.Text} {string.Join(',', f.DependsOn ?? default)} {string.Join(',', f.Named)} {string.Join(',', f.Verify)} {string.Join(',', f.Scope)} {f.Model} {f.BudgetUsd} {f.Timeout} {f.Review}";
}
