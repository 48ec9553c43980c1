namespace Orchestrator.Rehearsal;

/// <summary>A limit of the account that has begun. It ends at the reset that its refusals name.</summary>
/// <param name="Kind">The provider's name for it, such as <c>five_hour</c>.</param>
/// <param name="Began">When the first request was refused.</param>
/// <param name="ResetsAt">The first moment at which requests are let through again; a whole second, as the headers know no other.</param>
public sealed record RehearsedLimit(string Kind, DateTimeOffset Began, DateTimeOffset ResetsAt);
