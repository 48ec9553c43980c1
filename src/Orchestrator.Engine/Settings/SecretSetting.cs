namespace Orchestrator.Engine.Settings;

/// <summary>What the user wants to be done about secrets.</summary>
public sealed record SecretSetting
{
    /// <summary>Look for secrets in all that is to be committed.</summary>
    public bool Scan { get; init; } = true;

    /// <summary>What may stay.</summary>
    public IReadOnlyList<SecretAllowance> Allow { get; init; } = [];
}

/// <summary>A finding that the user lets pass for a time.</summary>
/// <param name="Path">A glob of the files.</param>
/// <param name="Rule">The rule's name, or <c>*</c> for any.</param>
/// <param name="Until">The last day.</param>
/// <param name="Reason">Why.</param>
public sealed record SecretAllowance(string Path, string Rule, DateOnly Until, string Reason)
{
    /// <summary>Whether it still counts.</summary>
    public bool HoldsOn(DateOnly day) => day <= Until;

    /// <summary>Whether a rule is meant.</summary>
    public bool Covers(string rule) => Rule == "*" || Rule == rule;
}
