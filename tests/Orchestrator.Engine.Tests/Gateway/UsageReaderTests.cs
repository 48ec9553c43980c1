using System.Text;
using Orchestrator.Engine.Gateway;

namespace Orchestrator.Engine.Tests.Gateway;

public sealed class UsageReaderTests
{
    private const string Start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":20,\"cache_read_input_tokens\":30,\"output_tokens\":1}}}\n\n";
    private const string Text = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"{\\\"usage\\\":{\\\"output_tokens\\\":9999}}\"}}\n\n";
    private const string End = "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":42}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void A_stream_is_counted_however_it_is_cut(int piece) =>
        Assert.Equal(new TurnUse(0, 10, 20, 30, 42), Read("text/event-stream", Start + Text + Text + End, piece));

    [Fact]
    public void Lines_that_end_with_CR_LF_are_lines() =>
        Assert.Equal(new TurnUse(0, 10, 20, 30, 42), Read("text/event-stream", (Start + Text + End).Replace("\n", "\r\n", StringComparison.Ordinal), 50));

    [Fact]
    public void A_stream_that_breaks_off_counts_at_least_its_pieces() =>
        Assert.Equal(new TurnUse(0, 10, 20, 30, 3), Read("text/event-stream", Start + Text + Text + Text, 50));

    [Fact]
    public void A_line_of_any_length_is_passed_over() =>
        Assert.Equal(new TurnUse(0, 10, 20, 30, 42), Read("text/event-stream", Start + $"data: {new string('x', 3_000_000)}\n\n" + End, 16_384));

    [Theory]
    [InlineData("""{"usage":{"input_tokens":5,"output_tokens":6}}""", 5, 6)]
    [InlineData("""{"usage":{"input_tokens":-5,"output_tokens":"6"}}""", 0, 0)]
    [InlineData("""{"usage":null}""", 0, 0)]
    [InlineData("""{"message":"no"}""", 0, 0)]
    [InlineData("""["usage"]""", 0, 0)]
    [InlineData("""{"usage":{"input_""", 0, 0)]
    [InlineData("", 0, 0)]
    public void A_whole_answer_is_counted_if_it_says_anything(string json, long input, long output) =>
        Assert.Equal(new TurnUse(0, input, 0, 0, output), Read("application/json", json, 10));

    private static TurnUse Read(string type, string text, int piece)
    {
        var sum = new TurnUse();
        var reader = new UsageReader(type == "text/event-stream", more => sum = sum.Plus(more));
        foreach (var bytes in Encoding.UTF8.GetBytes(text).Chunk(piece))
        {
            reader.Take(bytes);
        }

        reader.End();
        return sum;
    }
}
