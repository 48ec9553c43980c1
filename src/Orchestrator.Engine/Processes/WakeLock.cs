using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Engine.Processes;

/// <summary>
/// Keeps the machine from going to sleep while it is held, by the system's own means: <c>systemd-inhibit</c> on Linux,
/// <c>caffeinate</c> on macOS, a flag of a thread on Windows. It ends with us however we end, delays nothing and fails
/// nothing: where it cannot be had, that is said and all goes on.
/// </summary>
public sealed partial class WakeLock : IDisposable
{
    /// <summary>The means of this machine; null where it is no program.</summary>
    public static string? Program => OperatingSystem.IsLinux() ? "systemd-inhibit" : OperatingSystem.IsMacOS() ? "caffeinate" : null;

    private const uint Continuous = 0x80000000;
    private const uint SystemRequired = 1;

    // It is held until nobody has the other end of the pipe: at our end, by whatever signal.
    private const string UntilTheEnd = "read -r word";

    private readonly Task<Process?> _starting;
    private readonly ManualResetEventSlim _released = new();

    private WakeLock(Func<WakeLock, Task<Process?>> start) => _starting = start(this);

    /// <summary>Takes it; returns at once, whatever becomes of it.</summary>
    /// <param name="find">Finds a program on PATH.</param>
    /// <param name="why">What it is for, as the system shows it.</param>
    /// <param name="say">Takes a sentence when it cannot be had, from any thread.</param>
    public static WakeLock Hold(Func<string, string?> find, string why, Action<string> say)
    {
        if (OperatingSystem.IsWindows())
        {
            return new WakeLock(held => held.HoldByThread());
        }

        if (Program is not { } name || find(name) is not { } program)
        {
            say($"The machine is not kept awake: {Program ?? "a program for that"} is not on PATH.");
            return new WakeLock(_ => Task.FromResult<Process?>(null));
        }

        string[] arguments = OperatingSystem.IsMacOS()
            ? ["-i", "-w", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]
            : ["--what=sleep:idle", "--mode=block", "--who=orchestrator", $"--why={why}", "/bin/sh", "-c", UntilTheEnd];
        return new WakeLock(held => held.StartAsync(program, arguments, say));
    }

    /// <summary>Gives it back.</summary>
    public void Dispose()
    {
        _released.Set();
        if (_starting.IsCompletedSuccessfully && _starting.Result is { } process)
        {
            End(process);
        }
        else
        {
            // Still starting: whoever starts it sees that it is not wanted any more.
            _ = _starting.ContinueWith(started => End(started.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }

    private static void End(Process? process)
    {
        try
        {
            process?.StandardInput.Close();
            if (OperatingSystem.IsMacOS())
            {
                process?.Kill(); // it waits for our end, not for the pipe's
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It is gone already.
        }
    }

    private async Task<Process?> StartAsync(string program, string[] arguments, Action<string> say)
    {
        try
        {
            // A session of its own: the terminal's Ctrl-C asks us to end, not the machine to sleep.
            var spec = new ProcessSpec(program, arguments, "/", new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" });
            var process = await Spawner.StartAsync(ShortProcess.Info(spec), deaf: true).ConfigureAwait(false);
            _ = ListenAsync(process, say);
            return process;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            say($"The machine is not kept awake: {e.Message}");
            return null;
        }
    }

    /// <summary>An end before we let go means that the system refuses it.</summary>
    private async Task ListenAsync(Process process, Action<string> say)
    {
        var errors = await process.StandardError.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (!_released.IsSet)
        {
            say($"The machine is not kept awake: {Core.Plain.Line(errors.Trim())}");
        }
    }

    /// <summary>Windows counts it to the thread, which has to live as long.</summary>
    private Task<Process?> HoldByThread()
    {
        var thread = new Thread(() =>
        {
            _ = SetThreadExecutionState(Continuous | SystemRequired);
            _released.Wait();
            _ = SetThreadExecutionState(Continuous);
        })
        { IsBackground = true, Name = "wake lock" };
        thread.Start();
        return Task.FromResult<Process?>(null);
    }

    [LibraryImport("kernel32.dll", EntryPoint = "SetThreadExecutionState")]
    private static partial uint SetThreadExecutionState(uint flags);
}
