using System.Text;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Git.Merging;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git.Merging;

/// <summary>
/// Random edits of two sides, merged by git as for a candidate: no line of either side is lost, and whatever loses one is
/// found. All cases of a test are files of one commit. <c>ORCHESTRATOR_SEEDS=N</c> makes N/50 cases.
/// </summary>
public sealed class RandomMergeTests : InRepository
{
    private static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATOR_SEEDS"), out var seeds) ? Math.Max(seeds / 50, 1) : 400;

    private readonly List<EditScript> _scripts = [.. Enumerable.Range(1, Cases).Select(EditScript.Of)];
    private readonly Dictionary<string, string[]> _merged = new(StringComparer.Ordinal);
    private HashSet<string> _conflicts = [];
    private string _onto = "";
    private string _work = "";

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Commit("main", null, s => s.Base);
        _onto = Commit("onto", "main", s => s.Ours);
        _work = Commit("work", "main", s => s.Theirs);
        var end = await Opened.Git.TryAsync(Opened.Places.Shadow, ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", _onto, _work], Stop);
        var fields = Encoding.UTF8.GetString(end.Output).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        _conflicts = [.. fields.Skip(1)];
        foreach (var (path, text) in await ReadAsync(fields[0].Trim()))
        {
            _merged[path] = text;
        }

        Assert.InRange(_conflicts.Count, Cases / 5, Cases * 4 / 5); // else it is no test of both
    }

    [Fact]
    public void What_git_merges_by_itself_has_lost_nothing()
    {
        foreach (var script in _scripts.Where(s => !_conflicts.Contains(s.Path)))
        {
            var result = _merged[script.Path];
            Assert.Empty(script.LostOf(script.Ours, result));
            Assert.Empty(script.LostOf(script.Theirs, result));
            Assert.Empty(script.BackIn(result));
            Assert.Empty(Check(script, result));
        }
    }

    [Fact]
    public async Task Both_sides_in_each_conflict_pass()
    {
        foreach (var script in _scripts)
        {
            Assert.Empty(Check(script, script.Union(_merged[script.Path])));
        }

        var result = Commit("union", "onto", s => s.Union(_merged[s.Path]));
        Assert.Empty(await SideLook.LookAsync(Opened, _onto, _work, result, Stop));
    }

    [Fact]
    public async Task What_git_left_is_found_by_its_marks()
    {
        var left = await SideLook.LookAsync(Opened, _onto, _work, Commit("left", "onto", s => _merged[s.Path]), Stop);
        Assert.Equal(_conflicts.Order(), left.Where(v => v.Loss == Loss.Mark).Select(v => v.Path).Distinct().Order());
        Assert.All(left.Where(v => v.Loss == Loss.Lines), v => Assert.Fail($"{v} stands there"));
    }

    /// <summary>Bad mergers: each file is as one of them would have it.</summary>
    [Theory]
    [InlineData("ours")]
    [InlineData("theirs")]
    public async Task A_merger_that_takes_one_side_is_found(string side)
    {
        Repo.Git("checkout", "-q", "-f", "--detach", _onto);
        Repo.Git("merge", "-q", "-X", side, "-m", "bad", _work);
        await FoundAsync(Repo.Tip("HEAD"));
        await FoundAsync(side == "ours" ? _onto : _work);
    }

    [Fact]
    public async Task A_merger_that_drops_a_line_is_found()
    {
        var result = Commit("dropped", "onto", script =>
        {
            var union = script.Union(_merged[script.Path]);
            var added = union.Except(script.Base).ToArray();
            return added.Length == 0 ? union : [.. union.Except([added[new Random(script.Base.Length + union.Length).Next(added.Length)]])];
        });
        await FoundAsync(result);
    }

    [Fact]
    public async Task A_merger_that_brings_back_what_one_side_alone_deleted_is_found()
    {
        var expected = new HashSet<string>();
        var result = Commit("back", "onto", script =>
        {
            var union = script.Union(_merged[script.Path]).ToList();
            if (_conflicts.Contains(script.Path) || script.Base.Except(script.Theirs).Except(script.Base.Except(script.Ours)).FirstOrDefault() is not { } gone || union.Contains(gone))
            {
                return [.. union];
            }

            var before = script.Base.TakeWhile(l => l != gone).LastOrDefault(union.Contains); // where it stood
            union.Insert(before is null ? 0 : union.IndexOf(before) + 1, gone);
            expected.Add(script.Path);
            return [.. union];
        });
        var found = await SideLook.LookAsync(Opened, _onto, _work, result, Stop);
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Order(), found.Where(v => v is { Loss: Loss.Deletion, Side: Side.Milestone }).Select(v => v.Path).Distinct().Order());
    }

    /// <summary>Each side that lost a line in a file is named for it, and nobody is named where nothing was lost.</summary>
    private async Task FoundAsync(string result)
    {
        var found = (await SideLook.LookAsync(Opened, _onto, _work, result, Stop)).ToLookup(v => v.Path);
        var texts = await ReadAsync(result);
        var lossy = 0;
        foreach (var script in _scripts)
        {
            var text = texts[script.Path];
            foreach (var (side, lines) in new[] { (Side.Integrated, script.Ours), (Side.Milestone, script.Theirs) })
            {
                var lost = script.LostOf(lines, text).ToList();
                var named = found[script.Path].Where(v => v.Side == side).ToList();
                Assert.True(lost.Count == 0 || named.Exists(v => v.Loss == Loss.Lines && lost.Contains(v.Excerpt) && lines[v.Line - 1] == v.Excerpt), $"{script.Path}: lost {string.Join(", ", lost)}, said {string.Join(", ", named)}");
                Assert.True(lost.Count > 0 || named.Count == 0 || script.BackIn(text).Any(), $"{script.Path}: lost nothing, said {string.Join(", ", named)}");
                lossy += lost.Count > 0 ? 1 : 0;
            }
        }

        Assert.InRange(lossy, Cases / 10, int.MaxValue);
    }

    private static IReadOnlyList<Vanished> Check(EditScript script, string[] result) =>
        SideCheck.Look(script.Path, EditScript.Text(script.Base), EditScript.Text(script.Ours), EditScript.Text(script.Theirs), EditScript.Text(result));

    /// <summary>One commit with the files of all cases.</summary>
    private string Commit(string name, string? parent, Func<EditScript, string[]> lines)
    {
        var stream = new StringBuilder($"commit refs/random/{name}\ncommitter Ada Test <ada@example.org> 1700000000 +0000\ndata 0\n{(parent is null ? "" : $"from refs/random/{parent}\n")}");
        foreach (var script in _scripts)
        {
            var text = EditScript.Text(lines(script));
            stream.Append($"M 100644 inline {script.Path}\ndata {text.Length}\n{text}\n");
        }

        var file = Repo.Around.In("random.stream");
        File.WriteAllText(file, stream.ToString());
        Shell.Run("/bin/sh", Repo.Root, Repo.Around.In("home"), "-c", $"git fast-import --quiet --force < '{file}'");
        return Repo.Tip($"refs/random/{name}");
    }

    /// <summary>The files of all cases in a commit or tree, with one call.</summary>
    private async Task<Dictionary<string, string[]>> ReadAsync(string tree)
    {
        var asked = string.Concat(_scripts.Select(s => $"{tree}:{s.Path}\n"));
        var output = Encoding.UTF8.GetString((await Opened.Git.RunAsync(Opened.Places.Shadow, ["cat-file", "--batch"], Stop, Encoding.UTF8.GetBytes(asked))).Output);
        var texts = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var at = 0;
        foreach (var script in _scripts)
        {
            var line = output.IndexOf('\n', at);
            var length = int.Parse(output[at..line].Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
            texts[script.Path] = output.Substring(line + 1, length).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            at = line + length + 2;
        }

        return texts;
    }
}
