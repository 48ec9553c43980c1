using System.Text;
using Orchestrator.Core.Progress;

namespace Orchestrator.Engine.Git;

/// <summary>TASKS.md as bytes: the user's text may have any encoding and line ends, and has to survive byte for byte.</summary>
internal static class TasksBytes
{
    /// <summary>Puts our part in.</summary>
    public static byte[] Splice(byte[]? file, string part) => Encoding.Latin1.GetBytes(TaskList.Splice(Text(file), Text(Encoding.UTF8.GetBytes(part))!));

    /// <summary>Our part, or null.</summary>
    public static string? Part(byte[]? file) =>
        TaskList.Extract(Text(file)) is { } part ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(part)) : null;

    /// <summary>True when two files say the same outside our part.</summary>
    public static bool SameOutside(byte[]? one, byte[]? other) => Splice(one, "").AsSpan().SequenceEqual(Splice(other, ""));

    // One char for each byte, so that nothing is lost on the way through a string.
    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.Latin1.GetString(bytes);
}
