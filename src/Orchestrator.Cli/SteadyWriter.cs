using System.Globalization;
using System.Text;

namespace Orchestrator.Cli;

/// <summary>
/// Standard output or error that never ends or breaks a run: when its reader is gone (<c>run | head</c>, a closed
/// terminal, a full disk) what follows is dropped. Any thread may write: signals speak beside the run.
/// </summary>
internal sealed class SteadyWriter : TextWriter
{
    private readonly Lock _lock = new();
    private readonly StreamWriter? _inner;
    private bool _gone;

    private SteadyWriter(StreamWriter? inner) : base(CultureInfo.InvariantCulture) => (_inner, _gone) = (inner, inner is null);

    /// <summary>Why text was lost that somebody still wanted, as on a full disk; null while none was.</summary>
    public string? Lost { get; private set; }

    /// <summary>True when nothing that is written arrives any more.</summary>
    public bool Gone
    {
        get
        {
            lock (_lock)
            {
                return _gone;
            }
        }
    }

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Wraps a standard stream. A plain one: the console's own writers ask the terminal first, which a status would wait for.</summary>
    public static SteadyWriter On(Func<Stream> open)
    {
        try
        {
            return new SteadyWriter(new StreamWriter(open()) { AutoFlush = true });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SteadyWriter(null);
        }
    }

    /// <summary>
    /// Fills standard streams that we were started without (<c>&gt;&amp;-</c>), before anything else is opened: the
    /// journal or the lock would get the free number, and progress lines would be written into it.
    /// </summary>
    public static void OccupyClosedStreams()
    {
        while (!OperatingSystem.IsWindows())
        {
            var handle = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (handle.DangerousGetHandle() > 2)
            {
                handle.Dispose();
                return;
            }

            handle.SetHandleAsInvalid(); // stays open for ever
        }
    }

    public override void Write(char value) => Try(static (to, text) => to.Write(text), value.ToString());

    public override void Write(string? value) => Try(static (to, text) => to.Write(text), value);

    public override void Write(char[] buffer, int index, int count) => Try(static (to, text) => to.Write(text), new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Try(static (to, text) => to.Write(text), buffer.ToString());

    public override void WriteLine() => Try(static (to, _) => to.WriteLine(), null);

    public override void WriteLine(string? value) => Try(static (to, text) => to.WriteLine(text), value);

    private void Try(Action<StreamWriter, string?> write, string? text)
    {
        const int InputOutput = 5, BadDescriptor = 9, BrokenPipe = 32;
        lock (_lock)
        {
            if (_gone)
            {
                return;
            }

            try
            {
                write(_inner!, text);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _gone = true; // and not disposed: it would try once more
                Lost = e.HResult is InputOutput or BadDescriptor or BrokenPipe || e is UnauthorizedAccessException ? null : e.Message;
            }
        }
    }
}
