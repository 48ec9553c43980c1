namespace Orchestrator.Engine.Git.Guarding;

/// <summary>Which part of a file decides how work is judged.</summary>
internal enum Judging
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>Members of a JSON object at the top.</summary>
    Members,

    /// <summary>Sections with headings in brackets.</summary>
    Sections,

    /// <summary>Lines that have one of some words.</summary>
    Lines,
}

/// <summary>A file by which work is judged.</summary>
/// <param name="Names">Its names.</param>
/// <param name="Commands">Words of gate commands with which it has to do; empty for any.</param>
/// <param name="Part">The part that counts.</param>
/// <param name="Words">What the part is known by.</param>
internal sealed record Judge(Globs Names, string[] Commands, Judging Part, string[] Words)
{
    /// <summary>The part of the text that decides, to be compared.</summary>
    public string PartOf(string text) => Part switch
    {
        Judging.Members => JsonPart.Of(text, Words),
        Judging.Sections => SectionsOf(text),
        Judging.Lines => string.Join('\n', text.Split('\n').Where(line => Array.Exists(Words, word => line.Contains(word, StringComparison.OrdinalIgnoreCase))).Select(line => line.Trim())),
        _ => text,
    };

    private string SectionsOf(string text)
    {
        var inside = false;
        return string.Join('\n', text.Split('\n').Where(line =>
        {
            inside = line.TrimStart().StartsWith('[') ? Array.Exists(Words, word => line.Contains(word, StringComparison.Ordinal)) : inside;
            return inside;
        }));
    }
}

/// <summary>The files by which work is judged: one row each, and those of continuous integration.</summary>
internal static class Judges
{
    private static readonly string[] Node = ["npm", "npx", "yarn", "pnpm", "bun", "node"];
    private static readonly string[] Python = ["pytest", "tox", "nox", "coverage", "python", "python3", "py", "unittest", "uv", "poetry", "hatch", "pdm", "make"];
    private static readonly string[] Jvm = ["mvn", "mvnw", "gradle", "gradlew", "sbt"];

    /// <summary>All rows.</summary>
    public static IReadOnlyList<Judge> All { get; } =
    [
        Row(["jest.config.*", "vitest.config.*", "vitest.workspace.*", "playwright.config.*", "cypress.config.*", "karma.conf.*", ".mocharc*", ".nycrc*", ".c8rc*", "ava.config.*", "jest.setup.*", "vitest.setup.*"], []),
        Row(["pytest.ini", "tox.ini", "conftest.py", ".coveragerc", "noxfile.py"], []),
        Row(["phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml", ".rspec", "codecept*.yml", "codecov.yml", ".codecov.yml", "pest.php"], []),
        Row(["*.runsettings", "xunit.runner.json", "testconfig.json", "Directory.Build.*", "global.json"], []),
        Row([".pre-commit-config.yaml", ".golangci.*", ".eslintrc*", "eslint.config.*", ".eslintignore", ".rubocop.yml", "phpstan.neon*", "ruff.toml", ".ruff.toml", ".flake8", "mypy.ini", ".pylintrc", "clippy.toml", "detekt.yml", ".swiftlint.yml", "tslint.json", "biome.json*"], []),
        Row(["Makefile", "makefile", "GNUmakefile", "*.mk"], ["make", "gmake"]),
        Row(["justfile", "Justfile", ".justfile"], ["just"]),
        Row(["Taskfile.y*ml"], ["task"]),
        Row(["Rakefile"], ["rake", "bundle"]),
        Row(["CMakePresets.json", "CTestConfig.cmake", "CTestCustom.*"], ["cmake", "ctest"]),
        Row([".cargo/config*", "rust-toolchain*", ".config/nextest.toml"], ["cargo"]),
        Row(["package.json"], Node, Judging.Members, "scripts", "jest", "mocha", "vitest", "nyc", "c8", "ava", "tap", "eslintConfig"),
        Row(["deno.json*"], ["deno"], Judging.Members, "tasks", "test", "lint"),
        Row(["composer.json"], ["composer", "phpunit", "php", "pest"], Judging.Members, "scripts"),
        Row(["pyproject.toml"], Python, Judging.Sections, "tool.pytest", "tool.coverage", "tool.tox", "tool.nox", "tool.ruff", "tool.mypy", "tool.hatch.envs", "tool.poe"),
        Row(["setup.cfg"], Python, Judging.Sections, "tool:pytest", "coverage:", "flake8", "mypy", "aliases"),
        Row(["pom.xml"], Jvm, Judging.Lines, "skip", "surefire", "failsafe", "testFailureIgnore", "exclude", "jacoco"),
        Row(["build.gradle", "build.gradle.kts", "gradle.properties", "build.sbt"], Jvm, Judging.Lines, "ignoreFailures", "exclude", "enabled", "useJUnit", "onlyIf", "jacoco", "skip"),
        Row(["*.csproj", "*.fsproj", "*.props", "*.targets"], ["dotnet", "msbuild"], Judging.Lines, "Compile Remove", "TreatWarningsAsErrors", "WarningsAsErrors", "NoWarn", "IsTestProject", "RunSettings", "Threshold", "VSTest", "Exec Command"),
        Row([".editorconfig", ".globalconfig"], [], Judging.Lines, "severity"),
        Row(["mix.exs"], ["mix"], Judging.Lines, "alias", "test"),
        Row(["tsconfig*.json"], Node, Judging.Lines, "strict", "exclude", "skipLibCheck", "noEmit"),
    ];

    private static readonly Globs Integration = new(
    [
        "/.github/workflows/", "/.github/actions/", ".gitlab-ci.yml", "/.gitlab/ci/", "azure-pipelines*.y*ml", "/.azure-pipelines/", "Jenkinsfile*", "/.circleci/", ".travis.yml", "/.ci/", "/.buildkite/",
        "/.drone.yml", "appveyor.yml", ".appveyor.yml", "bitbucket-pipelines.yml", ".cirrus.yml", "/.teamcity/", "/.woodpecker*", "/.semaphore/", "/.forgejo/workflows/", "/.gitea/workflows/", "/cloudbuild.y*ml", "/buildspec.yml",
    ]);

    /// <summary>Whether a file belongs to continuous integration.</summary>
    public static bool IsIntegration(string path) => Integration.Match(path);

    private static Judge Row(string[] names, string[] commands, Judging part = Judging.Whole, params string[] words) => new(new Globs(names), commands, part, words);
}
