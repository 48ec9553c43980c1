using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Packaging;

// Makes the packages, uses them as a stranger would, and says what was proved. './build package' starts it at the root.
var root = Directory.GetCurrentDirectory();
var twice = args.Contains("--twice");
var tool = args.Contains("tool") || args.All(a => a == "--twice");
List<string> named = [.. args.Where(a => a is not ("--twice" or "tool"))];
if (named.FirstOrDefault(a => !Regex.IsMatch(a, @"^(any|(linux|linux-musl|win|osx)-(x64|arm64))$")) is { } unknown)
{
    Console.Error.WriteLine($"error: '{unknown}' is no platform.\n       Name some of {string.Join(", ", Platform.Usual)}, any, tool; or none for all; --twice looks whether a second build gives the same bytes.");
    return 2;
}

try
{
    var version = Shell.Need(Path.Combine(root, "eng", "version.sh"), root, []).Trim();
    var time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(Shell.Need("git", root, ["log", "-1", "--format=%ct"]), CultureInfo.InvariantCulture));
    var platforms = Platform.Chosen(named.Count == 0 && args.Contains("tool") ? [Platform.Any] : named, Platform.Here, Making.Linker is not null);
    var output = Path.Combine(root, "artifacts", "packages");
    Console.WriteLine($"version   {version}");
    var made = new Making(root, Path.Combine(root, "artifacts", "package-work"), output, version, time).All(platforms, tool);
    using (var check = new SelfCheck(root, output, version))
    {
        check.Prove(made, tool);
    }

    if (twice)
    {
        var again = Path.Combine(root, "artifacts", "packages-again");
        new Making(root, Path.Combine(root, "artifacts", "package-again-work"), again, version, time).All(platforms, tool);
        var differ = File.ReadLines(Path.Combine(output, "SHA256SUMS")).Except(File.ReadLines(Path.Combine(again, "SHA256SUMS"))).ToList();
        Console.WriteLine(differ.Count == 0 ? "proved    a second build in another folder gives the same bytes" : $"error: a second build differs in:\n{string.Join('\n', differ)}");
        return differ.Count == 0 ? 0 : 1;
    }

    return 0;
}
catch (PackageException e)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}
