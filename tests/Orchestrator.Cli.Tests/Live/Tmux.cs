using System.Diagnostics;

namespace Orchestrator.Cli.Tests.Live;

/// <summary>A terminal with a person before it: keys go in, what can be seen comes out. A server of its own, in an environment made from nothing.</summary>
internal sealed class Tmux : IDisposable
{
    private const string Program = "/usr/bin/tmux";
    private readonly string _socket;
    private readonly string _home;

    public Tmux(SampleRepository repository, string command, int width = 90, int height = 24)
    {
        Assert.SkipUnless(File.Exists(Program), "needs tmux for a terminal");
        (_home, _socket) = (repository.Home, Path.Combine(repository.Home, "tmux"));
        Do("-f", "/dev/null", "new-session", "-d", "-x", $"{width}", "-y", $"{height}", "-c", repository.Folder, $"env -i PATH=/usr/local/bin:/usr/bin:/bin HOME={_home} TERM=xterm-256color {command}; echo ended with $?; read -r _");
    }

    /// <summary>What can be seen.</summary>
    public string Screen => Do("capture-pane", "-p");

    /// <summary>Presses keys, as tmux names them.</summary>
    public Tmux Press(params string[] keys)
    {
        Do(["send-keys", .. keys]);
        return this;
    }

    public Tmux Resize(int width, int height)
    {
        Do("resize-window", "-x", $"{width}", "-y", $"{height}");
        return this;
    }

    /// <summary>Waits until something can be seen.</summary>
    public string Until(string seen, int seconds = 30)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var screen = Screen;
            if (screen.Contains(seen, StringComparison.Ordinal))
            {
                return screen;
            }

            Assert.True(watch.Elapsed.TotalSeconds < seconds, $"'{seen}' was not seen:\n{screen}");
            Thread.Sleep(30);
        }
    }

    public void Dispose() => Tool.Run(Program, _home, _home, 10, "-S", _socket, "kill-server");

    private string Do(params string[] words)
    {
        var (exit, output, error) = Tool.Run(Program, _home, _home, 20, ["-S", _socket, .. words]);
        Assert.True(exit == 0, $"tmux {words[0]}: {error}");
        return output;
    }
}
