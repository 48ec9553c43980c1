using System.Globalization;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Machine;

/// <summary>Linux, as the kernel shows it under <c>/proc</c>, within the limits of our own control group.</summary>
/// <param name="root">What to read below; another folder than <c>/</c> for a machine that was recorded.</param>
/// <param name="processors">How many processors we may run on.</param>
public sealed class LinuxProbe(string root = "/", int? processors = null)
{
    private readonly ProcessorTimes _times = new();
    private readonly ControlGroup _group = new(root);

    /// <summary>Looks. How busy the processors are is known from the second look on.</summary>
    public MachineSample Look()
    {
        var (total, available) = (Figure("MemTotal:"), Figure("MemAvailable:"));
        var (limit, left) = _group.Memory();
        return new MachineSample
        {
            MemoryTotal = Least(total, limit),
            MemoryAvailable = Least(available, left),
            Cores = Math.Min(processors ?? Environment.ProcessorCount, _group.Cores() ?? double.MaxValue),
            CpuBusy = Busy(),
            Load = Number(Text("proc/loadavg").Split(' ')[0]),
            CpuStall = Stall(Text("proc/pressure/cpu")),
            MemoryStall = Most(Stall(Text("proc/pressure/memory")), Stall(_group.MemoryPressure())),
            IoStall = Stall(Text("proc/pressure/io")),
        };

        long? Figure(string name) => Lines("proc/meminfo").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibi, ..] && long.TryParse(kibi, CultureInfo.InvariantCulture, out var number) ? number * 1024 : null;
    }

    /// <summary>The first line is <c>cpu user nice system idle iowait irq softirq steal …</c>; guests count in user already.</summary>
    private double? Busy()
    {
        var fields = (Lines("proc/stat").FirstOrDefault() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var figures = fields.Skip(1).Take(8).Select(f => ulong.TryParse(f, CultureInfo.InvariantCulture, out var n) ? n : 0).ToArray();
        return fields is ["cpu", ..] && figures.Length == 8 ? _times.Busy(figures[3] + figures[4], figures.Aggregate(0UL, (sum, n) => sum + n)) : null;
    }

    /// <summary><c>some avg10=9.27 avg60=…</c>; null where the kernel does not keep it.</summary>
    private static double? Stall(string pressure)
    {
        const string Before = "some avg10=";
        return pressure.StartsWith(Before, StringComparison.Ordinal) ? Number(pressure[Before.Length..].Split(' ')[0]) : null;
    }

    private static double? Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Least(long? one, long? other) => one is null || other < one ? other : one;

    private static double? Most(double? one, double? other) => one is null || other > one ? other : one;

    private string[] Lines(string path) => Text(path).Split('\n');

    private string Text(string path) => ControlGroup.Text(Path.Combine(root, path)) ?? "";
}
