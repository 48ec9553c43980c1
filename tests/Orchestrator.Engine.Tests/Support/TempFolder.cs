using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Tests.Support;

/// <summary>A folder of a test's own, gone with it.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Makes it.</summary>
    /// <param name="quick">In memory where the machine has a place for that, for tests that sync thousands of times.</param>
    public TempFolder(bool quick = false)
    {
        const string Memory = "/dev/shm";
        Path = quick && Directory.Exists(Memory)
            ? Directory.CreateDirectory(System.IO.Path.Combine(Memory, "orchestrator-test-" + Guid.NewGuid().ToString("N"))).FullName
            : Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    }

    /// <summary>Makes one at a certain place.</summary>
    public TempFolder(string path) => Path = Directory.CreateDirectory(path).FullName;

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>An environment made from nothing, with a home inside the folder.</summary>
    public UserEnvironment User(params (string Name, string Value)[] more)
    {
        var home = Directory.CreateDirectory(In("home")).FullName;
        var variables = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = home };
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }

        return new UserEnvironment(variables);
    }

    /// <summary>A path inside it.</summary>
    public string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file; its folders are made.</summary>
    public string Write(string name, string text)
    {
        var path = In(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes a shell script and makes it executable.</summary>
    public string Script(string name, string body)
    {
        var path = Write(name, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
