using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Packaging;

/// <summary>Uses the packages as a stranger would: unpacked in an empty folder, with a home of its own and an environment made from nothing.</summary>
internal sealed class SelfCheck(string root, string output, string version) : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("orchestrator-package-").FullName;

    /// <summary>Proves what can be proved here; each line says what was.</summary>
    public void Prove(IReadOnlyList<Platform> made, bool tool)
    {
        foreach (var platform in made)
        {
            var program = Path.Combine(Unpack(platform), platform.Program);
            Need(platform.Fits(File.ReadAllBytes(program)), $"{platform.Program} for {platform.Rid} is a program for another platform.");
            if (platform.Rid != Platform.Here && platform.Kind != Kind.NeedsDotnet)
            {
                Console.WriteLine($"looked at {platform.FileName(version)}: a program for {platform.Rid}; it cannot be run here");
                continue;
            }

            List<string> start = platform.Kind == Kind.NeedsDotnet ? [Dotnet, program] : [program];
            SaysItsVersion(start, platform.FileName(version));
            if (platform.Kind != Kind.NeedsDotnet)
            {
                Demo(start, platform.FileName(version));
                Console.WriteLine($"          needs glibc {NewestGlibc(program)} or newer");
            }
        }

        if (tool)
        {
            InstallTool();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_top, recursive: true);

    private static string Dotnet => Shell.Find("dotnet") ?? throw new PackageException("'dotnet' is not on PATH.");

    private string Unpack(Platform platform)
    {
        var archive = Path.Combine(output, platform.FileName(version));
        if (platform.IsWindows)
        {
            ZipFile.ExtractToDirectory(archive, _top);
        }
        else
        {
            using var packed = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
            TarFile.ExtractToDirectory(packed, _top, overwriteFiles: false);
        }

        return Path.Combine(_top, platform.Folder(version));
    }

    private void SaysItsVersion(List<string> start, string name)
    {
        var said = Shell.Need(start[0], _top, [.. start.Skip(1), "--version"], Nothing()).Trim();
        Need(said == version, $"{name}: '--version' says '{said}' and not '{version}'.");
        Console.WriteLine($"proved    {name}: --version says {said}");
    }

    private void Demo(List<string> start, string name)
    {
        var said = Shell.Need(start[0], _top, [.. start.Skip(1), "demo", "--dir", Path.Combine(_top, "demo-" + name)], Nothing());
        Need(File.Exists(Path.Combine(_top, "demo-" + name, "TASKS.md")), $"{name}: the demo left no TASKS.md:\n{said}");
        Console.WriteLine($"proved    {name}: the demo runs to its end");
    }

    /// <summary>With no source but our folder, so that nothing is asked of any network.</summary>
    private void InstallTool()
    {
        var sources = Path.Combine(_top, "nuget.config");
        File.WriteAllText(sources, $"<configuration><packageSources><clear /><add key=\"packages\" value=\"{output}\" /></packageSources></configuration>");
        var tools = Path.Combine(_top, "tools");
        Shell.Need(Dotnet, _top, ["tool", "install", Making.ToolId, "--tool-path", tools, "--configfile", sources, "--version", Platform.Short(version)], Nothing());
        var program = Path.Combine(tools, "orchestrator");
        SaysItsVersion([program], "the installed tool");
        Need(Shell.Need(program, _top, ["status"], Nothing()).Length > 0, "The installed tool says nothing.");
        Console.WriteLine($"proved    the tool installs with 'dotnet tool install {Making.ToolId}', {(Directory.GetFiles(tools, "*.dll", SearchOption.AllDirectories).Length > 5 ? "as a .NET program" : "as native code")}");
    }

    /// <summary>The Claude Code CLI comes from the cache of this folder; without one there, the demo fetches it as it does anywhere.</summary>
    private Dictionary<string, string> Nothing() => new()
    {
        ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
        ["HOME"] = Directory.CreateDirectory(Path.Combine(_top, "home")).FullName,
        ["XDG_CACHE_HOME"] = Path.Combine(root, "artifacts", "cache"),
        ["DOTNET_ROOT"] = Path.GetDirectoryName(Dotnet)!,
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
    };

    private static string NewestGlibc(string program) => Regex.Matches(Encoding.Latin1.GetString(File.ReadAllBytes(program)), @"GLIBC_(2\.\d+)\0")
        .Select(m => Version.Parse(m.Groups[1].Value)).DefaultIfEmpty(new Version(2, 0)).Max()!.ToString();

    private static void Need(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new PackageException(otherwise);
        }
    }
}
