namespace Orchestrator.Engine.Git.Guarding;

/// <summary>What was counted in the tests of one file, or of many.</summary>
internal sealed class TestCount
{
    /// <summary>Tests, each case of a test with cases as one.</summary>
    public int Tests { get; set; }

    /// <summary>Their names, as far as they have any.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Assertions that can fail.</summary>
    public Strength Assertions { get; set; }

    /// <summary>The markers by which tests are not run.</summary>
    public List<string> Skips { get; } = [];

    /// <summary>Adds another count to this one.</summary>
    public void Add(TestCount other)
    {
        Tests += other.Tests;
        Names.AddRange(other.Names);
        Assertions += other.Assertions;
        Skips.AddRange(other.Skips);
    }
}

/// <summary>Assertions, counted in two ways.</summary>
/// <param name="Written">As they stand there.</param>
/// <param name="Run">Once for each case of their test: a test that takes three others' place has to have fewer.</param>
/// <param name="Strict">Those written that ask for more than that something is there.</param>
/// <param name="StrictRun">The same, once for each case.</param>
internal readonly record struct Strength(int Written, int Run, int Strict, int StrictRun)
{
    public static Strength operator +(Strength a, Strength b) => new(a.Written + b.Written, a.Run + b.Run, a.Strict + b.Strict, a.StrictRun + b.StrictRun);

    /// <summary>Whether there are fewer, whichever way they are counted.</summary>
    public bool IsLessThan(Strength other) => Written < other.Written && Run < other.Run;

    /// <summary>Whether fewer ask for more than that something is there.</summary>
    public bool IsLaxerThan(Strength other) => Strict < other.Strict && StrictRun < other.StrictRun;
}
