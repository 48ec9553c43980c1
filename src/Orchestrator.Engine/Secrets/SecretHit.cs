namespace Orchestrator.Engine.Secrets;

/// <summary>A place that looks like a secret. It says where and of which kind, and never holds the value.</summary>
/// <param name="Rule">The rule's name, for settings and for what is put in its place.</param>
/// <param name="Title">What it looks like, for people: "an AWS access key".</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column in that line, from 1.</param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="Length">How many characters it has; a key in a block goes over lines.</param>
public readonly record struct SecretHit(string Rule, string Title, int Line, int Column, int Start, int Length);

/// <summary>A place before its line is known.</summary>
internal readonly record struct SecretSpan(string Rule, string Title, int Start, int Length)
{
    public int End => Start + Length;
}
