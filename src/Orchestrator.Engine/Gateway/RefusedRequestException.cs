namespace Orchestrator.Engine.Gateway;

/// <summary>What came in is no request that the gateway takes; the connection ends with the answer.</summary>
/// <param name="status">The status of the answer.</param>
/// <param name="why">A plain sentence for it.</param>
internal sealed class RefusedRequestException(int status, string why) : Exception(why)
{
    /// <summary>The status of the answer.</summary>
    public int Status => status;

    /// <summary>A request that could be read in more than one way, or in none.</summary>
    public static RefusedRequestException Malformed(string why) => new(400, why);
}
