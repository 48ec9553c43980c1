namespace Orchestrator.Engine.Git;

/// <summary>
/// What a merge will most likely come to, from the trees alone: the change of one side laid on the other, where nothing
/// that it touches is another there. A guess and no more: git makes each merge as well, and where it comes to something
/// else, git is right.
/// </summary>
/// <param name="objects">The shadow repository.</param>
public sealed class MergeGuess(ShadowObjects objects)
{
    private readonly ChangedTree _changed = new(objects);

    /// <summary>Lays the change between two trees on a third.</summary>
    /// <param name="onto">The tree that gets it.</param>
    /// <param name="from">What the change begins at.</param>
    /// <param name="to">What it comes to.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The tree, which is written; null when there is no saying what it comes to.</returns>
    public async Task<string?> LaidOnAsync(string onto, string from, string to, CancellationToken cancellation)
    {
        if (onto == from)
        {
            return to;
        }

        var difference = await objects.DifferenceAsync(from, to, cancellation).ConfigureAwait(false);
        return await _changed.WithAsync(onto, difference, cancellation).ConfigureAwait(false);
    }
}
