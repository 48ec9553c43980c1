using System.Diagnostics;

namespace Orchestrator.Bench;

/// <summary>Starts programs in an environment made from nothing and times them.</summary>
internal static class Clock
{
    /// <summary>The shortest wall time of several runs in seconds; of noise only more comes, never less.</summary>
    public static double Shortest(int runs, Func<double> run) => Enumerable.Range(0, runs).Min(_ => run());

    /// <summary>The wall time of one run in seconds.</summary>
    public static double Run(string folder, string home, string file, params string[] arguments) => Run(folder, home, file, [], arguments);

    /// <summary>The same with further variables.</summary>
    public static double Run(string folder, string home, string file, Dictionary<string, string> variables, params string[] arguments)
    {
        var info = new ProcessStartInfo(file) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment.Clear();
        info.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        info.Environment["HOME"] = home;
        foreach (var (name, value) in variables)
        {
            info.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        var seconds = watch.Elapsed.TotalSeconds;
        return process.ExitCode == 0 ? seconds : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output.Result}\n{error.Result}");
    }
}

/// <summary>A folder that goes when it is needed no more; on a disk, when the program ends: a file system may search among what was deleted in the last seconds whenever a file is made.</summary>
/// <param name="inMemory">Where there is a file system in memory, on that: so that no disk is waited for that others fill at the same time.</param>
internal sealed class Workshop(bool inMemory = false) : IDisposable
{
    private const string Memory = "/dev/shm";
    private static readonly List<string> Left = [];

    public string Folder { get; } = inMemory && Directory.Exists(Memory)
        ? Directory.CreateDirectory(Path.Combine(Memory, $"orchestrator-bench-{Guid.NewGuid():N}")).FullName
        : Directory.CreateTempSubdirectory("orchestrator-bench-").FullName;

    public string Make(string name)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>What lies in there is needed no more.</summary>
    public void Discard(string folder)
    {
        if (Folder.StartsWith(Memory + "/", StringComparison.Ordinal))
        {
            Directory.Delete(folder, recursive: true);
        }
        else
        {
            Left.Add(folder);
        }
    }

    public void Dispose() => Discard(Folder);

    /// <summary>Removes what was left until the end.</summary>
    public static void Clear() => Left.Where(Directory.Exists).ToList().ForEach(folder => Directory.Delete(folder, recursive: true));
}
