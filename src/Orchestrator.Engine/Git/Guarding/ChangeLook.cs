using Orchestrator.Core;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git.Guarding;

/// <summary>What a change is held against.</summary>
/// <param name="Scope">Globs of what it may touch; empty for anything.</param>
/// <param name="Text">The milestone's text: what it names, it may change.</param>
/// <param name="GateCommands">The commands by which the work is judged.</param>
public sealed record GuardContext(Items<string> Scope = default, string Text = "", Items<string> GateCommands = default);

/// <summary>
/// Looks at a change for what the tests cannot tell: work outside its scope, tests that were taken away or made to
/// say less, and changes to what judges it. A mark is a reason to look twice, not a verdict.
/// </summary>
public sealed class ChangeLook
{
    private const int MostOfAKind = 20;

    private readonly GuardContext _context;
    private readonly Globs _scope;
    private readonly GateFiles _gates;
    private readonly TestBalance _tests = new();
    private readonly List<Mark> _marks = [];

    private ChangeLook(GuardContext context)
    {
        _context = context;
        _scope = new Globs(context.Scope);
        _gates = new GateFiles(context.GateCommands);
    }

    /// <summary>Looks at what lies between two commits.</summary>
    /// <param name="repository">Where they are.</param>
    /// <param name="from">The commit the work began at.</param>
    /// <param name="to">The commit it came to.</param>
    /// <param name="context">What it is held against.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <param name="difference">The difference between the two as git tells it, where that is known already.</param>
    public static async Task<Items<Mark>> LookAsync(Repository repository, string from, string to, GuardContext context, CancellationToken cancellation, string? difference = null)
    {
        var look = new ChangeLook(context);
        await new ChangeReader(repository).ReadAsync(from, to, difference, IsOfInterest, look.Take, cancellation).ConfigureAwait(false);
        return look.Marks();
    }

    /// <summary>Looks at a change that is given whole.</summary>
    public static Items<Mark> Look(IReadOnlyList<ChangedFile> files, GuardContext context)
    {
        var look = new ChangeLook(context);
        look.Take(files);
        return look.Marks();
    }

    /// <summary>Whether a file has to be read, not only named.</summary>
    private static bool IsOfInterest(string path) => TestLanguages.Of(path) is not null || GateFiles.NeedsText(path);

    private void Take(IReadOnlyList<ChangedFile> files)
    {
        foreach (var file in files)
        {
            if (!_scope.IsEmpty && !_scope.Match(file.Path))
            {
                _marks.Add(new Mark(MarkKind.OutsideScope, file.Path, $"This file is outside the milestone's scope ({Short(string.Join(", ", _context.Scope))})."));
            }

            _tests.Add(file);
            if (IsGranted(file.Path))
            {
                continue;
            }

            if (Judges.IsIntegration(file.Path))
            {
                _marks.Add(new Mark(MarkKind.CiChanged, file.Path, "Continuous integration runs by this file."));
            }
            else if (_gates.Reason(file) is { } reason)
            {
                _marks.Add(new Mark(MarkKind.GateChanged, file.Path, $"This file decides how work is judged: {reason}."));
            }
        }
    }

    private bool IsGranted(string path) => (!_scope.IsEmpty && _scope.Match(path)) || Names(_context.Text, path);

    /// <summary>Whether a text names a file. A plain word such as <c>build</c> has to be marked as a name there.</summary>
    private static bool Names(string text, string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return path.Contains('/', StringComparison.Ordinal) && NamesWord(text, path)
            || (name.All(char.IsAsciiLetterLower) ? text.Contains($"`{name}`", StringComparison.Ordinal) || NamesWord(text, "./" + name) : NamesWord(text, name));
    }

    private static bool NamesWord(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || !IsOfAPath(text[at - 1])) && (end == text.Length || !IsOfAPath(text[end]) || (text[end] == '.' && (end + 1 == text.Length || !IsOfAPath(text[end + 1])))))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfAPath(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '*';

    private Items<Mark> Marks()
    {
        _marks.AddRange(_tests.Marks());
        return _marks.GroupBy(m => m.Kind).OrderBy(g => g.Key).SelectMany(g => Bounded([.. g.OrderBy(m => m.Path, StringComparer.Ordinal)])).ToItems();
    }

    private static IEnumerable<Mark> Bounded(List<Mark> marks) => marks.Count <= MostOfAKind
        ? marks
        : marks.Take(MostOfAKind).Append(marks[MostOfAKind] with { Detail = $"The same holds for {marks.Count - MostOfAKind} more file{(marks.Count == MostOfAKind + 1 ? "" : "s")}, this one first." });

    private static string Short(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
