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
    /// <exception cref="LeaseException">Nobody has it, and it cannot be taken.</exception>
    public static (Lease? Lease, LeaseHolder? Holder) Take(string path, DateTimeOffset at)
    {
        if (Open(path) is not { } file)
        {
            return (null, AwaitHolder(path));
        }

        // Beside it, not in it: the lock keeps readers out of the file itself.
        try
        {
            var draft = path + ".holder.new";
            File.WriteAllText(draft, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{Environment.MachineName}\n{at:u}\n"));
            File.Move(draft, path + ".holder", overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The lock is what counts; the note only tells others whom to ask.
        }

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
        catch (IOException e)
        {
            return IsTaken(e);
        }
        catch (UnauthorizedAccessException)
        {
            return false; // not ours to read: what holds it, if anything does, is not ours to tell
        }
    }

    /// <summary>Gives it back. The file stays: removing it would let two processes hold two files of one name.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Who holds it, as far as it said.</summary>
    public static LeaseHolder? ReadHolder(string path)
    {
        try
        {
            var lines = File.ReadAllText(path + ".holder").Split('\n');
            return lines.Length >= 3 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? new LeaseHolder(pid, lines[1], lines[2]) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static FileStream? Open(string path)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsTaken(e) && tries < 5)
            {
                Thread.Sleep(20); // 'status' may be looking at this very moment
            }
            catch (IOException e) when (IsTaken(e))
            {
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new LeaseException($"The lock {path} cannot be taken: {e.Message}", e);
            }
        }
    }

    /// <summary>A lock that another holds, and not a full disk or a folder that is gone, which would be told as one.</summary>
    private static bool IsTaken(IOException e)
    {
        const int WouldBlockOnLinux = 11, WouldBlockOnMac = 35, SharingViolation = unchecked((int)0x80070020);
        return e.HResult is WouldBlockOnLinux or WouldBlockOnMac or SharingViolation;
    }

    /// <summary>
    /// The winner notes itself a moment after it has the lock: until then there is no note, or one of a dead process.
    /// Only for the message; who holds the lease is never guessed from a pid.
    /// </summary>
    private static LeaseHolder? AwaitHolder(string path)
    {
        for (var tries = 0; ; tries++)
        {
            var holder = ReadHolder(path);
            var gone = holder is not null && holder.Host == Environment.MachineName && Directory.Exists("/proc/self") && !Directory.Exists($"/proc/{holder.ProcessId}");
            if ((holder is not null && !gone) || tries == 50)
            {
                return gone ? null : holder;
            }

            Thread.Sleep(20);
        }
    }
}

/// <summary>The lock cannot be taken although nobody has it: no right to the file, no room on the disk.</summary>
public sealed class LeaseException(string message, Exception inner) : Exception(message, inner);
