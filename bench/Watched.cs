using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>What a program itself used, its children left out.</summary>
/// <param name="PeakMebibytes">The most memory it ever had.</param>
/// <param name="Samples">Its CPU time so far, by the time since its start.</param>
internal sealed record OwnUse(double PeakMebibytes, IReadOnlyList<(TimeSpan At, TimeSpan Cpu)> Samples)
{
    /// <summary>How much of one core it used between two moments.</summary>
    public double Share(TimeSpan from, TimeSpan to)
    {
        var between = Samples.Where(s => s.At >= from && s.At <= to).ToList();
        return (between[^1].Cpu - between[0].Cpu) / (between[^1].At - between[0].At);
    }
}

/// <summary>Runs a program and looks at it ten times a second, in <c>/proc</c>.</summary>
internal static class Watched
{
    private static readonly double TicksASecond = 100; // as every Linux tells it to programs

    public static OwnUse Run(string folder, string home, string file, params string[] arguments)
    {
        var info = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment.Clear();
        info.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        info.Environment["HOME"] = home;
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(info)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var samples = new List<(TimeSpan, TimeSpan)>();
        var peak = 0L;
        do
        {
            var proc = $"/proc/{process.Id.ToString(CultureInfo.InvariantCulture)}";
            try
            {
                // The kernel's own high-water mark: nothing falls between two looks but what comes after the last.
                var mark = File.ReadAllLines(proc + "/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
                peak = Math.Max(peak, mark is null ? 0 : long.Parse(mark.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture));
                var fields = File.ReadAllText(proc + "/stat").Split(") ")[^1].Split(' ');
                samples.Add((watch.Elapsed, TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksASecond)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended just now.
            }
        }
        while (!process.WaitForExit(100));

        return process.ExitCode == 0 ? new OwnUse(peak / 1024.0, samples) : throw new InvalidOperationException($"{file} ended with {process.ExitCode}:\n{output.Result}\n{error.Result}");
    }
}
