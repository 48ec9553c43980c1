namespace Orchestrator.Core;

/// <summary>How much a problem weighs.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing is stopped by it.</summary>
    Warning,

    /// <summary>The user has to mend it before the work can begin.</summary>
    Error,
}

/// <summary>Where a problem was found.</summary>
/// <param name="File">The file as the user would name it, or a word such as "command line".</param>
/// <param name="Line">The line, counted from 1; null when the whole file is meant.</param>
public readonly record struct Place(string File, int? Line = null)
{
    /// <inheritdoc/>
    public override string ToString() => Line is { } line ? $"{File}:{line}" : File;
}

/// <summary>
/// Something the user can mend. Problems are collected and shown all at once; they are never thrown. Their texts
/// quote what was found, so they are made fit to be shown here, once for all screens and logs.
/// </summary>
/// <param name="Code">A stable short name, e.g. <c>plan.cycle</c>.</param>
/// <param name="Message">What is wrong, as one sentence.</param>
/// <param name="Where">The place.</param>
/// <param name="Hint">What to do about it.</param>
/// <param name="Severity">Whether it stops the work.</param>
public sealed record Problem(string Code, string Message, Place Where, string Hint, Severity Severity = Severity.Error)
{
    // It may name all that there is to choose from.
    private const int MostOfHint = 1200;

    /// <summary>What is wrong, as one sentence.</summary>
    public string Message { get; init; } = Plain.Line(Message);

    /// <summary>The place.</summary>
    public Place Where { get; init; } = Where with { File = Plain.Line(Where.File) };

    /// <summary>What to do about it.</summary>
    public string Hint { get; init; } = Plain.Line(Hint, MostOfHint);
}
