using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Gates;

/// <summary>
/// Runs gate commands, one after the other, in a worktree. Their output goes to files; its end becomes the finding. One
/// that fails is run once more: what then passes is flaky, not red, and is said to be.
/// </summary>
/// <param name="environment">What gates may see.</param>
public sealed class GateRunner(IReadOnlyDictionary<string, string> environment)
{
    private const int DetailBytes = 4000;

    /// <summary>Runs all of them and stops at none, so that one report names all that is red.</summary>
    /// <param name="gates">What to run.</param>
    /// <param name="folder">Where.</param>
    /// <param name="logs">A folder for their output; one file each.</param>
    /// <param name="order">A name for the processes, to find them again.</param>
    /// <param name="cancellation">Ends the one that runs.</param>
    public async Task<Items<GateResult>> RunAsync(IReadOnlyList<GateSetting> gates, string folder, string logs, string order, CancellationToken cancellation)
    {
        Directory.CreateDirectory(logs);
        var results = new List<GateResult>();
        for (var i = 0; i < gates.Count; i++)
        {
            var result = await RunAsync(gates[i], folder, Path.Combine(logs, $"{i + 1}.log"), $"{order}/{i + 1}", cancellation).ConfigureAwait(false);
            if (!result.Passed)
            {
                var again = await RunAsync(gates[i], folder, Path.Combine(logs, $"{i + 1}.again.log"), $"{order}/{i + 1}/again", cancellation).ConfigureAwait(false);
                result = again.Passed ? again with { Flaky = true, Detail = result.Detail } : again;
            }

            results.Add(result);
        }

        return results.ToItems();
    }

    private async Task<GateResult> RunAsync(GateSetting gate, string folder, string log, string order, CancellationToken cancellation)
    {
        var spec = new ProcessSpec("/bin/sh", ["-c", $"exec 2>&1\n{gate.Run}"], folder, environment);
        using var process = await LongProcess.StartAsync(spec, order, null, log, log + ".err").ConfigureAwait(false);
        try
        {
            if (await process.WaitAsync(gate.Timeout, cancellation).ConfigureAwait(false) is { } exit)
            {
                return new GateResult(gate.Name, exit == 0, exit == 0 ? "" : $"exit code {exit}\n{Tail(log)}");
            }

            await process.StopAsync().ConfigureAwait(false);
            return new GateResult(gate.Name, false, $"not finished after {gate.Timeout.TotalSeconds:0} s\n{Tail(log)}");
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            process.Sweep();
        }
    }

    private static string Tail(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(-Math.Min(DetailBytes, stream.Length), SeekOrigin.End);
        var bytes = new byte[DetailBytes];
        var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, count).Trim();
    }
}
