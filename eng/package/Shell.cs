using System.Diagnostics;

namespace Orchestrator.Packaging;

/// <summary>Starts programs and keeps what they say.</summary>
internal static class Shell
{
    /// <summary>Runs to the end; the exit code and all that was said. With an environment, only that one.</summary>
    public static (int Exit, string Said) Run(string file, string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(file) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        if (environment is not null)
        {
            info.Environment.Clear();
            foreach (var (name, value) in environment)
            {
                info.Environment[name] = value;
            }
        }

        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    /// <summary>Runs what has to succeed, and says what it said.</summary>
    public static string Need(string file, string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var (exit, said) = Run(file, folder, arguments, environment);
        return exit == 0 ? said : throw new PackageException($"{Path.GetFileName(file)} {string.Join(' ', arguments)} ended with {exit}:\n{said}");
    }

    /// <summary>A program on the PATH, with links followed; null when there is none.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name))
        .Where(File.Exists)
        .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file)
        .FirstOrDefault();
}

/// <summary>A package that cannot be made, or one that does not do what it must.</summary>
internal sealed class PackageException(string message) : Exception(message);
