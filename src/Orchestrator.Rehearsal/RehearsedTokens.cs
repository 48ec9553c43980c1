namespace Orchestrator.Rehearsal;

/// <summary>The tokens of an answered request, as its <c>usage</c> says them: for the bill.</summary>
/// <param name="Fresh">Input beyond the last marker for the cache.</param>
/// <param name="Written">Input that was written into the cache.</param>
/// <param name="Read">Input that was read from the cache.</param>
/// <param name="Output">Output.</param>
/// <param name="ForAnHour">Written for an hour instead of five minutes, which costs more.</param>
public sealed record RehearsedTokens(int Fresh, int Written, int Read, int Output, bool ForAnHour);
