using System.Globalization;
using System.Security.Cryptography;

namespace Orchestrator.Packaging;

/// <summary>Builds everything once, from nothing, into one folder.</summary>
internal sealed class Making(string root, string work, string output, string version, DateTimeOffset time)
{
    /// <summary>The name of the tool's package.</summary>
    public const string ToolId = "claude-code-orchestrator";

    private const string Project = "src/Orchestrator.Cli";

    private readonly List<string> _common =
    [
        Project, "-c", "Release", "-nodeReuse:false", "-v", "quiet", $"-p:ArtifactsPath={work}/", $"-p:Version={version}", "-p:IncludeSourceRevisionInInformationalVersion=false",
        "-p:DebugType=none", "-p:OrchestratorPackage=true",
    ];

    /// <summary>The linker for native code; null where the machine has none.</summary>
    public static string? Linker { get; } = Shell.Find("clang") is not null ? "clang" : Shell.Find("gcc") is not null ? "gcc" : null;

    /// <summary>The man page, said by the program itself.</summary>
    private string ManPage => Path.Combine(work, "orchestrator.1");

    /// <summary>All archives, and the tool when it is wanted. What a platform cannot have is said and left out.</summary>
    public IReadOnlyList<Platform> All(IReadOnlyList<Platform> platforms, bool tool)
    {
        foreach (var folder in new[] { work, output })
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(folder);
        }

        var made = new List<Platform>();
        foreach (var platform in platforms.OrderByDescending(p => p.Kind)) // the one for any first: it writes the man page
        {
            try
            {
                Pack(platform);
                made.Add(platform);
            }
            catch (PackageException e) when (platform.Kind == Kind.SelfContained)
            {
                Console.WriteLine($"left out  {platform.FileName(version)}: it cannot be built here; its users take the one for any platform.\n{e.Message}");
            }
        }

        if (tool)
        {
            PackTool();
        }

        var sums = Directory.GetFiles(output).Order(StringComparer.Ordinal).Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}  {Path.GetFileName(file)}\n");
        File.WriteAllText(Path.Combine(output, "SHA256SUMS"), string.Concat(sums));
        return made;
    }

    private void Pack(Platform platform)
    {
        var folder = Path.Combine(work, "out", platform.Rid);
        IEnumerable<string> kind = platform.Kind switch
        {
            Kind.Native => ["-r", platform.Rid, "-p:PublishAot=true", $"-p:CppCompilerAndLinker={Linker}"],
            Kind.SelfContained => ["-r", platform.Rid, "--self-contained", "-p:PublishSingleFile=true", "-p:PublishTrimmed=true"],
            _ => ["-p:UseAppHost=false"],
        };
        Shell.Need("dotnet", root, ["publish", .. _common, "-o", folder, .. kind]);
        var program = Path.Combine(folder, platform.Program);
        if (platform.Kind == Kind.NeedsDotnet)
        {
            File.WriteAllText(ManPage, Shell.Need("dotnet", root, [program, "help", "--man"]));
        }

        var top = platform.Folder(version);
        var entries = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is not (".xml" or ".pdb" or ".dbg"))
            .Select(file => new Entry($"{top}/{Path.GetRelativePath(folder, file).Replace('\\', '/')}", file, platform.Kind != Kind.NeedsDotnet && file == program));
        string[] beside = platform.IsWindows ? ["LICENSE", "README.md"] : ["LICENSE", "README.md", ManPage];
        var archive = Path.Combine(output, platform.FileName(version));
        Archive.Write(archive, [.. entries, .. beside.Select(file => new Entry($"{top}/{Path.GetFileName(file)}", Path.Combine(root, file), false))], time);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"made      {Path.GetFileName(archive)}, {new FileInfo(archive).Length / 1e6:0.0} MB"));
    }

    /// <summary>A pointer, the package of this machine's platform where it can link, and the one for any.</summary>
    private void PackTool()
    {
        IReadOnlyList<string> rids = Linker is null ? [Platform.Any] : [Platform.Here, Platform.Any];
        List<string> common = ["pack", .. _common, "-o", output, $"-p:OrchestratorTool={rids[0]}"];
        List<string> native = Linker is null ? common : [.. common, "-p:PublishAot=true", $"-p:CppCompilerAndLinker={Linker}"];
        Shell.Need("dotnet", root, native);
        foreach (var rid in rids.Where(rid => !File.Exists(Path.Combine(output, $"{ToolId}.{rid}.{Platform.Short(version)}.nupkg"))))
        {
            Shell.Need("dotnet", root, [.. rid == Platform.Any ? common : native, "-r", rid]); // there is no native code for any
        }

        foreach (var package in Directory.GetFiles(output, "*.nupkg").Order(StringComparer.Ordinal))
        {
            Archive.Normalise(package, time);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"made      {Path.GetFileName(package)}, {new FileInfo(package).Length / 1e6:0.0} MB"));
        }
    }
}
