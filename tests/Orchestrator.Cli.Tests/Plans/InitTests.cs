using System.Text;
using System.Text.Json;
using Orchestrator.Cli.Verbs;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Tests.Plans;

/// <summary>What 'init' writes, and which gates it sees.</summary>
public sealed class InitTests
{
    [Theory]
    [InlineData("App.slnx", "", "dotnet build | dotnet test", "")]
    [InlineData("App.sln App.csproj", "", "dotnet build App.sln | dotnet test App.sln", "")]
    [InlineData("My App.sln Other.sln", "", "dotnet build 'My App.sln' | dotnet test 'My App.sln'", "")]
    [InlineData("App.csproj", "", "dotnet build | dotnet test", "")]
    [InlineData("package.json package-lock.json", """{"scripts":{"test":"vitest run"}}""", "npm test", "npm ci")]
    [InlineData("package.json yarn.lock", """{"scripts":{"test":"jest"}}""", "yarn test", "yarn install --frozen-lockfile")]
    [InlineData("package.json", """{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}""", "", "")]
    [InlineData("package.json", """{"scripts":{"build":"tsc"}}""", "", "")]
    [InlineData("package.json", "{ broken", "", "")]
    [InlineData("Cargo.toml go.mod", "", "cargo test | go test ./...", "")]
    [InlineData("pytest.ini", "", "python3 -m pytest", "")]
    [InlineData("pyproject.toml", "[tool.pytest.ini_options]\n", "python3 -m pytest", "")]
    [InlineData("pyproject.toml", "[project]\nname = 'x'\n", "", "")]
    [InlineData("Makefile", "all:\n\ttrue\ntest: all\n\ttrue\n", "make test", "")]
    [InlineData("Makefile", "all:\n\ttrue\ntests:\n\ttrue\ntest := x\n", "", "")]
    [InlineData("README.md", "", "", "")]
    public void Gates_are_seen_by_what_lies_in_the_root(string files, string text, string gates, string setup)
    {
        using var top = new TemporaryFolder();
        foreach (var name in files.Replace("My App", "My_App", StringComparison.Ordinal).Split(' '))
        {
            File.WriteAllText(Path.Combine(top.Path, name.Replace('_', ' ')), text);
        }

        var found = ObviousGates.In(top.Path);
        Assert.Equal((gates, setup), (string.Join(" | ", found.Gates.Select(g => g.Run)), string.Join(" | ", found.Setup)));

        var reading = SettingsReader.Read(Encoding.UTF8.GetBytes(InitVerb.Settings(found)), "x");
        Assert.Empty(reading.Problems);
        Assert.Equal(gates, string.Join(" | ", reading.Settings!.Gates.Select(g => g.Run)));
        Assert.Equal(setup, string.Join(" | ", reading.Settings.Worktree.Setup));
    }

    [Fact]
    public void Everything_is_written_once_and_nothing_of_the_users_is_touched()
    {
        using var top = new TemporaryFolder();
        File.WriteAllText(Path.Combine(top.Path, ".gitignore"), "bin/\n");
        File.WriteAllText(Path.Combine(top.Path, "go.mod"), "module x\n");
        var (exit, output, _) = Tool.Run(Tool.Program, top.Path, top.Path, 30, "init");

        Assert.Equal(0, exit);
        Assert.Contains("gate 'go tests': go test ./...   (there is go.mod)", output, StringComparison.Ordinal);
        Assert.Equal("bin/\n", File.ReadAllText(Path.Combine(top.Path, ".gitignore")));
        var settings = File.ReadAllText(Path.Combine(top.Path, "orchestrator.config.json"));
        using var json = JsonDocument.Parse(settings, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }); // as an editor reads it
        var schema = Path.Combine(top.Path, json.RootElement.GetProperty("$schema").GetString()!);
        Assert.Equal(File.ReadAllText(Path.Combine(Tool.Root, "docs/reference/orchestrator.config.schema.json")), File.ReadAllText(schema));
        Assert.All(File.ReadAllLines(Path.Combine(top.Path, ".worktreeinclude")), line => Assert.StartsWith("#", line, StringComparison.Ordinal));

        var before = Directory.GetFiles(top.Path, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllText);
        File.WriteAllText(Path.Combine(top.Path, "orchestrator.config.json"), "{}");
        before[Path.Combine(top.Path, "orchestrator.config.json")] = "{}";
        (exit, output, _) = Tool.Run(Tool.Program, top.Path, top.Path, 30, "init");
        Assert.Equal(0, exit);
        Assert.DoesNotContain("written", output, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(top.Path, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllText));
    }
}
