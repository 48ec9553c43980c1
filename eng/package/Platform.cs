using System.Runtime.InteropServices;

namespace Orchestrator.Packaging;

/// <summary>What an archive needs on the machine where it is used.</summary>
internal enum Kind
{
    /// <summary>Native code: starts in milliseconds, needs nothing. Only for the platform of the machine that builds.</summary>
    Native,

    /// <summary>The program with its part of the runtime in one file; needs nothing.</summary>
    SelfContained,

    /// <summary>For any platform that has the .NET 10 runtime.</summary>
    NeedsDotnet,
}

/// <summary>One archive: for which platform, and of which kind.</summary>
internal sealed record Platform(string Rid, Kind Kind)
{
    /// <summary>The platform that stands for all that have the .NET runtime.</summary>
    public const string Any = "any";

    /// <summary>Those that are made when none is named.</summary>
    public static IReadOnlyList<string> Usual { get; } = ["linux-x64", "linux-arm64", "win-x64", "osx-x64", "osx-arm64"];

    /// <summary>The platform of this machine.</summary>
    public static string Here => RuntimeInformation.RuntimeIdentifier;

    /// <summary>What to make: the named ones, native where it is this machine's own and it can link, and always one for any.</summary>
    public static IReadOnlyList<Platform> Chosen(IReadOnlyList<string> named, string here, bool links) =>
    [
        .. (named.Count > 0 ? named.Distinct() : Usual).Where(rid => rid != Any).Select(rid => new Platform(rid, rid == here && links ? Kind.Native : Kind.SelfContained)),
        new(Any, Kind.NeedsDotnet),
    ];

    /// <summary>Whether it is Windows.</summary>
    public bool IsWindows => Rid.StartsWith("win", StringComparison.Ordinal);

    /// <summary>The program's file in it.</summary>
    public string Program => Kind == Kind.NeedsDotnet ? "orchestrator.dll" : IsWindows ? "orchestrator.exe" : "orchestrator";

    /// <summary>The folder that it unpacks to.</summary>
    public string Folder(string version) => $"orchestrator-{Short(version)}-{Rid}-{Kind switch
    {
        Kind.Native => "native",
        Kind.SelfContained => "selfcontained",
        Kind.NeedsDotnet => "needs-dotnet",
        _ => throw new InvalidOperationException($"No such kind: {Kind}."),
    }}";

    /// <summary>The archive's name: it says what it needs.</summary>
    public string FileName(string version) => Folder(version) + (IsWindows ? ".zip" : ".tar.gz");

    /// <summary>A version as it stands in file names, and as NuGet has it: without what follows the '+'.</summary>
    public static string Short(string version) => version.Split('+')[0];

    /// <summary>Whether the first bytes of a program are for this platform.</summary>
    public bool Fits(ReadOnlySpan<byte> head) => head.Length >= 64 && Rid switch
    {
        "linux-x64" or "linux-musl-x64" => head.StartsWith("\u007fELF"u8) && head[18] == 0x3e,
        "linux-arm64" or "linux-musl-arm64" => head.StartsWith("\u007fELF"u8) && head[18] == 0xb7,
        "osx-x64" => head.StartsWith((ReadOnlySpan<byte>)[0xcf, 0xfa, 0xed, 0xfe, 0x07, 0, 0, 0x01]),
        "osx-arm64" => head.StartsWith((ReadOnlySpan<byte>)[0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 0x01]),
        _ when IsWindows => head.StartsWith("MZ"u8),
        _ => true,
    };
}
