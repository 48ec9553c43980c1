namespace Orchestrator.Engine.Git.Merging;

/// <summary>Whose change it was.</summary>
public enum Side
{
    /// <summary>Nobody's of the two.</summary>
    Neither,

    /// <summary>What was integrated before.</summary>
    Integrated,

    /// <summary>The milestone's work.</summary>
    Milestone,
}

/// <summary>In which way something is not in the result.</summary>
public enum Loss
{
    /// <summary>Lines that the side wrote are gone.</summary>
    Lines,

    /// <summary>Lines, or a file, that the side deleted are back.</summary>
    Deletion,

    /// <summary>The side's file is gone, or another's stands in its place.</summary>
    Whole,

    /// <summary>The side changed all line ends, and they are as before.</summary>
    LineEnds,

    /// <summary>The side changed the file's mode, and it is as before.</summary>
    Mode,

    /// <summary>A mark of a conflict was left in the file; its line is one of the result.</summary>
    Mark,
}

/// <summary>A change that a resolution lost.</summary>
/// <param name="Path">The file.</param>
/// <param name="Side">Whose change.</param>
/// <param name="Line">Where in that side's text, from 1; for a deletion, the line after it.</param>
/// <param name="Excerpt">What stood there, on one line.</param>
/// <param name="Loss">What became of it.</param>
public sealed record Vanished(string Path, Side Side, int Line, string Excerpt, Loss Loss = Loss.Lines);
