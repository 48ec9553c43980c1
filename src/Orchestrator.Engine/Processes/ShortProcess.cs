using System.Diagnostics;
using System.Text;

namespace Orchestrator.Engine.Processes;

/// <summary>Runs a process that ends by itself soon and keeps what it says in memory: git, version questions.</summary>
public static class ShortProcess
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    /// <summary>Runs it to its end.</summary>
    /// <param name="spec">What to run.</param>
    /// <param name="input">What it reads on standard input; null closes that at once.</param>
    /// <param name="timeout">After this it is killed with its children.</param>
    /// <param name="cancellation">Likewise, and then throws.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program is missing or may not be run.</exception>
    public static async Task<ProcessEnd> RunAsync(ProcessSpec spec, byte[]? input, TimeSpan timeout, CancellationToken cancellation)
    {
        using var process = await Spawner.StartAsync(Info(spec), deaf: !spec.InTerminal).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        var reading = Task.WhenAll(
            process.StandardOutput.BaseStream.CopyToAsync(output, CancellationToken.None),
            process.StandardError.BaseStream.CopyToAsync(errors, CancellationToken.None));
        var timedOut = false;
        try
        {
            await FeedAsync(process, input, limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            timedOut = true;
        }

        // A grandchild may hold the pipe open after the end; what matters was written before it.
        await Task.WhenAny(reading, Task.Delay(DrainTime, CancellationToken.None)).ConfigureAwait(false);
        return new ProcessEnd(process.ExitCode, output.ToArray(), Encoding.UTF8.GetString(errors.ToArray()), timedOut);
    }

    internal static ProcessStartInfo Info(ProcessSpec spec)
    {
        var info = new ProcessStartInfo(spec.File)
        {
            WorkingDirectory = spec.Directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in spec.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment.Clear();
        foreach (var (name, value) in spec.Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    private static async Task FeedAsync(Process process, byte[]? input, CancellationToken cancellation)
    {
        try
        {
            if (input is not null)
            {
                await process.StandardInput.BaseStream.WriteAsync(input, cancellation).ConfigureAwait(false);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it; its exit code tells the story.
        }
    }
}
