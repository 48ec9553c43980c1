using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Verbs;

/// <summary>A gate that a project shows by its files.</summary>
/// <param name="Name">How it is called in reports.</param>
/// <param name="Run">The command.</param>
/// <param name="Because">The file that shows it.</param>
internal readonly record struct ObviousGate(string Name, string Run, string Because);

/// <summary>
/// The gates that cannot be meant otherwise, by what lies in a project's root; what is only likely is left to the user.
/// Nothing is started to find them.
/// </summary>
/// <param name="Gates">The gates.</param>
/// <param name="Setup">What a fresh worktree needs before they can be green.</param>
internal sealed partial record ObviousGates(IReadOnlyList<ObviousGate> Gates, IReadOnlyList<string> Setup)
{
    private const long MostBytes = 1 << 20;

    /// <summary>Looks at a folder.</summary>
    public static ObviousGates In(string folder)
    {
        var names = Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal).ToList() : [];
        var gates = new List<ObviousGate>();
        var setup = new List<string>();
        string Text(string name) => names.Contains(name) && new FileInfo(Path.Combine(folder, name)) is { Length: < MostBytes } file ? File.ReadAllText(file.FullName) : "";

        DotNet(names, gates);
        Node(names, Text("package.json"), gates, setup);
        if (names.Contains("Cargo.toml"))
        {
            gates.Add(new("rust tests", "cargo test", "Cargo.toml"));
        }

        if (names.Contains("go.mod"))
        {
            gates.Add(new("go tests", "go test ./...", "go.mod"));
        }

        if (names.Contains("pytest.ini") || Text("pyproject.toml").Contains("pytest", StringComparison.Ordinal) || Text("setup.cfg").Contains("[tool:pytest]", StringComparison.Ordinal))
        {
            gates.Add(new("python tests", "python3 -m pytest", names.Contains("pytest.ini") ? "pytest.ini" : Text("pyproject.toml").Length > 0 ? "pyproject.toml" : "setup.cfg"));
        }

        var make = names.Find(name => name is "Makefile" or "makefile" or "GNUmakefile");
        if (make is not null && TestTarget().IsMatch(Text(make)))
        {
            gates.Add(new("make test", "make test", $"{make} with a target 'test'"));
        }

        return new ObviousGates(gates, setup);
    }

    private static void DotNet(List<string> names, List<ObviousGate> gates)
    {
        string[] Ending(params string[] endings) => [.. names.Where(name => endings.Contains(Path.GetExtension(name)))];
        var solutions = Ending(".slnx", ".sln");
        var found = solutions.Length > 0 ? solutions : Ending(".csproj", ".fsproj", ".vbproj");
        if (found.Length == 0)
        {
            return;
        }

        // With several in one folder dotnet does not choose by itself.
        var which = solutions.Length + Ending(".csproj", ".fsproj", ".vbproj").Length > 1 ? $" {Quoted(found[0])}" : "";
        gates.Add(new("build", $"dotnet build{which}", found[0]));
        gates.Add(new("tests", $"dotnet test{which}", found[0]));
    }

    private static void Node(List<string> names, string package, List<ObviousGate> gates, List<string> setup)
    {
        if (!HasTests(package))
        {
            return;
        }

        var (tool, install) = names switch
        {
            _ when names.Contains("pnpm-lock.yaml") => ("pnpm", "pnpm install --frozen-lockfile"),
            _ when names.Contains("yarn.lock") => ("yarn", "yarn install --frozen-lockfile"),
            _ when names.Contains("package-lock.json") => ("npm", "npm ci"),
            _ => ("npm", "npm install"),
        };
        gates.Add(new($"{tool} tests", $"{tool} test", "package.json with a script 'test'"));
        setup.Add(install);
    }

    /// <summary>A script that only says that there are none is what 'npm init' writes.</summary>
    private static bool HasTests(string package)
    {
        try
        {
            using var json = JsonDocument.Parse(package.Length > 0 ? package : "{}", new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return json.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("scripts", out var scripts) && scripts.ValueKind == JsonValueKind.Object
                && scripts.TryGetProperty("test", out var test) && test.ValueKind == JsonValueKind.String && test.GetString() is { Length: > 0 } script && !script.Contains("no test specified", StringComparison.Ordinal);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Quoted(string name) => PlainName().IsMatch(name) ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\A[A-Za-z0-9_.][A-Za-z0-9_.+-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();

    [GeneratedRegex(@"^test[ \t]*:(?!=)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex TestTarget();
}
