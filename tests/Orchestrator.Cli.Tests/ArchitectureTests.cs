using System.Reflection;
using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Tests;

/// <summary>Guards what the compiler cannot: which room may know what.</summary>
public sealed class ArchitectureTests
{
    private static readonly string Source = Path.Combine(Tool.Root, "src");

    [Fact]
    public void Core_references_nothing() =>
        Assert.All(typeof(Core.Problem).Assembly.GetReferencedAssemblies(), reference => Assert.StartsWith("System", reference.Name, StringComparison.Ordinal));

    [Fact]
    public void Only_Processes_touches_Process() => OnlyIn("Orchestrator.Engine/Processes/", @"\bProcess\.Start|ProcessStartInfo|\bnew Process\(", "src");

    [Fact]
    public void Only_Settings_reads_the_environment() => OnlyIn("Orchestrator.Engine/Settings/", @"GetEnvironmentVariable", "src");

    [Fact]
    public void Only_Running_calls_the_conductor() => OnlyIn("Orchestrator.Engine/Running/", @"\bConductor\.(Decide|Fold)\(", "src");

    [Fact]
    public void Only_Journal_knows_how_facts_are_spelled() => OnlyIn("Orchestrator.Engine/Journal/", @"""(worktree\.ready|turn\.finished|work\.committed|gate\.finished|candidate\.built|order\.failed)""", "src");

    [Fact]
    public void Only_Git_starts_git() => OnlyIn("Orchestrator.Engine/Git/", @"""(merge-tree|commit-tree|update-ref|worktree"", ""add|read-tree)", "src");

    [Fact]
    public void Only_Notices_and_Gateway_talk_to_the_world() => OnlyIn("Orchestrator.Engine/(Notices|Gateway)/", @"\bnew HttpClient\(|SocketsHttpHandler", "src");

    /// <summary>Removal is the one door. The others named here delete only what they made themselves a moment ago.</summary>
    [Fact]
    public void Only_Removal_deletes_folders_and_refs()
    {
        string[] own = ["Removal.cs", "StateFolder.cs", "ShadowExport.cs", "InterruptedForward.cs"];
        var found = Files(Path.Combine(Source, "Orchestrator.Engine")).Where(f => Regex.IsMatch(f.Text, @"Directory\.Delete\(|""update-ref"", ""-d""|""/bin/rm""|""branch"", ""-D""|""clean"",|""reset"",|""checkout"",|""stash""")).Select(f => Path.GetFileName(f.File)).ToList();
        Assert.Contains("Removal.cs", found);
        Assert.Subset(own.ToHashSet(), found.ToHashSet());
    }

    /// <summary>Git, Claude and Gates share Processes; Running puts all together; otherwise neighbours are strangers.</summary>
    [Fact]
    public void Rooms_of_the_engine_do_not_know_each_other()
    {
        var allowed = new Dictionary<string, string[]>
        {
            ["Claude"] = ["Processes", "Settings"],
            ["Evidence"] = ["Git", "Journal", "Ports"],
            ["Fence"] = ["Processes"],
            ["Gates"] = ["Processes", "Settings"],
            ["Gateway"] = [],
            ["Git"] = ["Processes", "Settings"],
            ["Journal"] = [],
            ["Logs"] = ["Git", "Ports", "Settings"],
            ["Machine"] = [],
            ["Notices"] = ["Ports", "Processes", "Settings"],
            ["Plans"] = ["Processes"],
            ["Ports"] = [],
            ["Processes"] = [],
            ["Secrets"] = [],
            ["Settings"] = ["Processes", "Secrets"],
        };
        foreach (var (file, text) in Files(Path.Combine(Source, "Orchestrator.Engine")))
        {
            var room = Path.GetRelativePath(Path.Combine(Source, "Orchestrator.Engine"), file).Split(Path.DirectorySeparatorChar)[0];
            if (!allowed.TryGetValue(room, out var known))
            {
                Assert.Equal("Running", room);
                continue;
            }

            var used = Regex.Matches(text, @"^using Orchestrator\.Engine\.(\w+);", RegexOptions.Multiline).Select(m => m.Groups[1].Value).Where(name => name != room);
            Assert.True(!used.Except(known).Any(), $"{file} uses {string.Join(", ", used.Except(known))}.");
        }
    }

    [Fact]
    public void A_file_holds_one_idea()
    {
        foreach (var (file, text) in Files(Tool.Root).Where(f => !f.File.Contains("/artifacts/", StringComparison.Ordinal)))
        {
            Assert.True(text.Split('\n').Length <= 401, $"{file} is longer than 400 lines.");
        }
    }

    private static void OnlyIn(string room, string pattern, string below)
    {
        var found = Files(Path.Combine(Tool.Root, below)).Where(f => Regex.IsMatch(f.Text, pattern)).Select(f => Path.GetRelativePath(Source, f.File)).ToList();
        Assert.NotEmpty(found); // a pattern that finds nothing guards nothing
        Assert.All(found, file => Assert.Matches($"^{room}", file));
    }

    private static IEnumerable<(string File, string Text)> Files(string folder) => Directory
        .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
        .Select(file => (file, File.ReadAllText(file)));
}
