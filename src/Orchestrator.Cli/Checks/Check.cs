using Orchestrator.Core;

namespace Orchestrator.Cli.Checks;

/// <summary>How much something is needed.</summary>
internal enum Need
{
    /// <summary>Without it no run begins, or none ends well.</summary>
    Needed,

    /// <summary>A run is safer or quicker with it.</summary>
    Wanted,
}

/// <summary>One prerequisite and what was found of it. Functions of facts make it, so that it is tested without the machine it speaks of.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Good">Whether what was found will do.</param>
/// <param name="Found">What was found.</param>
/// <param name="Wants">What has to be there.</param>
/// <param name="Hint">How to get it.</param>
/// <param name="Need">How much it is needed.</param>
/// <param name="Mendable">Whether <c>--fix</c> can do that.</param>
internal sealed record Check(string Name, bool Good, string Found, string Wants, string Hint, Need Need = Need.Needed, bool Mendable = false)
{
    /// <summary>What was found: one line, fit to be shown, whatever program said it.</summary>
    public string Found { get; init; } = Plain.Line(Found);

    /// <summary>How to get it.</summary>
    public string Hint { get; init; } = Plain.Line(Hint);

    /// <summary>The one word for it.</summary>
    public string Word => Good ? "ok" : Need == Need.Needed ? "missing" : "wanted";

    /// <summary>True when a run should not begin before this is mended.</summary>
    public bool Blocks => !Good && Need == Need.Needed;
}
