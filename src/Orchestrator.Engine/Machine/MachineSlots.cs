using System.Globalization;

namespace Orchestrator.Engine.Machine;

/// <summary>
/// How many turns all orchestrators of a user may run on this machine together: a folder with one file for each, and a
/// lock on a file is one turn. The kernel gives a lock back when its holder dies, however. Where the folder cannot be
/// used there is no common bound, and each orchestrator keeps to its own.
/// </summary>
/// <param name="folder">The user's own folder for this machine; made when it is not there.</param>
/// <param name="most">How many.</param>
/// <param name="time">The clock.</param>
public sealed class MachineSlots(string folder, int most, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);
    private readonly Lock _lock = new();
    private readonly HashSet<int> _ours = [];
    private bool? _usable;

    /// <summary>How many turns there may be.</summary>
    public int Most => most;

    /// <summary>The folder below the one that all runs of a user share; of its own for each machine, because a home may be on a network.</summary>
    public static string FolderIn(string shared) => Path.Combine(shared, "turns", Environment.MachineName);

    /// <summary>Why there is no common bound; null when there is one.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Takes one, or waits until one is free.</summary>
    /// <param name="waits">Told once when it has to wait.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Dispose of it to give it back.</returns>
    public async Task<IDisposable> TakeAsync(Action waits, CancellationToken cancellation)
    {
        for (var told = false; ; told = true)
        {
            if (Try() is { } slot)
            {
                return slot;
            }

            if (!told)
            {
                waits();
            }

            await Task.Delay(LookAgain, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>How many turns others run now.</summary>
    public int TakenByOthers()
    {
        lock (_lock)
        {
            return IsUsable() ? Enumerable.Range(1, most).Count(number => !_ours.Contains(number) && IsTaken(number)) : 0;
        }
    }

    private Slot? Try()
    {
        lock (_lock)
        {
            if (First() is { } slot)
            {
                return slot;
            }

            if (IsUsable() && (_ours.Count > 0 || Enumerable.Range(1, most).Any(IsTaken)))
            {
                return null;
            }

            // Nobody has one and we get none: somebody removed the folder, or nothing can be made in it just now.
            (_usable, Trouble) = (null, null);
            return First() ?? new Slot(this, 0, null);
        }
    }

    private Slot? First()
    {
        for (var number = 1; IsUsable() && number <= most; number++)
        {
            if (!_ours.Contains(number) && Open(number, FileAccess.ReadWrite, FileShare.None) is { } file)
            {
                _ours.Add(number);
                return new Slot(this, number, file);
            }
        }

        return null;
    }

    private bool IsTaken(int number)
    {
        if (!File.Exists(PathOf(number)))
        {
            return false;
        }

        using var look = Open(number, FileAccess.Read, FileShare.Read);
        return look is null;
    }

    private FileStream? Open(int number, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(PathOf(number), access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate, access, share, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string PathOf(int number) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"turn-{number}"));

    /// <summary>A folder of our own that nobody else may write to, and no link to another.</summary>
    private bool IsUsable() => _usable ??= Prepare();

    private bool Prepare()
    {
        try
        {
            var info = Directory.CreateDirectory(folder);
            if (info.LinkTarget is not null)
            {
                Trouble = $"{folder} is a link";
            }
            else if (!OperatingSystem.IsWindows())
            {
                info.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute; // refused when it is somebody else's
            }

            if (Trouble is null)
            {
                using var probe = new FileStream(Path.Combine(folder, "used"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Trouble = e.Message;
        }

        return Trouble is null;
    }

    private void GiveBack(int number, FileStream? file)
    {
        lock (_lock)
        {
            file?.Dispose();
            _ours.Remove(number);
        }
    }

    private sealed class Slot(MachineSlots slots, int number, FileStream? file) : IDisposable
    {
        public void Dispose() => slots.GiveBack(number, file);
    }
}
