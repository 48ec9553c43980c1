namespace Orchestrator.Core.Limits;

/// <summary>Whom a limit stops.</summary>
public enum LimitScope
{
    /// <summary>All turns of the account.</summary>
    Account,

    /// <summary>Only turns with the model of the turn that was refused.</summary>
    Model,
}

/// <summary>What the provider says about one of its windows.</summary>
public enum WindowStatus
{
    /// <summary>Room enough.</summary>
    Allowed,

    /// <summary>It warns that the end is near.</summary>
    Warning,

    /// <summary>Used up.</summary>
    Rejected,
}

/// <summary>One of the windows in which the provider counts what an account uses.</summary>
/// <param name="Name">The provider's name, e.g. <c>five_hour</c>, <c>seven_day</c>, <c>seven_day_opus</c>.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Used">The part that is used, from 0 to 1; null when it was not said.</param>
/// <param name="ResetsAt">When it begins anew; null when it was not said.</param>
public readonly record struct LimitWindow(string Name, WindowStatus Status, double? Used, DateTimeOffset? ResetsAt);
