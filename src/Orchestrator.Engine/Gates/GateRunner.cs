using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Gates.Reports;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Gates;

/// <summary>
/// Runs gate commands, one after the other, in a worktree. Their output goes to files; its end becomes the finding. One
/// that fails is run once more: what then passes is flaky, not red, and is said to be. Test reports are read where there
/// are any, so that a finding can name the tests.
/// </summary>
/// <param name="environment">What gates may see.</param>
/// <param name="around">The fence that they run in; null for none.</param>
public sealed class GateRunner(IReadOnlyDictionary<string, string> environment, Func<ProcessSpec, ProcessSpec>? around = null)
{
    /// <summary>What is said of one that was ended for what it took.</summary>
    public const string EndedFor = "ended so that others can go on";

    private const int DetailBytes = 4000;
    private const int OutputBytes = 4 << 20; // where the names of failing tests are looked for

    /// <summary>The same in a worktree: its variables go before our own, and its fence is around.</summary>
    public GateRunner In(Workplace workplace) => new(environment.Concat(workplace.Variables).GroupBy(v => v.Key).ToDictionary(g => g.Key, g => g.Last().Value), workplace.Around);

    /// <summary>A variable that gates see; null when it is not set.</summary>
    public string? Variable(string name) => environment.GetValueOrDefault(name);

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
            results.Add(await RunAsync(gates[i], folder, Path.Combine(logs, $"{i + 1}"), $"{order}/{i + 1}", cancellation).ConfigureAwait(false));
        }

        return results.ToItems();
    }

    /// <summary>Runs one, and once more if it fails.</summary>
    /// <param name="gate">Which.</param>
    /// <param name="folder">Where.</param>
    /// <param name="log">A file for its output, without ending.</param>
    /// <param name="order">A name for the process, to find it again.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<GateResult> RunAsync(GateSetting gate, string folder, string log, string order, CancellationToken cancellation)
    {
        var result = await RunOnceAsync(gate, folder, log + ".log", order, cancellation).ConfigureAwait(false);
        if (result.Passed)
        {
            return result;
        }

        var again = await RunOnceAsync(gate, folder, log + ".again.log", $"{order}/again", cancellation).ConfigureAwait(false);
        return again.Passed ? again with { Flaky = true, Detail = result.Detail } : again;
    }

    /// <summary>Runs one, once, and looks at nothing but its end.</summary>
    /// <param name="gate">Which.</param>
    /// <param name="folder">Where.</param>
    /// <param name="log">The file for its output.</param>
    /// <param name="order">A name for the process, to find it again.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Whether it ended by itself, and what is to be said when it failed; null when it passed.</returns>
    public async Task<(bool Ended, string? Fault)> RunAloneAsync(GateSetting gate, string folder, string log, string order, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        var spec = new ProcessSpec("/bin/sh", ["-c", $"exec 2>&1\n{gate.Run}"], folder, environment);
        using var process = await LongProcess.StartAsync(around is null ? spec : around(spec), order, null, log, log + ".err").ConfigureAwait(false);
        try
        {
            if (await process.WaitAsync(gate.Timeout, cancellation).ConfigureAwait(false) is { } exit)
            {
                if (process.Excess is { } excess)
                {
                    return (false, $"{EndedFor}: {excess}\n{Tail(log, DetailBytes).Trim()}");
                }

                return (true, exit == 0 ? null : $"exit code {exit}\n{Tail(log, DetailBytes).Trim()}");
            }

            await process.StopAsync().ConfigureAwait(false);
            return (false, $"not finished after {gate.Timeout.TotalSeconds:0} s\n{Tail(log, DetailBytes).Trim()}");
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

    private async Task<GateResult> RunOnceAsync(GateSetting gate, string folder, string log, string order, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetUtcNow().UtcDateTime;
        var (ended, fault) = await RunAloneAsync(gate, folder, log, order, cancellation).ConfigureAwait(false);
        return new GateResult(gate.Name, fault is null, fault ?? "", Tally: ended ? TestReports.Read(Tail(log, OutputBytes), ReportFiles.Find(folder, started, gate.Report)) : default);
    }

    private static string Tail(string file, int most)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[Math.Min(most, stream.Length)];
        stream.Seek(-bytes.Length, SeekOrigin.End);
        var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
