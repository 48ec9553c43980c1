#:property RestorePackagesWithLockFile=false
#:property PublishAot=false
#:property ArtifactsPath=artifacts/build-program/

// The build, in the language of the house. './build' runs it; see the usage below.
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

var root = Directory.GetCurrentDirectory();
Environment.SetEnvironmentVariable("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
Environment.SetEnvironmentVariable("DOTNET_NOLOGO", "1");
return args.FirstOrDefault() switch
{
    "test" => Test(["Core", "Engine", "Cli"]),
    "core" => Test(["Core"]),
    "engine" => Test(["Engine"]),
    "cli" => Test(["Cli"]),
    "program" => Program(),
    "package" => Package(),
    "bench" => Bench(),
    "soak" => Soak(),
    _ => Usage(),
};

int Usage()
{
    Console.WriteLine("""
        ./build test      build everything and run all tests
        ./build core      the tests of Core alone: seconds
        ./build engine    the tests of Engine alone
        ./build cli       the tests of the whole program alone
        ./build program   publish the program into artifacts/program
        ./build package   archives, the dotnet tool and checksums into artifacts/packages, tried out [RID...] [tool] [--twice]
        ./build bench     measure; a table of figure, value, bar, holds [NAME...] [--json FILE]
        ./build soak      1,000,000 seeds, every byte of a journal, all crash points, 10,000 milestones: hours
        """);
    return 2;
}

int Test(string[] rooms, params string[] chosen)
{
    if (Run("dotnet", ["build", "Orchestrator.slnx", "-c", "Release", "-nodeReuse:false", "-v", "quiet"]) != 0)
    {
        return 1;
    }

    if (rooms.Contains("Cli") && (Program() != 0 || FakeAgent() != 0 || FetchClaude() != 0))
    {
        return 1;
    }

    if (Memory() is { } memory)
    {
        Environment.SetEnvironmentVariable("TMPDIR", memory);
    }

    int passed = 0, failed = 0, skipped = 0;
    foreach (var room in rooms)
    {
        var exe = Path.Combine(root, "artifacts", "bin", $"Orchestrator.{room}.Tests", "release", $"Orchestrator.{room}.Tests");
        var watch = Stopwatch.StartNew();
        var (exit, output) = RunAndKeep(exe, ["-noColor", .. args.Skip(1), .. chosen]);
        var total = Regex.Match(output, @"Total: (\d+), Errors: (\d+), Failed: (\d+), Skipped: (\d+)");
        int Count(int group) => total.Success ? int.Parse(total.Groups[group].Value, CultureInfo.InvariantCulture) : 0;
        var bad = Count(2) + Count(3);
        bad = exit != 0 && bad == 0 ? 1 : bad; // a test program that died counts as a failure
        passed += Math.Max(0, Count(1) - Count(3) - Count(4));
        failed += bad;
        skipped += Count(4);
        Console.WriteLine($"{room}: {watch.Elapsed.TotalSeconds:0.0} s");
    }

    Console.WriteLine($"{passed} passed, {failed} failed{(skipped > 0 ? $", {skipped} skipped" : "")}");
    return failed > 0 || passed == 0 ? 1 : 0;
}

// The tests make thousands of repositories; in memory that is a third less work. Null where there is no room for them.
string? Memory()
{
    const string Shared = "/dev/shm";
    return Directory.Exists(Shared) && new DriveInfo(Shared).AvailableFreeSpace > 4L << 30
        && File.ReadLines("/proc/mounts").Any(line => line.Split(' ') is [_, Shared, "tmpfs", var options, ..] && !options.Split(',').Contains("noexec"))
        ? Shared
        : null;
}

int Program() => Run(Path.Combine(root, "orchestrator.sh"), ["help"], quiet: true);

// The tests start the fake agent thousands of times; as native code it starts in a tenth of the time.
int FakeAgent()
{
    var built = new FileInfo(Path.Combine(root, "artifacts", "bin", "FakeClaude", "release", "fake-claude.dll"));
    var published = new FileInfo(Path.Combine(root, "artifacts", "fake-claude", "fake-claude"));
    if (!published.Exists || published.LastWriteTimeUtc < built.LastWriteTimeUtc)
    {
        Run(Path.Combine(root, "eng", "publish.sh"), ["tests/FakeClaude", "artifacts/fake-claude"], quiet: true);
    }

    return 0; // without it the tests take the one that the build made
}

// The end-to-end tests drive the real CLI; it is fetched once into a folder of ours.
int FetchClaude()
{
    Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Path.Combine(root, "artifacts", "cache"));
    Run(Path.Combine(root, "artifacts", "program", "orchestrator"), ["doctor", "--fix"]);
    return 0; // the doctor also minds a missing login, which tests do not need; the tests say what is missing
}

int Bench() =>
    Program() != 0 || (args is ["bench"] or ["bench", "--json", _] or [.., "cache"] && FetchClaude() != 0) || Run("dotnet", ["build", "bench/Bench.csproj", "-c", "Release", "-nodeReuse:false", "-v", "quiet"]) != 0
        ? 1
        : Run(Path.Combine(root, "artifacts", "bin", "Bench", "release", "Bench"), [.. args.Skip(1)]);

int Package() => Run("dotnet", ["build", "eng/package/Package.csproj", "-c", "Release", "-nodeReuse:false", "-v", "quiet"]) != 0
    ? 1
    : Run(Path.Combine(root, "artifacts", "bin", "Package", "release", "Package"), [.. args.Skip(1)]);

int Soak()
{
    Environment.SetEnvironmentVariable("ORCHESTRATOR_SEEDS", "1000000");
    Environment.SetEnvironmentVariable("ORCHESTRATOR_ALL_POINTS", "1");
    Environment.SetEnvironmentVariable("ORCHESTRATOR_SOAK", "10000");
    return Test(["Core"]) != 0 || Test(["Engine"], "-class", "*JournalDamageTests") != 0 ? 1 : Test(["Cli"], "-class", "*CrashPointTests", "-class", "*SoakTests");
}

int Run(string file, string[] arguments, bool quiet = false)
{
    using var process = Start(file, arguments, redirect: quiet);
    if (quiet)
    {
        process.StandardOutput.ReadToEnd();
    }

    process.WaitForExit();
    return process.ExitCode;
}

(int Exit, string Output) RunAndKeep(string file, string[] arguments)
{
    using var process = Start(file, arguments, redirect: true);
    var kept = new System.Text.StringBuilder();
    while (process.StandardOutput.ReadLine() is { } line)
    {
        Console.WriteLine(line);
        kept.AppendLine(line);
    }

    process.WaitForExit();
    return (process.ExitCode, kept.ToString());
}

Process Start(string file, string[] arguments, bool redirect)
{
    var info = new ProcessStartInfo(file) { WorkingDirectory = root, RedirectStandardOutput = redirect };
    foreach (var argument in arguments)
    {
        info.ArgumentList.Add(argument);
    }

    return Process.Start(info)!;
}
