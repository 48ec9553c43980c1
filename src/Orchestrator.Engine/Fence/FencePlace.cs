namespace Orchestrator.Engine.Fence;

/// <summary>Something of the machine that is seen inside.</summary>
/// <param name="Path">Where it is, outside.</param>
/// <param name="At">Where it is seen; mostly the same.</param>
/// <param name="Writable">Whether what is written there is written outside.</param>
public sealed record Shown(string Path, string At, bool Writable = false)
{
    /// <summary>An empty folder: what is there outside is not seen.</summary>
    public static Shown Nothing(string at) => new("", at);
}

/// <summary>What is fenced in, and what it may see and write.</summary>
/// <param name="Root">The user's checkout: hidden, but for what is shown of it.</param>
/// <param name="Home">A home of its own; it lasts as long as the milestone, for conversations are kept in it.</param>
/// <param name="HomeAt">Where that is seen: in place of the user's.</param>
/// <param name="Inside">What is seen beside that, in this order: what comes later lies over what came before.</param>
/// <param name="Network">Whether the network is shared.</param>
/// <param name="TemporaryBytes">How much fits into <c>/tmp</c>, in bytes of memory.</param>
public sealed record FencePlace(string Root, string Home, string HomeAt, IReadOnlyList<Shown> Inside, bool Network, long TemporaryBytes = 1L << 30)
{
    /// <summary>What is started in the fence instead of the program, and starts that.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];
}
