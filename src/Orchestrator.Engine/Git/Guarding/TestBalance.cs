using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git.Guarding;

/// <summary>
/// Tests before and after, over a whole change and apart for each language: what moved from one file to another is
/// not lost.
/// </summary>
internal sealed class TestBalance
{
    private readonly Dictionary<TestLanguage, List<(string Path, TestCount Before, TestCount After)>> _files = [];

    /// <summary>Takes a changed file in.</summary>
    public void Add(ChangedFile file)
    {
        if (TestLanguages.Of(file.Path) is not { } language)
        {
            return;
        }

        var found = language.IsFound(file.Path);
        var among = TestLanguages.IsAmongTests(file.Path);
        if (!found && !among)
        {
            return;
        }

        var before = CountOf(file.Before, language, found);
        var after = CountOf(file.After, language, found);
        if (language.Found.Length > 0 || among || before.Tests + before.Skips.Count + after.Tests > 0)
        {
            if (!_files.TryGetValue(language, out var list))
            {
                _files[language] = list = [];
            }

            list.Add((file.Path, before, after));
        }
    }

    /// <summary>What was found.</summary>
    public IEnumerable<Mark> Marks() => _files.OrderBy(f => f.Key.Name, StringComparer.Ordinal).SelectMany(f => MarksOf(f.Key, f.Value));

    /// <summary>Helpers beside tests assert and skip, but no runner looks into them for tests.</summary>
    private static TestCount CountOf(FileSide side, TestLanguage language, bool found)
    {
        var count = side.Text is { } text ? TestCounter.Count(text, language) : new TestCount();
        if (!found)
        {
            count.Tests = 0;
            count.Names.Clear();
        }

        return count;
    }

    private static IEnumerable<Mark> MarksOf(TestLanguage language, List<(string Path, TestCount Before, TestCount After)> files)
    {
        var before = new TestCount();
        var after = new TestCount();
        foreach (var file in files)
        {
            before.Add(file.Before);
            after.Add(file.After);
        }

        if (after.Skips.Count > before.Skips.Count)
        {
            foreach (var file in files.Where(f => f.After.Skips.Count > f.Before.Skips.Count))
            {
                yield return new Mark(MarkKind.TestSkipped, file.Path, $"A marker was added by which tests are not run, or run alone: {string.Join(", ", Left(file.After.Skips, file.Before.Skips).Distinct().Take(3))}.");
            }
        }

        if (after.Tests < before.Tests)
        {
            var gone = Left(before.Names, after.Names).Take(3).ToList();
            var names = gone.Count == 0 ? "" : $" Gone: {string.Join(", ", gone.Select(Shown))}.";
            yield return new Mark(MarkKind.FewerTests, MostLost(f => f.Before.Tests - f.After.Tests), $"There were {before.Tests} {language.Name} tests in the changed files, now {after.Tests}.{names}");
        }

        if (after.Assertions.IsLessThan(before.Assertions))
        {
            yield return new Mark(MarkKind.FewerAssertions, MostLost(f => f.Before.Assertions.Written - f.After.Assertions.Written), $"There were {before.Assertions.Written} {language.Name} assertions in the changed tests, now {after.Assertions.Written}.");
        }
        else if (after.Assertions.IsLaxerThan(before.Assertions))
        {
            yield return new Mark(MarkKind.FewerAssertions, MostLost(f => f.Before.Assertions.Strict - f.After.Assertions.Strict), $"Of the {language.Name} assertions in the changed tests, {before.Assertions.Strict} asked for more than that something is there, now {after.Assertions.Strict}.");
        }

        string MostLost(Func<(string Path, TestCount Before, TestCount After), int> lost) => files.OrderByDescending(lost).ThenBy(f => f.Path, StringComparer.Ordinal).First().Path;
    }

    /// <summary>What the one list has more often than the other.</summary>
    private static IEnumerable<string> Left(List<string> many, List<string> few)
    {
        var counts = few.GroupBy(name => name).ToDictionary(g => g.Key, g => g.Count());
        foreach (var name in many)
        {
            if (counts.GetValueOrDefault(name) is > 0 and var count)
            {
                counts[name] = count - 1;
            }
            else
            {
                yield return name;
            }
        }
    }

    private static string Shown(string name)
    {
        var plain = string.Concat(name.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return plain.Length <= 80 ? plain : plain[..80] + "…";
    }
}
