using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Agents;

/// <summary>What an agent process is for.</summary>
public enum Role
{
    /// <summary>Does the milestone.</summary>
    Implement,

    /// <summary>Reads the change and gives a verdict; can write nothing.</summary>
    Review,

    /// <summary>Mends what a review or a gate found, in the implementer's conversation.</summary>
    Remediate,

    /// <summary>Resolves a merge conflict.</summary>
    Resolve,

    /// <summary>Tries to see for itself what a strict review claims; can write nothing.</summary>
    Check,
}

/// <summary>What roles have in common.</summary>
public static class Roles
{
    /// <summary>True for those that judge and write nothing: the same tools, the same form of answer.</summary>
    public static bool Judges(this Role role) => role is Role.Review or Role.Check;
}

/// <summary>Why the agent is spoken to; the hands choose the words by it.</summary>
public enum Ask
{
    /// <summary>Begin.</summary>
    Begin,

    /// <summary>Go on after an interruption (crash, stop, limit): the conversation or at least the worktree holds earlier work.</summary>
    GoOn,

    /// <summary>Try again: the attempt before failed, for the reason given.</summary>
    TryAgain,
}

/// <summary>How bad a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>A remark.</summary>
    Minor,

    /// <summary>A fault that should be mended before a merge.</summary>
    Major,

    /// <summary>The change is wrong or dangerous.</summary>
    Critical,
}

/// <summary>One remark of a review, or of a gate that failed.</summary>
/// <param name="Severity">How bad.</param>
/// <param name="File">The file, relative to the repository; null when the whole is meant.</param>
/// <param name="Line">The line from 1, or null.</param>
/// <param name="Claim">What is wrong.</param>
/// <param name="Reproduce">How to see it, a command or steps; null when that was not said.</param>
public sealed record Finding(FindingSeverity Severity, string? File, int? Line, string Claim, string? Reproduce = null);

/// <summary>What one turn is to be. Complete: with the milestone's text it is all the hands need.</summary>
/// <param name="Role">What for.</param>
/// <param name="Ask">Why now.</param>
/// <param name="Session">The conversation.</param>
/// <param name="Known">True when the conversation was begun by an earlier turn, so it is to be resumed.</param>
/// <param name="Attempt">Which try at the milestone, from 1.</param>
/// <param name="Round">Which review round, from 0.</param>
/// <param name="Delivery">How often this same turn was begun, from 1.</param>
/// <param name="Reason">Why the attempt before failed, for <see cref="Agents.Ask.TryAgain"/>.</param>
/// <param name="Findings">What to mend.</param>
/// <param name="Cap">What it may spend.</param>
/// <param name="Bar">The least severity of a finding that blocks, for a review.</param>
/// <param name="Marks">What a reviewer has to look at twice.</param>
public sealed record TurnBrief(
    Role Role, Ask Ask, Guid Session, bool Known, int Attempt, int Round, int Delivery, string? Reason = null, Items<Finding> Findings = default, Cap Cap = default,
    FindingSeverity Bar = FindingSeverity.Major, Items<Mark> Marks = default);

/// <summary>
/// Names conversations. Derived, not drawn, so that a replay names them alike. The hash is FNV-1a of 128 bits: names
/// have to be distinct, not secret, and a cryptographic library would be loaded for nothing else.
/// </summary>
public static class Sessions
{
    private static readonly UInt128 Offset = new(0x6c62272e07bb0142, 0x62b821756295c58d);
    private static readonly UInt128 Prime = new(0x0000000001000000, 0x000000000000013b);

    /// <summary>The <paramref name="number"/>th conversation about a milestone in a run.</summary>
    public static Guid Name(RunId run, MilestoneId milestone, int number)
    {
        Span<byte> text = stackalloc byte[256];
        var length = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{run.Value}/{milestone}/{number}"), text);
        var hash = Offset;
        foreach (var octet in text[..length])
        {
            hash = (hash ^ octet) * Prime;
        }

        Span<byte> name = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(name, hash);
        name[6] = (byte)((name[6] & 0x0F) | 0x80); // RFC 9562 version 8: bits of our own making
        name[8] = (byte)((name[8] & 0x3F) | 0x80);
        return new Guid(name, bigEndian: true);
    }
}
