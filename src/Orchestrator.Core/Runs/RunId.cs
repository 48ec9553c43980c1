namespace Orchestrator.Core.Runs;

/// <summary>
/// The name of a run: time and a random part, e.g. <c>20261123-001522-a1b2c3</c>. Lower-case letters, digits and
/// dashes only, because it becomes a folder and part of a ref.
/// </summary>
public readonly record struct RunId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The name that an order and its answer share. Never used twice in a run.</summary>
public readonly record struct Ticket(long Number)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"t{Number}");
}
