namespace Orchestrator.Cli.Tests.World;

/// <summary>
/// A file system of few megabytes over the repository, in a mount namespace that ends with its keeper: nothing is mounted for
/// anybody else, and nothing stays mounted after a test that fails.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly SampleRepository _repository;
    private readonly RunningTool _keeper;

    public SmallDisk(SampleRepository repository, int megabytes = 24)
    {
        _repository = repository;
        _keeper = Inside(repository, "cp -a \"$1\" \"$2\" && mount -t tmpfs -o size=$3m,mode=700 none \"$1\" && cp -a \"$2/.\" \"$1\" && echo ready && exec sleep 600", repository.Folder, Path.Combine(repository.Home, "before"), megabytes.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _keeper.WaitForLine("ready");
    }

    /// <summary>The repository as those see it who are inside.</summary>
    private string Seen => $"/proc/{_keeper.Id}/root{_repository.Folder}";

    /// <summary>Runs a shell's commands where mounting touches nobody; the test is skipped where the machine does not permit it.</summary>
    public static RunningTool Inside(SampleRepository repository, string commands, params string[] arguments)
    {
        var (exit, _, error) = Tool.Run("/usr/bin/unshare", repository.Home, repository.Home, 10, "-Urm", "mount", "-t", "tmpfs", "none", "/mnt");
        Assert.SkipWhen(exit != 0, $"This machine permits no mounting in a namespace of one's own: {error}");
        return new RunningTool("/usr/bin/unshare", repository.Home, repository.Home, ["-Urm", "/bin/sh", "-c", commands, "sh", .. arguments]);
    }

    public RunningTool Start(params string[] arguments) => Within([Tool.Program, "-C", _repository.Folder, .. arguments]);

    /// <summary>What the program says there.</summary>
    public string Ask(params string[] arguments)
    {
        using var asked = Start(arguments);
        asked.WaitForExit(30);
        return asked.Out;
    }

    /// <summary>Lays a file over another, for those who are inside.</summary>
    public void Lay(string file, string over)
    {
        using var mount = Within(["mount", "--bind", file, over]);
        Assert.True(mount.WaitForExit(30) == 0, mount.Error);
    }

    private RunningTool Within(string[] command) => new(
        "/usr/bin/nsenter", _repository.Home, _repository.Home, [$"--target={_keeper.Id}", "-U", "-m", "--preserve-credentials", .. command]);

    /// <summary>Leaves no more than this.</summary>
    public void FillUpTo(long left)
    {
        var free = new DriveInfo(Seen).AvailableFreeSpace - left;
        using var file = new FileStream(Path.Combine(Seen, ".git", "ballast"), FileMode.Create, FileAccess.Write, FileShare.None);
        for (var piece = new byte[4096]; free > 0; free -= piece.Length)
        {
            file.Write(piece);
        }
    }

    /// <summary>Fills it to the last byte.</summary>
    public void Fill()
    {
        using var file = new FileStream(Path.Combine(Seen, ".git", "ballast"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 1 << 20, 4096, 1 })
        {
            var piece = new byte[size];
            try
            {
                while (true)
                {
                    file.Write(piece);
                }
            }
            catch (IOException)
            {
                // Full for pieces of this size.
            }
        }
    }

    public void Empty() => File.Delete(Path.Combine(Seen, ".git", "ballast"));

    /// <summary>Copies what is on it to where the usual looks find it.</summary>
    public void BringBack()
    {
        var (exit, _, error) = Tool.Run("/bin/sh", _repository.Home, _repository.Home, 30, "-c", "cp -a \"$1\" \"$2.new\" && rm -rf \"$2\" && mv \"$2.new\" \"$2\"", "sh", Seen, _repository.Folder);
        Assert.True(exit == 0, error);
    }

    public void Dispose()
    {
        Engine.Processes.ProcessSweep.KillAll(Engine.Processes.LongProcess.RepositoryMarker, Path.Combine(_repository.Folder, ".git"));
        _keeper.Dispose();
    }
}
