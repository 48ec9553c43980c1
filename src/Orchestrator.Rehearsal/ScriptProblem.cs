namespace Orchestrator.Rehearsal;

/// <summary>
/// Something in a script file that cannot be played as written: the file, the line (counted from 1), what is wrong, and what to write instead.
/// </summary>
public sealed record ScriptProblem(string File, int Line, string Message, string Hint)
{
    /// <summary>The problem as one line, in the form editors turn into a link: <c>file(line): message hint</c>.</summary>
    public override string ToString() => $"{File}({Line}): {Message} {Hint}";
}
