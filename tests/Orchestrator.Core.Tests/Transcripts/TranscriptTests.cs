using System.Runtime.CompilerServices;

namespace Orchestrator.Core.Tests.Transcripts;

/// <summary>
/// Each text in this folder is a test. <c>REWRITE=1</c> writes what comes out back into the files; read the
/// difference before it is committed, for an approved text that is wrong is worse than none.
/// </summary>
public sealed class TranscriptTests
{
    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder(), "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_transcript_says_what_happens(string name)
    {
        var path = Path.Combine(Folder(), name + ".txt");
        var expected = File.ReadAllText(path);
        var actual = Interpreter.Play(expected);
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        Assert.Equal(expected, actual);
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
