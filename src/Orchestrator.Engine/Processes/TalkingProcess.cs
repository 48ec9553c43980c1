using System.Diagnostics;

namespace Orchestrator.Engine.Processes;

/// <summary>A process that stays and is talked to: what it reads and prints are streams. It ends when nobody talks to it any more, us included.</summary>
public sealed class TalkingProcess : IDisposable
{
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private TalkingProcess(Process process) => (_process, _errors) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>What it reads.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What it prints.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts it, deaf to what the terminal asks.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program is missing or may not be run.</exception>
    public static async Task<TalkingProcess> StartAsync(ProcessSpec spec) => new(await Spawner.StartAsync(ShortProcess.Info(spec), deaf: true).ConfigureAwait(false));

    /// <summary>How it ended that has nothing more to say; null when it has not.</summary>
    public async Task<ProcessEnd?> EndAsync()
    {
        using var patience = new CancellationTokenSource(EndTime);
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return new ProcessEnd(_process.ExitCode, [], await _errors.WaitAsync(patience.Token).ConfigureAwait(false), TimedOut: false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Lets it end: there is no more to read.</summary>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before.
        }

        _ = GoneAsync();
    }

    /// <summary>Ends it in the midst of what it is at.</summary>
    public void Kill()
    {
        _process.Kill();
        Dispose();
    }

    private async Task GoneAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false); // so that it is no zombie
        _process.Dispose();
    }
}
