using System.Runtime.InteropServices;

namespace Orchestrator.Engine.Processes;

/// <summary>The few system calls that the framework does not offer.</summary>
internal static partial class Posix
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public static readonly int Stop = OperatingSystem.IsLinux() ? 19 : 17;
    public static readonly int Continue = OperatingSystem.IsLinux() ? 18 : 19;

    /// <summary>Sends a signal; a process that is gone already is no error.</summary>
    public static void Signal(int pid, int signal)
    {
        if (!OperatingSystem.IsWindows() && pid > 1)
        {
            _ = SendSignal(pid, signal);
        }
    }

    /// <summary>
    /// Lets the calling thread run before all that only share the processors. It has to be one that sleeps nearly always.
    /// Without the right to ask for it nothing changes.
    /// </summary>
    public static void GoFirst()
    {
        const int RoundRobin = 2, NotItsChildren = 0x40000000;
        if (OperatingSystem.IsLinux())
        {
            var priority = 1;
            _ = SetScheduler(0, RoundRobin | NotItsChildren, ref priority);
        }
    }

    /// <summary>
    /// Blocks for the calling thread, and so for what it starts, the signals by which a terminal or a person asks a process
    /// to end or to stop. SIGKILL is not among them, which no process can block.
    /// </summary>
    public static void BlockRequests()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int Hangup = 1, Quit = 3;
        var (block, terminalStop) = OperatingSystem.IsLinux() ? (0, 20) : (1, 18);
        var set = new byte[128]; // as long as the longest of them
        _ = EmptySet(set);
        foreach (var signal in new[] { Hangup, Interrupt, Quit, Terminate, terminalStop })
        {
            _ = AddToSet(set, signal);
        }

        _ = ChangeMask(block, set, 0);
    }

    /// <summary>Sends a signal to a process and, where it leads one, to its group.</summary>
    public static void SignalGroup(int pid, int signal)
    {
        if (!OperatingSystem.IsWindows() && pid > 1)
        {
            _ = SendSignal(-pid, signal);
            _ = SendSignal(pid, signal);
        }
    }

    /// <summary>
    /// Opens a file to read without waiting for a writer, so that a FIFO cannot hold us up; the stream can seek only
    /// when it is a regular file. Null when it cannot be opened.
    /// </summary>
    public static FileStream? OpenWithoutWaiting(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.OpenRead(path);
        }

        const int LinuxNonBlockCloseOnExec = 0x80800;
        const int MacNonBlockCloseOnExec = 0x1000004;
        var handle = Open(path, OperatingSystem.IsLinux() ? LinuxNonBlockCloseOnExec : MacNonBlockCloseOnExec);
        return handle < 0 ? null : new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(handle, ownsHandle: true), FileAccess.Read);
    }

    /// <summary>Where a path leads, links on the way to it included; null when nowhere. The framework resolves the last link only.</summary>
    public static string? RealPath(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Exists(path) ? new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path) : null;
        }

        var resolved = new byte[4097];
        return ResolvePath(path, resolved) == 0 ? null : System.Text.Encoding.UTF8.GetString(resolved.AsSpan(0, resolved.AsSpan().IndexOf((byte)0)));
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, ref int priority);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySet([In, Out] byte[] set);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    private static partial int AddToSet([In, Out] byte[] set, int signal);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int ChangeMask(int how, byte[] set, nint before);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ResolvePath(string path, [Out] byte[] resolved);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
