using System.Diagnostics;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Processes;

public sealed class WakeLockTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _said = [];

    public void Dispose() => _folder.Dispose();

    private WakeLock Hold(string? program) => WakeLock.Hold(name => name == "systemd-inhibit" ? program : null, "a test", text =>
    {
        lock (_said)
        {
            _said.Add(text);
        }
    });

    private int Said()
    {
        lock (_said)
        {
            return _said.Count;
        }
    }

    /// <summary>Like the real one: holds as long as the command that it is given runs.</summary>
    private string Fake() => _folder.Script("systemd-inhibit", $"printf '%s\\n' \"$@\" >{_folder.In("asked")}.new; mv {_folder.In("asked")}.new {_folder.In("asked")}\nshift 4\n\"$@\"\n: >{_folder.In("over")}");

    private static void Until(Func<bool> fact)
    {
        var watch = Stopwatch.StartNew();
        while (!fact())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), "it did not come");
            Thread.Yield();
        }
    }

    [Fact]
    public void It_is_held_until_it_is_given_back()
    {
        using (Hold(Fake()))
        {
            Until(() => File.Exists(_folder.In("asked")));
            Assert.Equal(["--what=sleep:idle", "--mode=block", "--who=orchestrator", "--why=a test"], File.ReadLines(_folder.In("asked")).Take(4));
            Assert.False(File.Exists(_folder.In("over")));
        }

        Until(() => File.Exists(_folder.In("over")));
        Assert.Equal(0, Said());
    }

    [Fact]
    public void One_that_is_refused_is_said_once_and_harms_nothing()
    {
        using (Hold(_folder.Script("systemd-inhibit", "echo Access denied >&2; exit 1")))
        {
            Until(() => Said() > 0);
        }

        Assert.Equal(["The machine is not kept awake: Access denied"], _said);
    }

    [Fact]
    public void Without_a_program_for_it_or_with_one_that_does_not_start_all_goes_on()
    {
        Hold(null).Dispose();
        Assert.Equal(1, Said());

        using (Hold(_folder.Write("no-program", "")))
        {
            Until(() => Said() == 2);
        }
    }

    [Fact]
    public void Given_back_while_it_starts_it_does_not_stay()
    {
        Hold(Fake()).Dispose();
        Until(() => File.Exists(_folder.In("over")));
    }
}
