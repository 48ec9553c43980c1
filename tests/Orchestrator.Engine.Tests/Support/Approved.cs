using System.Runtime.CompilerServices;

namespace Orchestrator.Engine.Tests.Support;

/// <summary>
/// Texts that were looked at and approved, below <c>Captured/</c>. <c>REWRITE=1</c> writes what comes out now; read
/// the difference before you commit it.
/// </summary>
internal static class Approved
{
    /// <summary>A file below <c>Captured/</c> of the test project that asks.</summary>
    public static string File(string name, [CallerFilePath] string here = "") => Path.Combine(Folder(here), "Captured", name);

    /// <summary>Holds a text to its approved form.</summary>
    public static void Same(string name, string text, [CallerFilePath] string here = "")
    {
        var file = File(name, here);
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            System.IO.File.WriteAllText(file, text);
        }

        Assert.Equal(System.IO.File.ReadAllText(file), text);
    }

    private static string Folder(string here)
    {
        var folder = Path.GetDirectoryName(here)!;
        while (Directory.GetFiles(folder, "*.csproj").Length == 0)
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
