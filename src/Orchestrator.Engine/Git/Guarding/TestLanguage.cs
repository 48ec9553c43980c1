namespace Orchestrator.Engine.Git.Guarding;

/// <summary>Where a language lists the cases of a test.</summary>
internal enum CaseList
{
    /// <summary>Before the test they belong to.</summary>
    Before,

    /// <summary>The list makes the test.</summary>
    Itself,

    /// <summary>After the test has begun.</summary>
    Inside,
}

/// <summary>What is known of the tests of a language. The rows are in <see cref="TestLanguages"/>.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="Endings">The endings of its files.</param>
/// <param name="Found">By which names its runners find tests; empty when they look into the files.</param>
/// <param name="Shape">Comments and strings.</param>
internal sealed record TestLanguage(string Name, string[] Endings, string[] Found, CodeShape Shape)
{
    private readonly Globs _found = new(Found);

    /// <summary>What begins a test.</summary>
    public required CodePatterns Tests { get; init; }

    /// <summary>Those of them whose cases stand one by one beside them.</summary>
    public CodePatterns WithCases { get; init; } = new([], false);

    /// <summary>One case of such a test; a test by itself where none begins.</summary>
    public CodePatterns Cases { get; init; } = new([], false);

    /// <summary>What stands before a list of cases.</summary>
    public CodePatterns Lists { get; init; } = new([], false);

    /// <summary>Where that is.</summary>
    public CaseList ListPlace { get; init; }

    /// <summary>Whether the list is the second group in brackets, as after a type that is written out.</summary>
    public bool ListIsSecond { get; init; }

    /// <summary>What asserts.</summary>
    public required CodePatterns Assertions { get; init; }

    /// <summary>By which a test is not run, or runs alone.</summary>
    public required CodePatterns Skips { get; init; }

    /// <summary>Whether its runners would find tests in a file of this name.</summary>
    public bool IsFound(string path) => _found.IsEmpty || _found.Match(path);
}
