using System.Globalization;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// The published program with hostile command lines. It never calls that a bug of its own, shows no stack trace,
/// steers no terminal, and leaves alone what it was not asked to touch.
/// </summary>
public sealed class BadArgumentsTests : IDisposable
{
    private const int Starts = 320;

    private static readonly string[] Verbs = ["run", "single", "status", "clean", "init", "help", "completion", "complete", "doctor", "RUN", "stat", "", "--", "-"];

    private static readonly string[] Ids = ["../1A", "1A\n", "١A", "1A", "1a", "0A", "1AAA", "-1A", "CON", "1A;id", "$(id)", "\u001b[2J", "1A ", "", new string('9', 100_000), "1Ａ", "@x", "refs/heads/x"];

    private static readonly string[] Numbers = ["1", "0", "-1", "99999999999999999999", "1e9", "0x1", "١", "", "NaN", " 1", "2147483648", "\u001b[31m"];

    private static readonly string[] Strange =
    [
        "--unknown", "-x", "--stage=1", "--stage:1", "/?", "-?", "@/etc/hostname", "@gone", "@/proc/self/environ", "[suggest]", "[suggest:99999999999999999999] st", "[diagram]", "[env:X=Y]", "--version", "--", "-CC", "-C=.", "--json=maybe", "--json", "--watch",
        "--dry-run", "--resume", "--validate-only", "--fix=false", "\u001b[2J\u001b]0;owned\a", "a\nerror: forged", "\u202e", "日本", "\t", " ", "'", "\"", "\\", "%s%n", "{0}", new string('x', 100_000), "--" + new string('y', 100_000), "-C" + new string('z', 5000),
    ];

    private readonly TemporaryFolder _top = new();
    private readonly SampleRepository _repository = new("", ("1A", "fake: ok"));
    private readonly string[] _places;

    /// <summary>Makes the places that <c>-C</c> can lead to.</summary>
    public BadArgumentsTests()
    {
        Directory.CreateDirectory(In("home"));
        Directory.CreateDirectory(In("empty"));
        File.WriteAllText(In("file"), "text\n");
        Assert.Equal(0, Tool.Run("/usr/bin/mkfifo", _top.Path, _top.Path, 10, In("fifo")).Exit);
        File.CreateSymbolicLink(In("loop"), "loop");
        _places = [".", In("empty"), In("gone"), In("gone/deeper"), In("file"), In("file/below"), In("fifo"), In("loop"), "/proc/self", "/proc/self/fd", "/dev/null", "/", "", "-", "..", "\u001b[2J", new string('d', 100_000), _repository.Folder];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _repository.Dispose();
        _top.Dispose();
    }

    [Fact]
    public void No_command_line_makes_the_program_call_it_a_bug()
    {
        var broken = new List<string>();
        var lines = Enumerable.Range(0, Starts).Select(n => (Number: n, Line: Line(n))).ToList();
        Parallel.ForEach(lines, new ParallelOptions { MaxDegreeOfParallelism = 2 }, item =>
        {
            if (Fault(item.Line) is { } fault)
            {
                lock (broken)
                {
                    broken.Add($"{item.Number}: {string.Join(' ', item.Line.Select(a => $"'{Shown(a)}'"))}: {fault}");
                }
            }
        });
        Assert.True(broken.Count == 0, $"{broken.Count} of {lines.Count}:\n{string.Join('\n', broken.Order(StringComparer.Ordinal))}");
    }

    [Theory]
    [InlineData("status")]
    [InlineData("run")]
    [InlineData("init")]
    [InlineData("help")]
    public void A_folder_that_was_removed_under_us_is_no_bug(string verb)
    {
        var (exit, _, error) = Tool.Run("/bin/sh", In("empty"), In("home"), 30, "-c", "mkdir x && cd x && rmdir ../x && exec \"$0\" \"$1\"", Tool.Program, verb);
        Assert.True(exit is 0 or 2, $"{exit}: {error}");
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_argument_that_begins_with_an_at_sign_is_no_file_to_read()
    {
        File.WriteAllText(In("arguments"), "init");
        var (exit, _, _) = Tool.Run(Tool.Program, In("empty"), In("home"), 30, "@" + In("arguments"));
        Assert.Equal(2, exit);
        Assert.Equal(2, Tool.Run(Tool.Program, In("empty"), In("home"), 30, "@" + In("fifo")).Exit);
        Assert.Empty(Directory.EnumerateFileSystemEntries(In("empty")));
    }

    [Theory]
    [InlineData("demo", "--dir")]
    [InlineData("init", "-C")]
    public void A_place_that_cannot_be_written_is_a_problem_and_not_a_bug(string verb, string option)
    {
        foreach (var place in new[] { In("file"), In("file/below"), In("fifo"), In("loop"), "/proc/self/x" })
        {
            var (exit, output, error) = Tool.Run(Tool.Program, In("empty"), In("home"), 60, verb, option, place);
            Assert.True(exit == 2 && error.Length > 0, $"{place}: {exit} {output} {error}");
        }
    }

    [Fact]
    public void Nothing_that_a_file_says_steers_the_terminal()
    {
        _repository.Write("milestones/1A.md", "# 1A: \u001b[2J\u001b]0;owned\u0007 \u202etitle\n");
        _repository.Write("orchestrator.config.json", "{ \"\\u001b[31m\\nerror: forged\": 1 }");
        var (_, output, error) = _repository.Run("run", "--validate-only");
        Assert.True(IsPlain(output) && IsPlain(error), Uri.EscapeDataString(output + error));
        Assert.DoesNotContain("\nerror: forged", "\n" + error, StringComparison.Ordinal);

        File.Delete(Path.Combine(_repository.Folder, "orchestrator.config.json"));
        (_, output, error) = _repository.Run("run", "--validate-only");
        Assert.Contains("owned", output, StringComparison.Ordinal);
        Assert.True(IsPlain(output) && IsPlain(error), Uri.EscapeDataString(output + error));
    }

    private static string[] Line(int number)
    {
        var random = new Random(20261123 + number);
        T Of<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
        var line = new List<string>();
        void Add(params string[] more) => line.InsertRange(random.Next(line.Count + 1), more);
        if (random.Next(10) > 0)
        {
            // A run that really begins, or one that looks for the CLI, is for other tests.
            var verb = Of(Verbs);
            line.AddRange(verb is "run" or "single" ? [verb, "--validate-only"] : [verb]);
        }

        for (var n = random.Next(4); n > 0; n--)
        {
            switch (random.Next(5))
            {
                case 0:
                    Add("--milestone", Of(Ids));
                    break;
                case 1:
                    Add("--stage", Of(Numbers));
                    break;
                case 2:
                    Add("-C", "PLACE" + random.Next(18).ToString(CultureInfo.InvariantCulture));
                    break;
                default:
                    Add(Of(Strange));
                    break;
            }
        }

        if (random.Next(5) == 0 && line.Count > 0)
        {
            line.AddRange(line.Take(2).ToList()); // given twice
        }

        return [.. line];
    }

    /// <summary>A bare command with options would begin a run, and that is for other tests.</summary>
    private string? Fault(string[] line)
    {
        var arguments = line.Select(a => a.StartsWith("PLACE", StringComparison.Ordinal) ? _places[int.Parse(a[5..], CultureInfo.InvariantCulture)] : a).ToArray();
        if (!arguments.Contains("--validate-only") && (arguments.Contains("--milestone") || arguments.Contains("--stage") || arguments.Contains("--resume") || arguments.Contains("--stage=1") || arguments.Contains("--stage:1")))
        {
            arguments = [.. arguments, "--validate-only"];
        }

        // The repository is no place to write a starter into, and / is nobody's.
        var writes = arguments.Contains("init") && arguments.Any(a => a is "/" or ".." || a == _repository.Folder);
        if (writes)
        {
            return null;
        }

        using var running = new RunningTool(Tool.Program, In("empty"), In("home"), arguments);
        var exit = running.WaitForExit(30);
        return exit is not (0 or >= 2 and <= 7) ? $"exit code {exit}: {Shown(running.Error)}"
            : running.Error.Contains("   at ", StringComparison.Ordinal) || running.Error.Contains("Unhandled", StringComparison.Ordinal) ? $"a stack trace: {Shown(running.Error)}"
            : exit == 2 && running.Error.Length + running.Out.Length == 0 ? "exit code 2 and not a word"
            : !IsPlain(running.Out + running.Error) ? $"steers the terminal: {Uri.EscapeDataString(Shown(running.Out + running.Error))}"
            : null;
    }

    private static bool IsPlain(string text) => !text.Any(c => (char.IsControl(c) && c is not ('\n' or '\t')) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));

    private static string Shown(string text) => text.Length > 300 ? text[..300] + "…" : text;

    private string In(string name) => Path.Combine(_top.Path, name);
}
