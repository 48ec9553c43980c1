using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Engine.Journal;

/// <summary>
/// The sums that chain the facts of a run: each covers its fact and the sum before it, so that a changed byte, a
/// missing fact and two facts out of order all show. FNV-1a, because it finds every single changed byte, and because a
/// cryptographic sum would double the time of <c>status</c>; it guards against accidents, not against forgers.
/// </summary>
internal static class JournalChain
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Where the chain of a run begins.</summary>
    public static long Begin(string run) => (long)Add(Offset, Encoding.UTF8.GetBytes(run));

    /// <summary>The sum of the next fact.</summary>
    public static long Next(long previous, long number, long at, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body)
    {
        Span<byte> head = stackalloc byte[28];
        BinaryPrimitives.WriteInt64LittleEndian(head, previous);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], number);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], at);
        BinaryPrimitives.WriteInt32LittleEndian(head[24..], name.Length); // so that no byte can wander from name to body
        return (long)Add(Add(Add(Offset, head), name), body);
    }

    /// <summary>The sum of a text, for the witness.</summary>
    public static long Of(string text) => (long)Add(Offset, Encoding.UTF8.GetBytes(text));

    private static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            sum = (sum ^ one) * Prime;
        }

        return sum;
    }
}
