namespace Orchestrator.Engine.Git.Guarding;

/// <summary>Knows from the gate commands which files they run, and which tools.</summary>
internal sealed class GateFiles
{
    private static readonly char[] Between = [.. " \t\r\n;&|()<>=\"'`$,"];

    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tools = new(StringComparer.Ordinal);

    public GateFiles(IEnumerable<string> commands)
    {
        foreach (var command in commands)
        {
            var folder = "";
            var words = command.Split(Between, StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i < words.Length; i++)
            {
                if (i > 0 && words[i - 1] is "cd" or "-C" or "pushd")
                {
                    folder = Plain(words[i]).TrimEnd('/') + "/";
                }

                Add(words[i], "");
                Add(words[i], folder);
                if (i > 0 && words[i - 1] == "-m")
                {
                    var module = words[i].Replace('.', '/');
                    Add(module + ".py", folder);
                    Add(module + "/__main__.py", folder);
                }
            }
        }
    }

    /// <summary>Why a file that was there decides how work is judged, when it does and when that part of it changed.</summary>
    public string? Reason(ChangedFile file)
    {
        if (!file.Before.Exists)
        {
            return null;
        }

        if (_named.Contains(file.Path))
        {
            return "a gate command runs it";
        }

        foreach (var judge in Judges.All)
        {
            if (judge.Names.Match(file.Path) && (judge.Commands.Length == 0 || Array.Exists(judge.Commands, _tools.Contains)) && Differs(judge, file))
            {
                return judge.Part == Judging.Whole ? "tests and checks are run by it" : "the part by which tests and checks are run changed";
            }
        }

        return null;
    }

    /// <summary>Whether the text of a file is needed to tell.</summary>
    public static bool NeedsText(string path) => Judges.All.Any(judge => judge.Part != Judging.Whole && judge.Names.Match(path));

    private static bool Differs(Judge judge, ChangedFile file) =>
        judge.Part == Judging.Whole || file.Before.Text is not { } before || file.After.Text is not { } after || judge.PartOf(before) != judge.PartOf(after);

    private void Add(string word, string folder)
    {
        var plain = Plain(word);
        _named.Add(folder + plain);
        _tools.Add(plain[(plain.LastIndexOf('/') + 1)..]);
    }

    private static string Plain(string word) => word.StartsWith("./", StringComparison.Ordinal) ? word[2..] : word;
}
