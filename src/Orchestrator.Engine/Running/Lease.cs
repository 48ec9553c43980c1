using System.Globalization;

namespace Orchestrator.Engine.Running;

/// <summary>Who holds the lease.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="Host">Its machine.</param>
/// <param name="Since">Since when.</param>
public sealed record LeaseHolder(int ProcessId, string Host, string Since);

/// <summary>
/// The right to be the one writer for a repository: an exclusive lock on a file in its common folder, held as long
/// as the process lives. The kernel gives it back when the process dies, however it dies; nobody guesses from a pid.
/// </summary>
public sealed class Lease : IDisposable
{
    private readonly FileStream _file;

    private Lease(FileStream file) => _file = file;

    /// <summary>Takes the lease; when another process has it, null and who that is, as far as it said.</summary>
    public static (Lease? Lease, LeaseHolder? Holder) Take(string path, DateTimeOffset at)
    {
        if (Open(path) is not { } file)
        {
            return (null, ReadHolder(path));
        }

        // Beside it, not in it: the lock keeps readers out of the file itself.
        File.WriteAllText(path + ".holder", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{Environment.MachineName}\n{at:u}\n"));
        return (new Lease(file), null);
    }

    /// <summary>True while some process holds it. Looks only; a start that falls into the look tries again.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            using var look = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Gives it back. The file stays: removing it would let two processes hold two files of one name.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStream? Open(string path)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tries < 5)
            {
                Thread.Sleep(20); // 'status' may be looking at this very moment
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Who holds it, as far as it said.</summary>
    public static LeaseHolder? ReadHolder(string path)
    {
        try
        {
            var lines = File.ReadAllText(path + ".holder").Split('\n');
            return lines.Length >= 3 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? new LeaseHolder(pid, lines[1], lines[2]) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
