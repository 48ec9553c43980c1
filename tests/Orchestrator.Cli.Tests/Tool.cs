using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Orchestrator.Cli.Tests;

/// <summary>Starts programs in an environment made from nothing.</summary>
internal static class Tool
{
    public static string Root { get; } = FindRoot();

    public static string Program { get; } = Path.Combine(Root, "artifacts", "program", "orchestrator");

    /// <summary>The published one, which starts faster, unless the build has made a newer one since.</summary>
    public static string FakeClaude { get; } = Newest(
        Path.Combine(Root, "artifacts", "fake-claude", "fake-claude"), Path.Combine(Root, "artifacts", "bin", "FakeClaude", "release", "fake-claude"));

    public static string Cache { get; } = Path.Combine(Root, "artifacts", "cache");

    /// <summary>The real CLI: the one named by ORCHESTRATOR_CLAUDE, to try another version, else the one that was fetched.</summary>
    public static string RealClaude { get; } = Environment.GetEnvironmentVariable("ORCHESTRATOR_CLAUDE")
        ?? Directory.EnumerateFiles(Path.Combine(Cache, "claude-code-orchestrator", "claude"), "claude", SearchOption.AllDirectories).First();

    /// <summary>Runs to the end; the test fails when that takes longer than <paramref name="seconds"/>.</summary>
    public static (int Exit, string Out, string Error) Run(string file, string folder, string home, int seconds, params string[] arguments)
    {
        using var running = new RunningTool(file, folder, home, arguments);
        return (running.WaitForExit(seconds), running.Out, running.Error);
    }

    private static string Newest(string published, string built) =>
        File.Exists(published) && File.GetLastWriteTimeUtc(published) >= File.GetLastWriteTimeUtc(built + ".dll") ? published : built;

    private static string FindRoot([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}

/// <summary>A started program whose lines can be waited for.</summary>
internal sealed class RunningTool : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _out = [];
    private readonly List<string> _error = [];
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _news = new(false);

    public RunningTool(string file, string folder, string home, params string[] arguments)
        : this(file, folder, home, [], arguments)
    {
    }

    /// <summary>Starts it with further variables in its environment.</summary>
    public RunningTool(string file, string folder, string home, Dictionary<string, string> variables, params string[] arguments)
    {
        var info = new ProcessStartInfo(file) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment.Clear();
        info.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        info.Environment["HOME"] = home;
        info.Environment["XDG_CACHE_HOME"] = Tool.Cache;
        info.Environment["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetDirectoryName(Environment.ProcessPath)!;
        if (info.Environment["DOTNET_ROOT"] is { } root && !File.Exists(Path.Combine(root, "dotnet")))
        {
            info.Environment.Remove("DOTNET_ROOT"); // then the usual places are looked at
        }

        foreach (var (name, value) in variables)
        {
            info.Environment[name] = value;
        }

        _process = Process.Start(info)!;
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, e) => Take(_out, e.Data);
        _process.ErrorDataReceived += (_, e) => Take(_error, e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Out => Join(_out);

    public string Error => Join(_error);

    public int WaitForExit(int seconds)
    {
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(seconds)), $"Not ended after {seconds} s:\n{Out}\n{Error}");
        _process.WaitForExit(); // the rest of the lines
        return _process.ExitCode;
    }

    /// <summary>Waits until a line holds the text.</summary>
    public void WaitForLine(string text, int seconds = 30)
    {
        var watch = Stopwatch.StartNew();
        while (!Out.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(watch.Elapsed.TotalSeconds < seconds && !(_process.HasExited && !_news.WaitOne(500)), $"'{text}' did not come:\n{Out}\n{Error}");
            _news.WaitOne(200);
        }
    }

    /// <summary>Lets it run for a while, unless it ends before: the moment of a crash, not a wait for a result.</summary>
    public void WaitForAtMost(int milliseconds) => _process.WaitForExit(milliseconds);

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Signal(string name) => Signal(name, _process.Id);

    /// <summary>To its process group, as a terminal does; it has to lead one.</summary>
    public void SignalGroup(string name) => Signal(name, -_process.Id);

    private static void Signal(string name, int target)
    {
        using var kill = Process.Start("kill", [$"-{name}", "--", target.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public bool HasExited => _process.HasExited;

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        _news.Dispose();
    }

    private void Take(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (_lock)
            {
                lines.Add(line);
            }
        }

        try
        {
            _news.Set();
        }
        catch (ObjectDisposedException)
        {
            // A last line after the end of the test.
        }
    }

    private string Join(List<string> lines)
    {
        lock (_lock)
        {
            return string.Join('\n', lines);
        }
    }
}
